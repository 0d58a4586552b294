import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import Testing
import X509

@testable import MeetingServer

@Suite("Self-signed certificate")
struct TLSSelfSignedTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let names = ServerNames(host: "attic", addresses: [[192, 168, 1, 7], [UInt8](repeating: 0xFD, count: 16)])

    private func make(_ folder: CertificateFolder, _ names: ServerNames? = nil, days: Double = 0) throws
        -> SelfSignedCertificate
    {
        try SelfSignedCertificate(
            directory: folder.path,
            names: names ?? self.names,
            now: now.addingTimeInterval(days * 86_400)
        )
    }

    private func key(_ folder: CertificateFolder, _ made: SelfSignedCertificate) throws -> String {
        try String(contentsOf: URL(filePath: made.files.key), encoding: .utf8)
    }

    @Test("It holds the machine's names and addresses, for 397 days at most, and can be served")
    func content() async throws {
        try await withCertificateFolder { folder in
            let made = try make(folder)
            let pem = try String(contentsOf: URL(filePath: made.files.certificate), encoding: .utf8)
            let certificate = try Certificate(pemEncoded: pem)
            let held = try #require(try certificate.extensions.subjectAlternativeNames)
            for name in ["localhost", "attic", "attic.local"] { #expect(held.contains(.dnsName(name))) }
            #expect(Array(held) == names.alternativeNames && held.count == 7)
            #expect(certificate.notValidAfter.timeIntervalSince(certificate.notValidBefore) <= 398 * 86_400)
            #expect(made.isNew)
            let hash = SHA256.hash(data: try NIOSSLCertificate.fromPEMFile(made.files.certificate)[0].toDERBytes())
            #expect(made.fingerprint == hash.map { String(format: "%02X", $0) }.joined(separator: ":"))
            _ = try CertificateStore(made.files)
        }
    }

    @Test("Its files are for this user only")
    func permissions() async throws {
        try await withCertificateFolder { folder in
            let made = try make(folder)
            let mode = try FileManager.default.attributesOfItem(atPath: made.files.key)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("It is kept over a restart, also when an address went away")
    func kept() async throws {
        try await withCertificateFolder { folder in
            let first = try make(folder)
            let second = try make(folder, ServerNames(host: "attic", addresses: [[192, 168, 1, 7]]), days: 300)
            #expect(!second.isNew && second.fingerprint == first.fingerprint)
        }
    }

    @Test("It is renewed with the same key near its end, for a new address, and when it is damaged")
    func renewed() async throws {
        try await withCertificateFolder { folder in
            let first = try make(folder)
            let key = try key(folder, first)
            let late = try make(folder, days: 380)
            #expect(late.isNew && late.fingerprint != first.fingerprint)
            let moved = try make(folder, ServerNames(host: "attic", addresses: [[10, 0, 0, 1]]), days: 380)
            #expect(moved.isNew)
            try Data("damaged".utf8).write(to: URL(filePath: moved.files.certificate))
            #expect(try make(folder, days: 380).isNew)
            #expect(try self.key(folder, first) == key)
        }
    }

    @Test("A damaged key is replaced together with its certificate")
    func damagedKey() async throws {
        try await withCertificateFolder { folder in
            let first = try make(folder)
            try Data("damaged".utf8).write(to: URL(filePath: first.files.key))
            let second = try make(folder)
            #expect(second.isNew)
            _ = try CertificateStore(second.files)
        }
    }

    @Test("This machine has a loopback address among its names, and no link-local one")
    func thisMachine() throws {
        let names = try ServerNames.ofThisMachine(host: "here")
        #expect(names.addresses.contains([127, 0, 0, 1]))
        #expect(!names.addresses.contains { $0.count == 16 && $0[0] == 0xFE && $0[1] & 0xC0 == 0x80 })
    }
}
