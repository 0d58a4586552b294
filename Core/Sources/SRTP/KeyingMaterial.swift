/// One direction's master key and salt. Not copied more often than needed, and wiped by nobody: it lives as long as a
/// handshake.
public struct MasterKey: Sendable, BitwiseCopyable {
    public let profile: ProtectionProfile
    /// `profile.keyLength` bytes of it are the key.
    let key: InlineArray<32, UInt8>
    /// 14 bytes; those behind `profile.saltLength` are zero, as derivation wants them (RFC 7714 §11).
    let salt: InlineArray<14, UInt8>

    /// Nil when the counts are not those of the profile.
    public init?(_ profile: ProtectionProfile, key: Span<UInt8>, salt: Span<UInt8>) {
        guard key.count == profile.keyLength, salt.count == profile.saltLength else { return nil }
        self.profile = profile
        self.key = InlineArray { $0 < key.count ? key[$0] : 0 }
        self.salt = InlineArray { $0 < salt.count ? salt[$0] : 0 }
    }
}

/// The keys of both directions, cut out of what the DTLS exporter gives for "EXTRACTOR-dtls_srtp" (RFC 5764 §4.2).
///
/// ```
/// | client write key | server write key | client write salt | server write salt |
/// ```
public struct KeyingMaterial: Sendable, BitwiseCopyable {
    /// What the peer protects with.
    public let received: MasterKey
    /// What this side protects with.
    public let sent: MasterKey

    /// Nil when `exported` has not `profile.exportedLength` bytes. `isServer`: whether this side was the DTLS server;
    /// that is the passive one, which the SFU always is.
    public init?(_ profile: ProtectionProfile, exported: Span<UInt8>, isServer: Bool) {
        let (key, salt) = (profile.keyLength, profile.saltLength)
        guard exported.count == profile.exportedLength,
            let client = MasterKey(
                profile,
                key: exported.extracting(0..<key),
                salt: exported.extracting(2 * key..<2 * key + salt)
            ),
            let server = MasterKey(
                profile,
                key: exported.extracting(key..<2 * key),
                salt: exported.extracting(2 * key + salt..<2 * key + 2 * salt)
            )
        else { return nil }
        received = isServer ? client : server
        sent = isServer ? server : client
    }
}
