import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import Testing
import Units

@testable import MeetingServer

@Suite("parley doctor: the server that runs", .serialized, .timeLimit(.minutes(1)))
struct ServedCheckTests {
    @Test("Only an answer of our own is taken for a Parley")
    func health() throws {
        let good = ServedCheck.Health("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"ok\",\"version\":\"1.2\"}")
        #expect(good?.version == "1.2" && good?.isDraining == false)
        let draining = ServedCheck.Health("HTTP/1.1 503 X\r\n\r\n{\"status\":\"draining\",\"version\":\"1.2\"}")
        #expect(draining?.isDraining == true)
        for other in ["", "HTTP/1.1 200 OK\r\n\r\n<html>", "HTTP/1.1 404 Not Found\r\n\r\n{\"status\":\"ok\"}"] {
            #expect(ServedCheck.Health(other) == nil)
        }
    }

    /// Runs a whole server on free ports and gives its options with the ports it got.
    private func withServer(
        _ arguments: String...,
        body: @escaping @Sendable (ServeOptions) async throws -> Void
    ) async throws {
        let data = FileManager.default.temporaryDirectory.appending(path: "parley-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let mediaPort = try #require((35_600..<35_900).first { Self.isFree($0) })
        let all = ["--port", "0", "--admin-port", "0", "--media-port", "\(mediaPort)", "--data", data] + arguments
        let (listening, report) = AsyncStream<MeetingServer.Listening>.makeStream()
        let server = try await MeetingServer(options: try doctorOptions(all), version: "9.9", logger: quiet) {
            report.yield($0)
        }
        let group = ServiceGroup(services: server.services, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = listening.makeAsyncIterator()
            let ports = try #require(await iterator.next(isolation: #isolation))
            var options = try doctorOptions(all)
            (options.port, options.mediaPort) = (ports.port, ports.mediaPort)
            try await body(options)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// UDP and TCP, as the media port needs it.
    private static func isFree(_ port: Int) -> Bool {
        [PortProbe.Kind.udp, .tcp].allSatisfy { PortProbe.state($0, "0.0.0.0", port) == .free }
    }

    @Test("A running server is known by its page, plain or in TLS, and a port of something else is not")
    func page() async throws {
        for tls in ["off", "self-signed"] {
            try await withServer("--tls", tls, "--host", "127.0.0.1") { options in
                let health = await ServedCheck(options: options, own: []).health()
                #expect(health?.version == "9.9")
                var other = options
                other.port = options.mediaPort
                #expect(await ServedCheck(options: other, own: []).health() == nil)
            }
        }
    }

    @Test("STUN is asked over UDP and TCP; where nothing answers it says so")
    func stun() async throws {
        try await withServer { options in
            for transport in [STUNProbe.Transport.udp, .tcp] {
                let address = try SocketAddress(ipAddress: "127.0.0.1", port: options.mediaPort)
                let seen = try await STUNProbe(server: address, transport: transport).binding()
                #expect(seen?.address.isLoopback == true)
                // The page's port speaks HTTP.
                let page = try SocketAddress(ipAddress: "127.0.0.1", port: options.port)
                await #expect(throws: (any Error).self) {
                    try await STUNProbe(server: page, transport: transport).binding()
                }
            }
        }
    }

    @Test("The secret is read beside the server that uses it; without it TURN is not asked, and that is said")
    func secret() async throws {
        try await withServer { options in
            #expect(Doctor(options: options).secret()?.key.count == 64)
            var elsewhere = options
            elsewhere.data = options.data + "/nothing"
            #expect(Doctor(options: elsewhere).secret() == nil)
            let findings = await ServedCheck(options: options, own: []).findings(secret: nil, unixSeconds: 0)
            #expect(findings.map(\.check) == ["stun-udp", "stun-tcp", "turn"])
            #expect(findings.map(\.result) == [.good, .good, .warning])
        }
    }

    @Test("A whole server is found well: TURN opens relays over UDP, TCP and TLS; with another secret it is not")
    func turn() async throws {
        try await withServer("--tls", "self-signed", "--host", "0.0.0.0") { options in
            let diagnosis = await Doctor(options: options).examine()
            #expect(diagnosis.isWell, "\(diagnosis.text)")
            let turn = diagnosis.findings.filter { $0.check.hasPrefix("turn-") }
            #expect(turn.map(\.check) == ["turn-udp", "turn-tcp", "turn-tls"])
            #expect(turn.allSatisfy { $0.result == .good })
            let found = await ServedCheck(options: options, own: [])
                .findings(
                    secret: TURNSecret(given: "of another server"),
                    unixSeconds: Int64(Date().timeIntervalSince1970)
                )
            #expect(found.filter { $0.check.hasPrefix("turn-") }.allSatisfy { $0.result == .bad })
        }
    }
}
