import ArgumentParser
import Foundation
import TurnLoad
import Units

/// What TURN costs: processor time per relayed packet, latency, memory per allocation, allocations per second; the same for
/// coturn in the same run where it is installed, because machines are noisy and ratios are not.
struct BenchTurn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turn",
        abstract: "Media through TURN relays on loopback, next to coturn where it is installed."
    )

    @Option(help: "Sources: each sends 110 packets of 1,100 bytes and 50 of 160 bytes a second.") var sources = 60
    @Option(help: "Seconds of each relaying case.") var seconds = 8
    @Option(help: "Allocations in the memory cases, separated by commas.") var allocations = "1000,5000"
    @Option(help: "Which servers, separated by commas; coturn is left out where it is not installed.")
    var servers = "parley,coturn"

    func run() async throws {
        raiseFileLimit()
        let targets = servers.split(separator: ",").compactMap { TurnTarget(rawValue: String($0)) }.filter(
            \.isInstalled
        )
        for path in MediaLoad.Path.allCases {
            for target in targets { try relay(path, target) }
        }
        for count in allocations.split(separator: ",").compactMap({ Int($0) }) {
            for target in targets { try allocate(count, target) }
        }
    }

    /// Media back and forth through relays.
    private func relay(_ path: MediaLoad.Path, _ target: TurnTarget) throws {
        let port = Int.random(in: 20_000..<30_000)
        let server = try target.start(port: port)
        defer { server.stop() }
        try TurnClient.wait(for: Self.address(port))
        let load = try MediaLoad(path: path, sources: sources, server: Self.address(port))
        defer { load.close() }
        // Half a second to warm up, not counted.
        _ = load.run(milliseconds: 500)
        let before = server.cpuMicroseconds
        let result = load.run(milliseconds: seconds * 1_000)
        let cpu = server.cpuMicroseconds - before
        let relayed = result.arrived * path.relaysPerArrival
        BenchLine.report([
            ("case", "\"turn-\(path.rawValue)\""), ("server", "\"\(target.rawValue)\""), ("sources", "\(sources)"),
            ("relayed", "\(relayed)"),
            ("lostPercent", BenchLine.rounded(100 * (1 - Double(result.arrived) / Double(max(1, result.sent))))),
            ("cpuMicrosecondsPerRelayed", BenchLine.rounded(cpu / Double(max(1, relayed)))),
            ("cores", BenchLine.rounded(cpu / 1e3 / Double(seconds * 1_000))),
            ("p50Milliseconds", BenchLine.rounded(result.percentile(0.5))),
            ("p99Milliseconds", BenchLine.rounded(result.percentile(0.99))),
        ])
    }

    /// Many allocations at rest, and how fast they were made.
    private func allocate(_ count: Int, _ target: TurnTarget) throws {
        let port = Int.random(in: 20_000..<30_000)
        let server = try target.start(port: port)
        defer { server.stop() }
        try TurnClient.wait(for: Self.address(port))
        // The first few pay for what is made once.
        var clients = try TurnClient.allocate(10, at: Self.address(port), secret: TurnTarget.secret)
        defer { for client in clients { client.close() } }
        let before = (memory: server.residentKiB, cpu: server.cpuMicroseconds, time: Date())
        clients += try TurnClient.allocate(
            count,
            at: Self.address(port),
            secret: TurnTarget.secret,
            firstIndex: 10
        )
        let elapsed = Date().timeIntervalSince(before.time)
        let cpu = server.cpuMicroseconds - before.cpu
        BenchLine.report([
            ("case", "\"turn-allocations\""), ("server", "\"\(target.rawValue)\""), ("allocations", "\(count)"),
            (
                "residentBytesPerAllocation",
                BenchLine.rounded((server.residentKiB - before.memory) * 1_024 / Double(count))
            ),
            ("allocationsPerSecond", BenchLine.rounded(Double(count) / elapsed)),
            ("cpuMicrosecondsPerAllocation", BenchLine.rounded(cpu / Double(count))),
        ])
    }

    private static func address(_ port: Int) -> TransportAddress {
        TransportAddress(IPAddress(v4: 0x7F00_0001), port: UInt16(port))
    }
}
