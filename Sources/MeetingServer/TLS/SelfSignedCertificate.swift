import Crypto
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The certificate of `--tls self-signed`: made for the names and addresses of this machine, kept in the data directory.
///
/// Browsers allow camera and microphone only over TLS; in a home network nobody gives out certificates, so people accept
/// this one once. Its key is kept for ever, and the certificate as long as it fits, because each new one must be accepted again.
public struct SelfSignedCertificate: Sendable {
    /// Where the files are; `CertificateStore` reads them.
    public let files: CertificateFiles
    /// SHA-256 of the certificate, as browsers show it: `AB:CD:…`.
    public let fingerprint: String
    /// Whether it was made just now, so that browsers will ask again.
    public let isNew: Bool

    /// Days that a certificate is good for; more than 398 is refused by browsers.
    private static let validDays = 397
    /// Days before the end when a new one is made.
    private static let renewalDays = 30

    /// Finds the certificate in `directory`/tls, or makes it. A new one is made when there is none, when it ends within
    /// 30 days, or when one of the names is not in it. Throws when the directory cannot be written.
    public init(directory: String, names: ServerNames, now: Date) throws {
        let folder = directory + "/tls"
        files = CertificateFiles(
            certificate: folder + "/self-signed-certificate.pem",
            key: folder + "/self-signed-key.pem"
        )
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let key = try Self.key(at: files.key)
        if let kept = Self.kept(at: files.certificate, key: key, names: names, now: now) {
            fingerprint = try Self.fingerprint(of: kept)
            isNew = false
        } else {
            let made = try Self.make(key: key, names: names, now: now)
            try PrivateFile.write(try made.serializeAsPEM().pemString, to: files.certificate)
            fingerprint = try Self.fingerprint(of: made)
            isNew = true
        }
    }

    /// The key in the file, or a new one that is written there. A file that holds no key is replaced.
    private static func key(at path: String) throws -> P256.Signing.PrivateKey {
        if let pem = try? String(contentsOf: URL(filePath: path), encoding: .utf8),  // absent at the first start
            let key = try? P256.Signing.PrivateKey(pemRepresentation: pem)  // or damaged: then a new one is made
        {
            return key
        }
        let key = P256.Signing.PrivateKey()
        try PrivateFile.write(key.pemRepresentation, to: path)
        return key
    }

    private static func kept(
        at path: String,
        key: P256.Signing.PrivateKey,
        names: ServerNames,
        now: Date
    ) -> Certificate? {
        guard let pem = try? String(contentsOf: URL(filePath: path), encoding: .utf8),  // absent at the first start
            let certificate = try? Certificate(pemEncoded: pem),  // or damaged: then a new one is made
            certificate.publicKey == Certificate.PublicKey(key.publicKey),
            certificate.notValidBefore <= now,
            certificate.notValidAfter.timeIntervalSince(now) > Double(renewalDays) * 86_400,
            let held = try? certificate.extensions.subjectAlternativeNames  // unreadable counts as absent
        else { return nil }
        // IPv6 addresses come and go (RFC 8981), and each new certificate must be accepted again by everybody.
        let lasting = ServerNames(host: names.host, addresses: names.addresses.filter { $0.count == 4 })
        return lasting.alternativeNames.allSatisfy { held.contains($0) } ? certificate : nil
    }

    private static func make(
        key: P256.Signing.PrivateKey,
        names: ServerNames,
        now: Date
    ) throws -> Certificate {
        let name = try DistinguishedName { CommonName("Parley on \(names.host)") }
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            // A day back, for phones whose clock is slow.
            notValidBefore: now.addingTimeInterval(-86_400),
            notValidAfter: now.addingTimeInterval(Double(validDays - 1) * 86_400),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names.alternativeNames)
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
    }

    private static func fingerprint(of certificate: Certificate) throws -> String {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return SHA256.hash(data: serializer.serializedBytes).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return byte < 16 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}
