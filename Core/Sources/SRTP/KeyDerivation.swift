import COpenSSL

/// What a session key is for (RFC 3711 §4.3.2): the label that goes into its derivation. SRTCP's are those of SRTP plus
/// 3.
enum KeyLabel: UInt8 {
    case encryption = 0
    case authentication = 1
    case salt = 2
    case controlEncryption = 3
    case controlAuthentication = 4
    case controlSalt = 5
}

/// The keys of SRTP or of SRTCP in one direction.
struct SessionKeys {
    let profile: ProtectionProfile
    var key = InlineArray<32, UInt8>(repeating: 0)
    /// Not used by AEAD.
    var authenticationKey = InlineArray<20, UInt8>(repeating: 0)
    var salt = InlineArray<14, UInt8>(repeating: 0)

    init(_ profile: ProtectionProfile) { self.profile = profile }

    /// Derives the keys, once for the whole session: the key derivation rate is zero, as DTLS-SRTP has it (RFC 5764
    /// §4.1.2). Nil when OpenSSL has no memory.
    init?(_ master: MasterKey, control: Bool) {
        profile = master.profile
        var keyRoom = key.mutableSpan
        guard master.derive(control ? .controlEncryption : .encryption, profile.keyLength, &keyRoom) else { return nil }
        var saltRoom = salt.mutableSpan
        guard master.derive(control ? .controlSalt : .salt, profile.saltLength, &saltRoom) else { return nil }
        guard !profile.isAEAD else { return }
        var authenticationRoom = authenticationKey.mutableSpan
        guard master.derive(control ? .controlAuthentication : .authentication, 20, &authenticationRoom) else {
            return nil
        }
    }
}

extension MasterKey {
    /// The key stream of AES in counter mode under the master key, that starts at (label · 2^48 XOR salt) · 2^16
    /// (RFC 3711 §4.3.1, §4.3.3; with 256-bit keys RFC 6188 §3). Writes `count` bytes; false when OpenSSL cannot.
    func derive(_ label: KeyLabel, _ count: Int, _ room: inout MutableSpan<UInt8>) -> Bool {
        guard count <= room.count else { return false }
        let vector = InlineArray<16, UInt8> { index in
            index < 14 ? salt[index] ^ (index == 7 ? label.rawValue : 0) : 0
        }
        return unsafe key.span.withUnsafeBufferPointer { key in
            unsafe vector.span.withUnsafeBufferPointer { vector in
                unsafe room.withUnsafeMutableBufferPointer { room in
                    unsafe parley_ctr_stream(
                        key.baseAddress,
                        profile.keyLength,
                        vector.baseAddress,
                        room.baseAddress,
                        count
                    )
                }
            }
        }
    }
}
