/// What a payload is, as far as two clients must agree on it: equal codecs can be forwarded from one to the other,
/// whatever payload type each of them uses.
public enum PayloadCodec: Hashable, Sendable, BitwiseCopyable {
    case opus
    /// Opus with earlier frames in each packet (RFC 2198).
    case redundantAudio
    case vp8
    case vp9(profile: UInt8)
    /// A number for each profile that differs; packetization mode 1 (RFC 6184 §6.3).
    case h264(profile: UInt8)
    case av1(profile: UInt8)

    public var isVideo: Bool {
        switch self {
        case .vp8, .vp9, .h264, .av1: true
        case .opus, .redundantAudio: false
        }
    }
}

/// One payload type of an m-line.
public struct PayloadFormat: Hashable, Sendable, BitwiseCopyable {
    public var codec: PayloadCodec
    public var payloadType: UInt8
    /// The payload type of its retransmissions (RFC 4588); nil without.
    public var repairPayloadType: UInt8?
    /// Ticks of the timestamp a second.
    public var clockRate: UInt32
    /// Lost packets may be asked for (RFC 4585 §6.2.1).
    public var usesNACK: Bool
    /// A key frame may be asked for by PLI (RFC 4585 §6.3.1).
    public var usesPLI: Bool
    /// A key frame may be asked for by FIR (RFC 5104 §4.3.1).
    public var usesFIR: Bool
    /// The receiver's estimate may be sent (REMB).
    public var usesREMB: Bool

    public init(
        codec: PayloadCodec,
        payloadType: UInt8,
        repairPayloadType: UInt8? = nil,
        clockRate: UInt32,
        usesNACK: Bool = false,
        usesPLI: Bool = false,
        usesFIR: Bool = false,
        usesREMB: Bool = false
    ) {
        self.codec = codec
        self.payloadType = payloadType
        self.repairPayloadType = repairPayloadType
        self.clockRate = clockRate
        self.usesNACK = usesNACK
        self.usesPLI = usesPLI
        self.usesFIR = usesFIR
        self.usesREMB = usesREMB
    }
}
