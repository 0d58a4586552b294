/// The checksum of ISO 3309 and ITU-T V.42, which STUN's FINGERPRINT uses (RFC 8489 §14.7). Finds accidents, not attackers.
public enum CRC32 {
    /// The checksum of the first `count` bytes; of all when there are fewer.
    public static func checksum(_ bytes: Span<UInt8>, first count: Int = .max) -> UInt32 {
        var remainder: UInt32 = 0xFFFF_FFFF
        for index in 0..<max(0, min(count, bytes.count)) {
            let position = Int((remainder ^ UInt32(bytes[index])) & 0xFF)
            remainder = remainder >> 8 ^ table[position]
        }
        return ~remainder
    }

    /// The remainder of each byte by the reflected polynomial.
    private static let table = InlineArray<256, UInt32> { index in
        var remainder = UInt32(index)
        for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
        return remainder
    }
}
