package import DTLS
package import SRTP

/// Both directions of SRTP under the keys of one handshake.
package struct SessionCiphers: ~Copyable {
    package var sender: SRTPSender
    package var receiver: SRTPReceiver

    /// One end's side, `isServer` for who waited for the handshake. Nil when OpenSSL has no memory.
    package init?(_ keys: SRTPKeyingMaterial, isServer: Bool) {
        let (own, other) = isServer ? (keys.server, keys.client) : (keys.client, keys.server)
        guard let sent = MasterKey(own, keys.profile), let received = MasterKey(other, keys.profile),
            let sender = SRTPSender(sent), let receiver = SRTPReceiver(received)
        else { return nil }
        self.sender = sender
        self.receiver = receiver
    }
}

extension MasterKey {
    /// What DTLS exported, in SRTP's words. The profiles are the same numbers on the wire.
    init?(_ key: SRTPMasterKey, _ profile: SRTPProtectionProfile) {
        guard let same = ProtectionProfile(rawValue: profile.rawValue) else { return nil }
        self.init(
            same,
            key: key.key.span.extracting(..<profile.keyLength),
            salt: key.salt.span.extracting(..<profile.saltLength)
        )
    }
}
