import ArgumentParser
import Foundation
import Glibc
import TurnLoad
import Units

/// What forwarding costs: processor time per packet sent to a subscriber, latency, loss, time to join, memory per participant.
struct BenchSFU: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sfu",
        abstract: "Meetings through the SFU on loopback: real links, one load thread."
    )

    /// Who is in the rooms.
    private struct Workload {
        var name: String
        var rooms = 1
        var members: Int
        var senders: Int

        /// Packets a second to all subscribers.
        var forwarded: Int { rooms * 160 * (senders * (senders - 1) + (members - senders) * senders) }
    }

    private static let workloads = [
        Workload(name: "1-to-20", members: 21, senders: 1),
        Workload(name: "1-to-200", members: 201, senders: 1),
        Workload(name: "room-of-8", members: 8, senders: 8),
        Workload(name: "room-of-25", members: 25, senders: 25),
        Workload(name: "20-rooms-of-4", rooms: 20, members: 4, senders: 4),
    ]

    @Option(help: "Seconds of each case.") var seconds = 8
    @Option(help: "Media threads of the server.") var workers = 1
    @Option(help: "Cases, separated by commas; all by default.") var cases = ""

    func run() async throws {
        raiseFileLimit()
        let wanted = Set(cases.split(separator: ",").map(String.init))
        for workload in Self.workloads where wanted.isEmpty || wanted.contains(workload.name) {
            try measure(workload)
        }
    }

    private func measure(_ workload: Workload) throws {
        let port = Int.random(in: 20_000..<30_000)
        let server = try MeasuredSFU(port: port, workers: workers)
        defer { server.stop() }
        let address = TransportAddress(IPAddress(v4: 0x7F00_0001), port: UInt16(port))
        let load = try SFULoadRun(server, at: address, workers: workers)
        defer { load.close() }
        // The first room pays for what is made once, and sends nothing later.
        try load.join(members: 2, senders: 0)
        let memory = server.residentKiB
        for _ in 0..<workload.rooms { try load.join(members: workload.members, senders: workload.senders) }
        // Pictures begin, caches fill.
        _ = load.run(milliseconds: 2_000)
        let before = (cpu: server.cpuMicroseconds, own: Self.ownMicroseconds, time: Date())
        let result = load.run(milliseconds: seconds * 1_000)
        let elapsed = Date().timeIntervalSince(before.time) * 1e6
        let cpu = server.cpuMicroseconds - before.cpu
        let participants = workload.rooms * workload.members
        let joins = load.joins.dropFirst(2).sorted()
        BenchLine.report([
            ("case", "\"sfu-\(workload.name)\""), ("participants", "\(participants)"), ("workers", "\(workers)"),
            ("sent", "\(result.sent)"), ("forwarded", "\(result.received)"),
            ("forwardedPerSecond", BenchLine.rounded(Double(result.received) / elapsed * 1e6)),
            ("expectedPerSecond", "\(workload.forwarded)"),
            ("lost", "\(result.lost)"), ("faults", "\(result.faults)"), ("decrypted", "\(result.verified)"),
            ("cpuMicrosecondsPerForwarded", BenchLine.rounded(cpu / Double(max(1, result.received)))),
            ("cores", BenchLine.rounded(cpu / elapsed)),
            ("loadCores", BenchLine.rounded((Self.ownMicroseconds - before.own) / elapsed)),
            ("p50Milliseconds", BenchLine.rounded(result.percentile(0.5))),
            ("p95Milliseconds", BenchLine.rounded(result.percentile(0.95))),
            ("p99Milliseconds", BenchLine.rounded(result.percentile(0.99))),
            ("joinMillisecondsP50", BenchLine.rounded(joins[joins.count / 2])),
            ("joinMillisecondsMax", BenchLine.rounded(joins.last ?? .nan)),
            ("residentKiBPerParticipant", BenchLine.rounded((server.residentKiB - memory) / Double(participants))),
        ])
    }

    /// The load's own processor time.
    private static var ownMicroseconds: Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        return seconds * 1e6 + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }
}
