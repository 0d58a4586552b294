public import Units

/// Why bytes are no RTP packet.
public enum RTPParseError: Error, Equatable, Sendable {
    /// Fewer bytes than the header says it has.
    case tooShort
    /// More than `Limits.packet` bytes.
    case tooLong
    /// The version is not 2, or the payload type is one of RTCP's (RFC 5761 §4).
    case notRTP
    /// The padding count is zero or larger than the payload.
    case badPadding
}

/// The header of an RTP packet (RFC 3550 §5.1, §5.3.1).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                           timestamp                           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           synchronization source (SSRC) identifier            |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |            contributing source (CSRC) identifiers             |
/// |                             ....                              |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      defined by profile       |           length              |  when X
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                        header extension                       |
/// |                             ....                              |
/// ```
/// A plain value of fixed size; where things stand in the packet is kept as offsets, so the bytes go in at every call.
/// SRTP leaves the header readable, so this can be parsed before a packet is decrypted; `RTPPacket` is what comes
/// after.
public struct RTPHeader: Hashable, Sendable, BitwiseCopyable {
    /// Bytes that every header has.
    public static let fixedLength = 12

    /// The last packet of a video frame, the first of a talk spurt.
    public var marker: Bool
    /// 0 to 127.
    public var payloadType: UInt8
    public var sequenceNumber: SequenceNumber
    public var timestamp: RTPTimestamp
    public var ssrc: SSRC
    /// The P bit: the payload ends in padding.
    public var hasPadding: Bool
    /// Contributing sources, 0 to 15; `contributingSource(_:in:)` reads them.
    public let csrcCount: UInt8
    /// What the extension block is, see `ExtensionForm`; 0 without one.
    public let extensionProfile: UInt16
    private let extensionStart: UInt16
    private let headerLength: UInt16

    /// A header without contributing sources and extensions, to be written.
    public init(
        payloadType: UInt8,
        marker: Bool = false,
        sequenceNumber: SequenceNumber,
        timestamp: RTPTimestamp,
        ssrc: SSRC
    ) {
        self.marker = marker
        self.payloadType = payloadType & 0x7F
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        hasPadding = false
        csrcCount = 0
        extensionProfile = 0
        extensionStart = UInt16(Self.fixedLength)
        headerLength = UInt16(Self.fixedLength)
    }

    /// Parses the header of a packet, protected or not. What follows it is not looked at.
    public init(parsing bytes: Span<UInt8>) throws(RTPParseError) {
        guard bytes.count >= Self.fixedLength else { throw .tooShort }
        guard bytes.count <= Limits.packet else { throw .tooLong }
        let flags = bytes[0]
        let type = bytes[1]
        guard flags >> 6 == 2, !RTCPCompound.isType(type) else { throw .notRTP }
        marker = type & 0x80 != 0
        payloadType = type & 0x7F
        sequenceNumber = SequenceNumber(bytes.uint16(at: 2))
        timestamp = RTPTimestamp(bytes.uint32(at: 4))
        ssrc = SSRC(bytes.uint32(at: 8))
        hasPadding = flags & 0x20 != 0
        csrcCount = flags & 0x0F
        var length = Self.fixedLength &+ 4 &* Int(flags & 0x0F)
        if flags & 0x10 != 0 {
            guard length &+ 4 <= bytes.count else { throw .tooShort }
            extensionProfile = bytes.uint16(at: length)
            extensionStart = UInt16(truncatingIfNeeded: length &+ 4)
            length &+= 4 &+ 4 &* Int(bytes.uint16(at: length &+ 2))
        } else {
            extensionProfile = 0
            extensionStart = UInt16(truncatingIfNeeded: length)
        }
        guard length <= bytes.count else { throw .tooShort }
        headerLength = UInt16(truncatingIfNeeded: length)
    }

    /// Bytes of the header; the payload starts behind them.
    public var length: Int { Int(headerLength) }

    /// Where the elements of the extension block stand; empty without one.
    public var extensionBlock: Range<Int> { Int(extensionStart)..<Int(headerLength) }

    /// The contributing source at an index under `csrcCount`; nil for another.
    public func contributingSource(_ index: Int, in bytes: Span<UInt8>) -> SSRC? {
        guard index >= 0, index < Int(csrcCount), bytes.count >= length else { return nil }
        return SSRC(bytes.uint32(at: Self.fixedLength &+ 4 &* index))
    }

    /// Writes marker, payload type, sequence number, timestamp, SSRC and the P bit over those of a packet that has the
    /// same layout: how a packet is renumbered in place. Does nothing when `bytes` are too few.
    public func overwrite(_ bytes: inout MutableSpan<UInt8>) {
        guard bytes.count >= Self.fixedLength else { return }
        bytes[0] = bytes[0] & 0xDF | (hasPadding ? 0x20 : 0)
        bytes[1] = payloadType & 0x7F | (marker ? 0x80 : 0)
        bytes.set(sequenceNumber.rawValue, at: 2)
        bytes.set(timestamp.rawValue, at: 4)
        bytes.set(ssrc.rawValue, at: 8)
    }
}
