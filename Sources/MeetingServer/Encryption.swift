import Foundation
import Logging
import ServiceLifecycle

/// The TLS side of the web port: which certificate, and who looks after it.
struct Encryption: Sendable {
    let certificates: CertificateStore
    /// SHA-256 of a certificate made here; nil for one from files.
    let fingerprint: String?

    /// Nil when the server speaks plain HTTP. Throws a sentence when the certificate cannot be used.
    init?(options: ServeOptions) throws {
        switch options.tls {
        case .off: return nil
        case .files(let certificate, let key):
            certificates = try CertificateStore(CertificateFiles(certificate: certificate, key: key))
            fingerprint = nil
        case .selfSigned:
            let names = try ServerNames.ofThisMachine(host: ProcessInfo.processInfo.hostName)
            let made = try SelfSignedCertificate(directory: options.data, names: names, now: Date())
            certificates = try CertificateStore(made.files)
            fingerprint = made.fingerprint
        }
    }

    /// Re-reads the files when they change.
    func watcher(logger: Logger) -> some Service { CertificateWatcher(certificates, logger: logger) }
}
