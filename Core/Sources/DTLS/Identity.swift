import COpenSSL

/// The hash of a certificate (RFC 8122 §5). The algorithm follows from the count of bytes.
public struct CertificateHash: Equatable, Sendable {
    /// 20 bytes of SHA-1, 32 of SHA-256, 48 of SHA-384 or 64 of SHA-512.
    public let bytes: [UInt8]

    /// Nil for any other count.
    public init?(_ bytes: [UInt8]) {
        guard [20, 32, 48, 64].contains(bytes.count) else { return nil }
        self.bytes = bytes
    }
}

/// This process's certificate: a key on P-256, made at start and never stored. Descriptions carry its hash, which is all
/// the proof of identity that WebRTC has (RFC 8827 §6.5). One for the process, for any number of transports on any thread.
@safe
public final class DTLSIdentity {
    let pointer: OpaquePointer
    /// SHA-256 of the certificate, for `a=fingerprint`.
    public let fingerprint: [UInt8]

    /// `wall` is Unix time in seconds. Nil only when there is neither memory nor randomness.
    public init?(wall: Int64) {
        guard let pointer = unsafe parley_dtls_identity_new(wall) else { return nil }
        unsafe self.pointer = pointer
        var digest = [UInt8](repeating: 0, count: 32)
        let isDone = unsafe digest.withUnsafeMutableBufferPointer { room in
            guard let start = room.baseAddress else { return false }
            return unsafe parley_dtls_identity_digest(pointer, start)
        }
        fingerprint = digest
        guard isDone else { return nil }
    }

    deinit { unsafe parley_dtls_identity_free(pointer) }
}

// SAFETY: the pointer is private and never changes; what it points to is only read after `init`, but for reference counts
// that OpenSSL counts atomically.
extension DTLSIdentity: @unchecked Sendable {}
