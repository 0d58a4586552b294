import Wire

/// The checksum at the end of a message that tells STUN from whatever shares its port (RFC 8489 §14.7).
public enum Fingerprint: Sendable {
    /// The message has none.
    case absent
    /// It is that of the bytes before it.
    case valid
    /// It is not, or has no four bytes: this only looks like STUN.
    case invalid

    /// What the attribute holds for the bytes before it.
    static func value(of bytes: Span<UInt8>, first count: Int) -> UInt32 {
        CRC32.checksum(bytes, first: count) ^ 0x5354_554E
    }
}

extension Message {
    /// Looks for FINGERPRINT and checks it.
    public func fingerprint(in bytes: Span<UInt8>) -> Fingerprint {
        guard let attribute = attribute(.fingerprint, in: bytes) else { return .absent }
        var reader = ByteReader(attribute.value)
        guard attribute.value.count == 4, let value = reader.readUInt32(bytes) else { return .invalid }
        return value == Fingerprint.value(of: bytes, first: attribute.value.lowerBound &- 4) ? .valid : .invalid
    }
}
