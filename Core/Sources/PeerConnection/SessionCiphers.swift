import DTLS
import SRTP

/// Both directions of SRTP under the keys of one handshake.
struct SessionCiphers: ~Copyable {
    var sender: SRTPSender
    var receiver: SRTPReceiver

    /// The server's side. Nil when OpenSSL has no memory.
    init?(server keys: SRTPKeyingMaterial) {
        guard let sent = MasterKey(keys.server, keys.profile), let received = MasterKey(keys.client, keys.profile),
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
