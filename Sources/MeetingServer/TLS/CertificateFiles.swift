import NIOSSL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Two PEM files: a certificate with the chain above it, and its key. Reads them and makes of them what a handshake needs.
public struct CertificateFiles: Equatable, Sendable {
    /// Path of the certificate (`--tls-certificate`), leaf first.
    public var certificate: String
    /// Path of the key (`--tls-key`).
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// What the two files hold at one moment.
    struct Content: Equatable, Sendable {
        var certificate: [UInt8]
        var key: [UInt8]

        /// Throws when one of them is no PEM, or the key is not the certificate's. TLS 1.2 or later, inside it HTTP/1.1 or
        /// TURN (RFC 7443).
        func context() throws -> NIOSSLContext {
            let chain = try NIOSSLCertificate.fromPEMBytes(certificate)
            guard !chain.isEmpty else { throw CertificateError.noCertificate }
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1", "stun.turn"]
            return try NIOSSLContext(configuration: configuration)
        }
    }

    /// Reads both files; throws the file system's error.
    func read() throws -> Content {
        for path in [certificate, key] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: URL(filePath: path).resolvingSymlinksInPath().path
            )
            guard (attributes[.size] as? Int ?? 0) <= TLSLimits.fileBytes else { throw CertificateError.tooLarge(path) }
        }
        return Content(
            certificate: Array(try Data(contentsOf: URL(filePath: certificate))),
            key: Array(try Data(contentsOf: URL(filePath: key)))
        )
    }
}

/// Why a certificate cannot be served.
public enum CertificateError: Error, Equatable, CustomStringConvertible {
    /// The certificate's file holds no certificate.
    case noCertificate
    /// The file is larger than a certificate chain can be.
    case tooLarge(String)

    public var description: String {
        switch self {
        case .noCertificate: "The certificate file holds no certificate in PEM."
        case .tooLarge(let path): "\(path) is too large for a certificate or key."
        }
    }
}

/// What TLS may use up.
enum TLSLimits {
    /// Bytes of a PEM file; a long chain has 20 kB.
    static let fileBytes = 1 << 20
    /// Seconds from the connection to the end of its handshake; slower peers are taken for an attack (T-WS-3).
    static let handshakeSeconds = 5
    /// Seconds from the connection to the first byte inside TLS. Browsers connect ahead of need, but not for long.
    static let firstByteSeconds = 10
    /// Bytes of TURN waiting for a client to read; beyond it the media plane waits, and drops what nobody can use any more.
    static let turnWaiting = 32 << 10
    /// Seconds that a client is given to read the end of it.
    static let turnFarewellSeconds = 5
    /// Addresses named in a self-signed certificate.
    static let addresses = 64
}
