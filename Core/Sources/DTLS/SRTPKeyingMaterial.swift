/// How SRTP protects packets, as DTLS agreed on it (RFC 5764 §4.1.2, RFC 7714 §14.2). The raw value is the number on the
/// wire. The first is the fastest and what browsers take when it is offered first.
public enum SRTPProtectionProfile: UInt16, Sendable, BitwiseCopyable {
    case aeadAES128GCM = 0x0007
    case aeadAES256GCM = 0x0008
    case aes128CMSHA1_80 = 0x0001

    /// Bytes of a master key.
    public var keyLength: Int { self == .aeadAES256GCM ? 32 : 16 }
    /// Bytes of a master salt.
    public var saltLength: Int { self == .aes128CMSHA1_80 ? 14 : 12 }
}

/// A master key and salt for one direction. Only the first `keyLength` and `saltLength` bytes mean anything.
public struct SRTPMasterKey: Sendable, BitwiseCopyable {
    public let key: InlineArray<32, UInt8>
    public let salt: InlineArray<14, UInt8>
}

/// What SRTP needs of a finished handshake (RFC 5764 §4.2).
public struct SRTPKeyingMaterial: Sendable, BitwiseCopyable {
    /// Bytes that the exporter makes for the largest profile.
    static let largest = 2 * (32 + 12)

    public let profile: SRTPProtectionProfile
    /// What the end that began the handshake sends with: the browser.
    public let client: SRTPMasterKey
    /// What the other end sends with: this server.
    public let server: SRTPMasterKey

    /// Cuts what the exporter made, in its order: client key, server key, client salt, server salt.
    init(_ profile: SRTPProtectionProfile, _ material: Span<UInt8>) {
        let (key, salt) = (profile.keyLength, profile.saltLength)
        func cut(_ keyStart: Int, _ saltStart: Int) -> SRTPMasterKey {
            SRTPMasterKey(
                key: InlineArray { $0 < key ? material[keyStart &+ $0] : 0 },
                salt: InlineArray { $0 < salt ? material[saltStart &+ $0] : 0 }
            )
        }
        self.profile = profile
        client = cut(0, 2 &* key)
        server = cut(key, 2 &* key &+ salt)
    }
}
