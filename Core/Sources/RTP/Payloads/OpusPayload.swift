/// What the first byte of an Opus packet says (RFC 6716 §3.1).
///
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// | config  |s| c |
/// +-+-+-+-+-+-+-+-+
/// ```
public struct OpusPayload: Hashable, Sendable, BitwiseCopyable {
    /// Mode, bandwidth and frame size, 0 to 31 (RFC 6716, table 2).
    public let configuration: UInt8
    public let isStereo: Bool
    /// How the packet is filled: 0 one frame, 1 and 2 two, 3 any number.
    public let frameCountCode: UInt8
    /// Whether this looks like discontinuous transmission: no more than two bytes, which a coder makes of silence when
    /// it sends at all (RFC 6716 §2.1.9; a hint, because a decoder would not call it invalid).
    public let isDiscontinuous: Bool

    /// Nil for an empty payload.
    public init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
        guard let first = payload.first, first >= 0, payload.upperBound <= bytes.count else { return nil }
        configuration = bytes[first] >> 3
        isStereo = bytes[first] & 4 != 0
        frameCountCode = bytes[first] & 3
        isDiscontinuous = payload.count <= 2
    }
}
