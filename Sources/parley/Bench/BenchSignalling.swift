import ArgumentParser
import NIOCore
import NIOPosix
import Synchronization

/// Rooms full of people who all talk at once, and many who say nothing.
struct BenchSignalling: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signalling",
        abstract: "Messages through rooms on loopback, and what an idle connection costs."
    )

    @Option(help: "Rooms in the broadcast cases.") var rooms = 100
    @Option(help: "Members of each room.") var members = 10
    @Option(help: "Seconds of each broadcast case.") var seconds = 10
    @Option(help: "Connections in the idle case; 0 leaves it out.") var idle = 5_000

    func run() async throws {
        try await broadcast("chat", perSecond: 4) { _, number, moment in
            #"{"type":"chat","clientId":"\#(number)","text":"\#(moment) \#(String(repeating: "x", count: 60))"}"#
        }
        try await broadcast("state", perSecond: 5) { round, _, _ in
            #"{"type":"state","hand":\#(round.isMultiple(of: 2))}"#
        }
        if idle > 0 { try await idleConnections() }
    }

    /// Every member sends `perSecond` messages a second; every message goes to everybody in the room.
    private func broadcast(
        _ name: String,
        perSecond: Int,
        message: @escaping @Sendable (_ round: Int, _ number: Int, _ moment: UInt64) -> String
    ) async throws {
        let server = try await MeasuredServer(arguments: ["--mesh-limit", "\(members)"])
        defer { server.stop() }
        let tally = Tally(counting: name == "chat" ? "\"type\":\"chat\"" : "\"type\":\"updated\"")
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channels = try await join(server, group: group, rooms: rooms, members: members, tally: tally)
        tally.reset()
        let before = server.cpuMicroseconds
        let start = NIODeadline.now()
        var number = 0
        let rounds = seconds * perSecond
        for round in 0..<rounds {
            for (index, channel) in channels.enumerated() {
                number += 1
                BenchClient.send(message(round, number, NIODeadline.now().uptimeNanoseconds), on: channel)
                // A trickle, not a volley: people do not speak in step.
                if index.isMultiple(of: 50) { try await pace(start, round, index, channels.count, perSecond) }
            }
        }
        let expected = rounds * channels.count * members
        try await tally.wait(for: expected, doing: "messages were on their way")
        let elapsed = Double((tally.lastArrival - start).nanoseconds) / 1e9
        let cpu = server.cpuMicroseconds - before
        let delivered = tally.count
        BenchLine.report(
            [
                ("case", "\"signalling-\(name)\""), ("rooms", "\(rooms)"), ("members", "\(members)"),
                ("delivered", "\(delivered)"), ("expected", "\(expected)"),
                ("deliveredPerSecond", BenchLine.rounded(Double(delivered) / elapsed)),
                ("bytesPerMessage", BenchLine.rounded(Double(tally.bytes) / Double(max(1, delivered)))),
                ("cpuMicrosecondsPerDelivered", BenchLine.rounded(cpu / Double(max(1, delivered)))),
                ("cores", BenchLine.rounded(cpu / 1e6 / elapsed)),
            ] + tally.latencies.map { ("\($0.0)Milliseconds", BenchLine.rounded($0.1)) }
        )
        for channel in channels { channel.close(promise: nil) }
        try await group.shutdownGracefully()
    }

    private func pace(_ start: NIODeadline, _ round: Int, _ index: Int, _ count: Int, _ perSecond: Int) async throws {
        let share = Double(round) + Double(index) / Double(count)
        let due = start + .nanoseconds(Int64(share / Double(perSecond) * 1e9))
        let wait = due - .now()
        if wait > .zero { try await Task.sleep(for: .nanoseconds(wait.nanoseconds)) }
    }

    private func idleConnections() async throws {
        let server = try await MeasuredServer(arguments: ["--mesh-limit", "\(members)"])
        defer { server.stop() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let tally = Tally(counting: "\"type\":\"welcome\"")
        // The first few pay for what is made once.
        var channels = try await join(server, group: group, rooms: 1, members: members, tally: tally)
        try await Task.sleep(for: .seconds(1))
        let before = server.residentKiB
        channels += try await join(server, group: group, rooms: idle / members, members: members, tally: tally, from: 1)
        try await Task.sleep(for: .seconds(3))
        let cpuBefore = server.cpuMicroseconds
        try await Task.sleep(for: .seconds(20))
        BenchLine.report([
            ("case", "\"signalling-idle\""), ("connections", "\(channels.count)"),
            (
                "residentKiBPerConnection",
                BenchLine.rounded((server.residentKiB - before) / Double(channels.count - members))
            ),
            ("residentKiB", BenchLine.rounded(server.residentKiB)),
            ("cores", BenchLine.rounded((server.cpuMicroseconds - cpuBefore) / 20e6)),
        ])
        for channel in channels { channel.close(promise: nil) }
        try await group.shutdownGracefully()
    }

    private func join(
        _ server: MeasuredServer,
        group: any EventLoopGroup,
        rooms: Int,
        members: Int,
        tally: Tally,
        from first: Int = 0
    ) async throws -> [any Channel] {
        var channels: [any Channel] = []
        for room in first..<(first + rooms) {
            for member in 0..<members {
                let channel = try await BenchClient.connect(port: server.port, group: group, onText: tally.note)
                let hello = #"{"type":"hello","room":"bench-\#(room)","name":"Member \#(member)","kind":"headless"}"#
                BenchClient.send(hello, on: channel)
                channels.append(channel)
            }
            try await tally.waitForWelcomes(rooms: members)
        }
        return channels
    }
}
