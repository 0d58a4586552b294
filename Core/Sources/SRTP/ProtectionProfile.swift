/// What DTLS agreed on for SRTP (RFC 5764 §4.1.2, RFC 7714 §14.2); the raw value is the one on the wire.
public enum ProtectionProfile: UInt16, Sendable, CaseIterable, BitwiseCopyable {
    /// AES-128 in counter mode and 80 bits of HMAC-SHA1: what everybody has.
    case aes128CMHMACSHA1_80 = 0x0001
    /// Half the work of the other and less; offered first.
    case aeadAES128GCM = 0x0007
    case aeadAES256GCM = 0x0008

    public var keyLength: Int { self == .aeadAES256GCM ? 32 : 16 }
    public var saltLength: Int { isAEAD ? 12 : 14 }
    /// Bytes that the DTLS exporter has to give: both keys, both salts (RFC 5764 §4.2).
    public var exportedLength: Int { 2 * (keyLength + saltLength) }
    /// Bytes that `protect` adds to a packet.
    public var overhead: Int { isAEAD ? 16 : 10 }
    /// Bytes that `protectControl` adds to a packet: the tag, and the index.
    public var controlOverhead: Int { overhead + 4 }

    var isAEAD: Bool { self != .aes128CMHMACSHA1_80 }
}
