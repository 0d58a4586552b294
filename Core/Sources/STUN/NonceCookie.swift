public import Wire

/// What a server can do that an attacker between could hide from the client (RFC 8489 §9.2.1).
public struct SecurityFeatures: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// 24 bits. Bit 0 of the registry is the leftmost (RFC 8489 §18.1); the nonce of its Appendix B.1 counts from the
    /// other end, and the registry is what we follow.
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue & 0xFF_FFFF }

    /// PASSWORD-ALGORITHMS is sent, and is to be sent back.
    public static let passwordAlgorithms = SecurityFeatures(rawValue: 1 << 23)
    /// USERHASH is understood.
    public static let usernameAnonymity = SecurityFeatures(rawValue: 1 << 22)
}

/// The beginning of a nonce that carries `SecurityFeatures`: `obMatJos2` and four characters of base64.
/// Clients cannot be made to overlook it, because the nonce comes back under the MAC.
public enum NonceCookie {
    /// Characters of a cookie.
    public static let length = 13

    /// Writes a cookie.
    public static func write(
        _ features: SecurityFeatures,
        with writer: inout ByteWriter,
        to room: inout MutableSpan<UInt8>
    ) {
        writer.write(mark.span, to: &room)
        let bits: InlineArray<3, UInt8> = [
            UInt8(truncatingIfNeeded: features.rawValue >> 16), UInt8(truncatingIfNeeded: features.rawValue >> 8),
            UInt8(truncatingIfNeeded: features.rawValue),
        ]
        Base64.encode(bits.span, with: &writer, to: &room)
    }

    /// The features that a nonce begins with; nil when it begins with something else.
    public static func features(of nonce: Span<UInt8>) -> SecurityFeatures? {
        guard nonce.count >= length else { return nil }
        for index in 0..<mark.count where nonce[index] != mark[index] { return nil }
        var bits = InlineArray<3, UInt8>(repeating: 0)
        var room = bits.mutableSpan
        var writer = ByteWriter()
        guard Base64.decode(nonce.extracting(9..<length), with: &writer, to: &room), writer.count == 3 else {
            return nil
        }
        return SecurityFeatures(rawValue: UInt32(bits[0]) << 16 | UInt32(bits[1]) << 8 | UInt32(bits[2]))
    }

    /// `obMatJos2`.
    private static let mark: InlineArray<9, UInt8> = [0x6F, 0x62, 0x4D, 0x61, 0x74, 0x4A, 0x6F, 0x73, 0x32]
}
