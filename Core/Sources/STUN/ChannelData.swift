/// TURN's short framing of a payload (RFC 8656 §12.4). It shares ports and streams with STUN, told apart by the first bits.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         Channel Number        |            Length             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                                                               |
/// /                       Application Data                        /
/// ```
public struct ChannelData: Hashable, Sendable {
    public static let headerLength = 4

    public let number: UInt16
    /// Where the application data stands.
    public let payload: Range<Int>

    /// Whether two first bytes are a channel number, 0x4000 to 0x7FFF. RFC 8656 ends them at 0x4FFF, but clients of RFC 5766,
    /// coturn's among them, draw from all of these, and nothing else on our ports begins so.
    public static func isNumber(_ wire: UInt16) -> Bool { wire >> 14 == 0b01 }

    /// Whether a datagram or frame is ChannelData and not STUN, by its first byte.
    public static func begins(_ bytes: Span<UInt8>) -> Bool { bytes.count > 0 && bytes[0] >> 6 == 0b01 }

    /// Reads a datagram, or a frame cut out of a stream. Nil when the number is none, when the data is shorter than the
    /// length says, or when more than padding follows.
    public init?(parsing bytes: Span<UInt8>) {
        guard bytes.count >= Self.headerLength else { return nil }
        number = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        let end = Self.headerLength &+ (Int(bytes[2]) << 8 | Int(bytes[3]))
        guard Self.isNumber(number), end <= bytes.count, bytes.count &- end < 4 else { return nil }
        payload = Self.headerLength..<end
    }
}
