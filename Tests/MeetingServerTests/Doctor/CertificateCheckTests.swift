import Foundation
import Testing
import X509

@testable import MeetingServer

@Suite("parley doctor: the certificate")
struct CertificateCheckTests {
    private static let now = Date(timeIntervalSince1970: 1_795_000_000)

    /// Findings for a certificate of `server.example` that was made so many days ago.
    private func findings(madeDaysAgo days: Double, _ arguments: String...) async throws -> [Finding] {
        try await withCertificateFolder { folder in
            let names = ServerNames(host: "server.example", addresses: [[192, 168, 1, 5]])
            let made = try SelfSignedCertificate(
                directory: folder.path,
                names: names,
                now: Self.now.addingTimeInterval(-days * 86_400)
            )
            let files = ["--tls-certificate", made.files.certificate, "--tls-key", made.files.key]
            return CertificateCheck.findings(try doctorOptions(files + arguments), now: Self.now)
        }
    }

    @Test("A good one is good, and its days and names are told")
    func good() async throws {
        let found = try await findings(madeDaysAgo: 0)
        #expect(found.map(\.result) == [.good, .good])
        #expect(found[0].sentence.contains("396 days left"))
        #expect(found[1].sentence.contains("server.example") && found[1].sentence.contains("192.168.1.5"))
    }

    @Test("One that ends soon is doubtful; one that has ended, or not begun, is bad")
    func dates() async throws {
        #expect(try await findings(madeDaysAgo: 390)[0].result == .warning)
        #expect(try await findings(madeDaysAgo: 400)[0].sentence.contains("has expired"))
        let early = try await findings(madeDaysAgo: -10)[0]
        #expect(early.result == .bad && early.sentence.contains("clock"))
    }

    @Test("One for another name than --host is bad")
    func names() async throws {
        #expect(try await findings(madeDaysAgo: 0, "--host", "server.example")[1].result == .good)
        #expect(try await findings(madeDaysAgo: 0, "--host", "other.example")[1].result == .bad)
        #expect(try await findings(madeDaysAgo: 0, "--host", "9.9.9.9")[1].result == .good)
    }

    @Test("A key of another certificate, and files that are none, are bad")
    func unusable() async throws {
        try await withCertificateFolder { folder in
            _ = try folder.renew()
            let options = try doctorOptions([
                "--tls-certificate", folder.files.certificate, "--tls-key", folder.files.key,
            ])
            #expect(CertificateCheck.findings(options, now: Date()).first?.result == .good)
            let certificate = try Data(contentsOf: URL(filePath: folder.files.certificate))
            _ = try folder.renew()
            try certificate.write(to: URL(filePath: folder.files.certificate))
            #expect(CertificateCheck.findings(options, now: Date()).map(\.result) == [.bad])
            try folder.spoil()
            #expect(CertificateCheck.findings(options, now: Date()).map(\.result) == [.bad])
            try FileManager.default.removeItem(atPath: folder.files.certificate)
            #expect(CertificateCheck.findings(options, now: Date()).map(\.result) == [.bad])
        }
    }

    @Test("Of a certificate of its own it says what browsers do with it; without TLS it says nothing")
    func selfSigned() throws {
        let options = try doctorOptions(["--tls", "self-signed", "--data", "/nonexistent"])
        #expect(CertificateCheck.findings(options, now: Date()).map(\.result) == [.warning])
        #expect(CertificateCheck.findings(try doctorOptions(), now: Date()).isEmpty)
    }
}
