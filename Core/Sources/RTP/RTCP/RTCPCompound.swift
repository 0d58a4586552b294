/// Why bytes are no RTCP packet.
public enum RTCPParseError: Error, Equatable, Sendable {
    /// Fewer bytes than one block has, or more than `Limits.packet`.
    case badSize
    /// The version of a block is not 2, or its type is none of RTCP's.
    case notRTCP
    /// The lengths of the blocks do not add up to the packet.
    case badLength
    /// Padding in a block that is not the last, or a count that cannot be.
    case badPadding
}

/// The type of an RTCP block (RFC 3550 §12.1, RFC 4585 §6.1).
public struct RTCPType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// SR
    public static let senderReport = RTCPType(rawValue: 200)
    /// RR
    public static let receiverReport = RTCPType(rawValue: 201)
    /// SDES
    public static let sourceDescription = RTCPType(rawValue: 202)
    /// BYE
    public static let goodbye = RTCPType(rawValue: 203)
    /// APP
    public static let application = RTCPType(rawValue: 204)
    /// RTPFB: NACK, transport-wide congestion control
    public static let transportFeedback = RTCPType(rawValue: 205)
    /// PSFB: PLI, FIR, REMB
    public static let payloadFeedback = RTCPType(rawValue: 206)
    /// XR (RFC 3611); read over
    public static let extendedReport = RTCPType(rawValue: 207)
}

/// One block of a compound packet: its type and where its content stands. The length is known to be sound, the content
/// is not.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P| RC/FMT  |      PT       |       length in words - 1     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                            content …                          |
/// ```
public struct RTCPBlock: Hashable, Sendable {
    public let type: RTCPType
    /// Five bits: how many reports or sources, or the format of a feedback message.
    public let count: UInt8
    /// Without header and padding.
    public let content: Range<Int>
}

/// An RTCP packet of one or more blocks (RFC 3550 §6.1). Exists only for bytes whose blocks fill them exactly.
///
/// A packet may start with any block (RFC 5506, reduced size). It holds no bytes: the span goes in at every call.
public struct RTCPCompound: Hashable, Sendable, BitwiseCopyable {
    private let length: Int

    /// Whether the second byte of a packet says RTCP and not RTP: 192 to 223 (RFC 5761 §4).
    @inline(__always)
    public static func isType(_ second: UInt8) -> Bool { second >= 192 && second <= 223 }

    /// Whether a datagram that is RTP or RTCP by its first byte is RTCP.
    public static func begins(_ bytes: Span<UInt8>) -> Bool { bytes.count > 1 && isType(bytes[1]) }

    /// Parses a packet that nothing protects any more.
    public init(parsing bytes: Span<UInt8>) throws(RTCPParseError) {
        guard bytes.count >= 4, bytes.count <= Limits.packet else { throw .badSize }
        length = bytes.count
        var offset = 0
        while offset < bytes.count {
            guard offset &+ 4 <= bytes.count else { throw .badLength }
            guard bytes[offset] >> 6 == 2, Self.isType(bytes[offset &+ 1]) else { throw .notRTCP }
            let end = offset &+ 4 &+ 4 &* Int(bytes.uint16(at: offset &+ 2))
            guard end <= bytes.count else { throw .badLength }
            if bytes[offset] & 0x20 != 0 {
                guard end == bytes.count, end &- offset > 4 else { throw .badPadding }
                let padding = Int(bytes[end &- 1])
                guard padding > 0, padding % 4 == 0, padding <= end &- offset &- 4 else { throw .badPadding }
            }
            offset = end
        }
    }

    public var blocks: RTCPBlocks { RTCPBlocks(end: length) }
}

/// Walks over the blocks of a compound packet, one call at a time.
public struct RTCPBlocks: Sendable, BitwiseCopyable {
    private var offset = 0
    private let end: Int

    init(end: Int) { self.end = end }

    /// The next block; nil after the last. `bytes` are those the packet was parsed from.
    public mutating func next(in bytes: Span<UInt8>) -> RTCPBlock? {
        guard offset &+ 4 <= end, end <= bytes.count else { return nil }
        let flags = bytes[offset]
        let start = offset &+ 4
        let behind = start &+ 4 &* Int(bytes.uint16(at: offset &+ 2))
        guard behind <= end else { return nil }
        let padding = flags & 0x20 != 0 && behind > start ? Int(bytes[behind &- 1]) : 0
        guard padding <= behind &- start else { return nil }
        let type = RTCPType(rawValue: bytes[offset &+ 1])
        offset = behind
        return RTCPBlock(type: type, count: flags & 0x1F, content: start..<(behind &- padding))
    }
}
