/// A whole RTP packet after decryption: where its payload stands, with the padding known to be sound.
///
/// ```
/// | header | payload | padding … count |
///                    ^ only with the P bit; `count` is its last byte and counts itself (RFC 3550 §5.1)
/// ```
public struct RTPPacket: Hashable, Sendable, BitwiseCopyable {
    public let header: RTPHeader
    private let payloadEnd: UInt16
    /// Bytes of padding behind the payload, 0 to 255.
    public let paddingCount: UInt8

    /// Parses a packet that nothing protects any more. All of `bytes` has to be the packet.
    public init(parsing bytes: Span<UInt8>) throws(RTPParseError) {
        try self.init(RTPHeader(parsing: bytes), of: bytes)
    }

    /// Checks the padding of a packet whose header is parsed already.
    public init(_ header: RTPHeader, of bytes: Span<UInt8>) throws(RTPParseError) {
        guard bytes.count >= header.length else { throw .tooShort }
        guard bytes.count <= Limits.packet else { throw .tooLong }
        self.header = header
        var padding: UInt8 = 0
        if header.hasPadding {
            guard bytes.count > header.length else { throw .badPadding }
            padding = bytes[bytes.count &- 1]
            guard padding > 0, Int(padding) <= bytes.count &- header.length else { throw .badPadding }
        }
        paddingCount = padding
        payloadEnd = UInt16(truncatingIfNeeded: bytes.count &- Int(padding))
    }

    /// Where the payload stands, without padding. Empty in a packet that only probes the bandwidth.
    public var payload: Range<Int> { header.length..<Int(payloadEnd) }

    /// Bytes of the packet with its padding.
    public var length: Int { Int(payloadEnd) &+ Int(paddingCount) }

    /// A packet that carries padding and nothing else: counted for congestion control, never forwarded.
    public var isPaddingOnly: Bool { paddingCount > 0 && payload.isEmpty }
}
