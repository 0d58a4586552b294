import Glibc
import MeetingServer
import NIOCore
import Testing

@testable import parley

@Suite("Failures to start")
struct StartFailureTests {
    private func options() throws -> ServeOptions {
        try ServeOptions.parse(arguments: ["--port", "8081"], environment: [:], readFile: { _ in "" })
    }

    @Test("A port in use, forbidden or elsewhere is named together with its option", arguments: [EADDRINUSE, EACCES])
    func ports(code: Int32) throws {
        let sentence = StartFailure.sentence(for: IOError(errnoCode: code, reason: "bind"), options: try options())
        #expect(sentence.contains("8081") && sentence.contains("--port") && sentence.contains("--media-port"))
    }

    @Test("An address of another machine names its option")
    func address() throws {
        let error = IOError(errnoCode: EADDRNOTAVAIL, reason: "bind")
        #expect(StartFailure.sentence(for: error, options: try options()).contains("--host"))
    }
}
