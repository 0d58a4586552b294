/// The two MACs a message can carry (RFC 8489 §14.5, §14.6).
public enum IntegrityAlgorithm: UInt8, Sendable, BitwiseCopyable {
    /// MESSAGE-INTEGRITY: HMAC-SHA1, 20 bytes.
    case sha1
    /// MESSAGE-INTEGRITY-SHA256: HMAC-SHA256, 32 bytes, or the first 16, 20, 24 or 28 of them.
    case sha256

    /// Bytes of the MAC in full.
    var size: Int { self == .sha1 ? 20 : 32 }
    var attribute: AttributeType { self == .sha1 ? .messageIntegrity : .messageIntegritySHA256 }
}

extension Message {
    /// The MAC that vouches for the message, the stronger one when there are both; nil when there is none.
    public func integrityAlgorithm(in bytes: Span<UInt8>) -> IntegrityAlgorithm? {
        if attribute(.messageIntegritySHA256, in: bytes) != nil { return .sha256 }
        return attribute(.messageIntegrity, in: bytes) != nil ? .sha1 : nil
    }

    /// Whether the message carries the right MAC under `key`: a password (short-term credentials) or a `LongTermKey`.
    /// What follows the MAC is not vouched for; `attributes` leaves it out.
    public func hasIntegrity(_ algorithm: IntegrityAlgorithm, key: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
        guard let attribute = attribute(algorithm.attribute, in: bytes) else { return false }
        let value = attribute.value
        // The MAC is over the header with the length that ends with this attribute, whatever follows.
        let length = value.upperBound &- Self.headerLength
        let start: InlineArray<4, UInt8> = [
            bytes[0], bytes[1], UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length),
        ]
        let rest = bytes.extracting(4..<(value.lowerBound &- 4))
        switch algorithm {
        case .sha1:
            let mac = Digest.hmacSHA1(key: key, start.span, rest)
            return Digest.areEqual(mac.span, bytes.extracting(value))
        case .sha256:
            guard value.count >= 16, value.count <= 32, value.count % 4 == 0 else { return false }
            let mac = Digest.hmacSHA256(key: key, start.span, rest)
            return Digest.areEqual(mac.span.extracting(..<value.count), bytes.extracting(value))
        }
    }
}
