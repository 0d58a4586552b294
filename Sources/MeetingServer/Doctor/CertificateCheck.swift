import Foundation
import SwiftASN1
import X509

/// Whether browsers will take the certificate.
enum CertificateCheck {
    /// Days before the end when somebody should do something.
    private static let soonDays = 14.0

    static func findings(_ options: ServeOptions, now: Date) -> [Finding] {
        switch options.tls {
        case .off: return []
        case .selfSigned: return [selfSigned(options, now)]
        case .files(let certificate, let key):
            let files = CertificateFiles(certificate: certificate, key: key)
            do {
                let content = try files.read()
                // Throws when the certificate or the key is none, or when they do not belong together.
                _ = try content.context()
                let leaf = try Certificate(pemEncoded: String(decoding: content.certificate, as: UTF8.self).firstPEM)
                return [validity(leaf, certificate, now), names(leaf, options)]
            } catch {
                return [
                    Finding(
                        "certificate",
                        .bad,
                        "The certificate \(certificate) with the key \(key) cannot be served: \(error)"
                    )
                ]
            }
        }
    }

    private static func selfSigned(_ options: ServeOptions, _ now: Date) -> Finding {
        let path = options.data + "/tls/self-signed-certificate.pem"
        let advice =
            "browsers ask once whether to trust it, and do not use it for TURN. A certificate of a public authority does both."
        // Absent before the first start; a damaged or expired one is made anew.
        guard let pem = try? String(contentsOf: URL(filePath: path), encoding: .utf8),
            let certificate = try? Certificate(pemEncoded: pem), certificate.notValidAfter > now
        else { return Finding("certificate", .warning, "The server will make a certificate of its own: \(advice)") }
        return Finding("certificate", .warning, "The server uses a certificate of its own, \(path): \(advice)")
    }

    /// From a certificate and the time alone.
    static func validity(_ certificate: Certificate, _ path: String, _ now: Date) -> Finding {
        let days = certificate.notValidAfter.timeIntervalSince(now) / 86_400
        let date = day(certificate.notValidAfter)
        if certificate.notValidBefore > now {
            return Finding(
                "certificate",
                .bad,
                "The certificate \(path) is not valid before \(day(certificate.notValidBefore)): is the clock right?"
            )
        }
        if days <= 0 { return Finding("certificate", .bad, "The certificate \(path) has expired on \(date).") }
        let left = "\(Int(days)) days left, until \(date)"
        guard days > soonDays else {
            return Finding(
                "certificate",
                .warning,
                "The certificate \(path) ends soon: \(left). Renew it; no restart is needed."
            )
        }
        return Finding("certificate", .good, "The certificate \(path) fits its key and is valid: \(left).")
    }

    static func names(_ certificate: Certificate, _ options: ServeOptions) -> Finding {
        let held = (try? certificate.extensions.subjectAlternativeNames) ?? nil  // unreadable counts as absent
        let names = (held ?? SubjectAlternativeNames([])).compactMap(name)
        guard !names.isEmpty else {
            return Finding("certificate-names", .bad, "The certificate names no host: browsers refuse it.")
        }
        let isName = OptionReader.address(options.host) == nil && options.host != "localhost"
        if isName, !names.contains(where: { fits($0, options.host) }) {
            return Finding(
                "certificate-names",
                .bad,
                "The certificate is for \(enumerated(names)), not for \(options.host) (--host): browsers refuse it there."
            )
        }
        return Finding(
            "certificate-names",
            .good,
            "The certificate is for \(enumerated(names)): people must open the page by such a name."
        )
    }

    private static func name(_ name: GeneralName) -> String? {
        switch name {
        case .dnsName(let name): name
        case .ipAddress(let bytes): text(Array(bytes.bytes))
        default: nil
        }
    }

    private static func text(_ address: [UInt8]) -> String? {
        switch address.count {
        case 4: address.map(String.init).joined(separator: ".")
        case 16:
            stride(from: 0, to: 16, by: 2).map { String(UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]), radix: 16) }
                .joined(separator: ":")
        default: nil
        }
    }

    /// A wildcard stands for one label (RFC 6125 §6.4.3).
    private static func fits(_ pattern: String, _ host: String) -> Bool {
        let (pattern, host) = (pattern.lowercased(), host.lowercased())
        guard pattern.hasPrefix("*.") else { return pattern == host }
        return host.drop { $0 != "." } == pattern.dropFirst()
    }

    private static func day(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day())
    }
}

extension String {
    /// The first certificate of a chain.
    fileprivate var firstPEM: String {
        guard let end = range(of: "-----END CERTIFICATE-----") else { return self }
        return String(self[..<end.upperBound])
    }
}
