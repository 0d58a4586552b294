import Dispatch
import Foundation
import Glibc
import Synchronization
import TurnLoad
import Units

/// Sources that send media through relays, and what comes back.
///
/// One thread sends and receives, a second one is the peers' end. Packets carry the moment they left; everything that is
/// measured is kept in arrays made before.
final class MediaLoad {
    /// The ways through a server.
    enum Path: String, CaseIterable {
        /// To a peer outside and back, as ChannelData.
        case channelData = "channel-data"
        /// To a peer outside and back, as Send and Data indications.
        case send
        /// From one allocation to another of the same server: a call in which both have only relayed candidates.
        case relayToRelay = "relay-to-relay"

        /// How many times a server handles a packet that arrived: a peer that echoes makes it two packets; from relay to relay
        /// it is in at one relay and out at the other, which an ordinary server does as two as well.
        var relaysPerArrival: Int { 2 }
    }

    struct Result {
        var sent = 0
        var arrived = 0
        /// Microseconds on the way, there and (but from relay to relay) back.
        var microseconds: [UInt32] = []

        /// In milliseconds.
        func percentile(_ share: Double) -> Double {
            let sorted = microseconds.sorted()
            guard !sorted.isEmpty else { return .nan }
            return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1_000
        }
    }

    private let path: Path
    private let clients: [TurnClient]
    private let echo: EchoPeers?
    private var entries: [pollfd]
    private var packet = [UInt8](repeating: 0xAB, count: 2_048)
    private var room = [UInt8](repeating: 0, count: 2_048)

    /// Makes the allocations, and the permissions and channels between them and their peers.
    init(path: Path, sources: Int, server: TransportAddress) throws {
        self.path = path
        var clients = try TurnClient.allocate(sources + sources % 2, at: server, secret: TurnTarget.secret)
        entries = clients.map { pollfd(fd: $0.socket.descriptor, events: Int16(POLLIN), revents: 0) }
        if path == .relayToRelay {
            echo = nil
            for index in stride(from: 0, to: clients.count, by: 2) {
                try clients[index].bindChannel(to: clients[index + 1].relayed)
                try clients[index + 1].bindChannel(to: clients[index].relayed)
            }
        } else {
            let echo = try EchoPeers(count: clients.count)
            self.echo = echo
            for (index, peer) in echo.addresses.enumerated() {
                if path == .channelData {
                    try clients[index].bindChannel(to: peer)
                } else {
                    try clients[index].permit(peer)
                }
            }
        }
        self.clients = clients
    }

    /// Sends for so long, then waits for what is on its way.
    func run(milliseconds: Int) -> Result {
        var result = Result()
        result.microseconds.reserveCapacity(milliseconds * clients.count / 5)
        let start = Self.now
        let end = start + UInt64(milliseconds) * 1_000_000
        var sources = clients.indices.map { SourceSchedule(start: start, phase: UInt64($0) * 1_234_567) }
        while Self.now < end {
            let now = Self.now
            for index in sources.indices {
                for size in sources[index].due(at: now) {
                    result.sent += send(from: clients[index], size: size) ? 1 : 0
                }
            }
            collect(&result, wait: 1)
        }
        let quiet = Self.now + 300_000_000
        while Self.now < quiet, result.arrived < result.sent { collect(&result, wait: 1) }
        return result
    }

    func close() {
        echo?.stop()
        for client in clients { client.close() }
    }

    private func send(from client: TurnClient, size: Int) -> Bool {
        let header = path == .send ? client.writeSendHeader(payload: size, into: &packet) : 4
        if path != .send { client.writeChannelHeader(payload: size, into: &packet) }
        let moment = Self.now
        for byte in 0..<8 { packet[header + byte] = UInt8(truncatingIfNeeded: moment >> UInt64(8 * byte)) }
        return client.socket.send(packet, count: header + size)
    }

    private func collect(_ result: inout Result, wait: Int32) {
        guard unsafe poll(&entries, nfds_t(entries.count), wait) > 0 else { return }
        for index in entries.indices where entries[index].revents & Int16(POLLIN) != 0 {
            while let count = clients[index].socket.receive(into: &room) {
                guard let payload = TurnClient.payload(of: room, count: count), payload + 8 <= count else { continue }
                var moment: UInt64 = 0
                for byte in 0..<8 { moment |= UInt64(room[payload + byte]) << UInt64(8 * byte) }
                result.arrived += 1
                result.microseconds.append(UInt32(truncatingIfNeeded: (Self.now &- moment) / 1_000))
            }
        }
    }

    private static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }
}

/// When a source sends what: video of 27.5 frames a second in four packets each, audio every 20 ms.
private struct SourceSchedule {
    private var video: UInt64
    private var audio: UInt64

    init(start: UInt64, phase: UInt64) {
        video = start + phase % 36_363_636
        audio = start + phase % 20_000_000
    }

    /// Sizes of the packets that are due.
    mutating func due(at now: UInt64) -> [Int] {
        var sizes: [Int] = []
        if video <= now {
            video += 36_363_636
            sizes = [1_100, 1_100, 1_100, 1_100]
        }
        if audio <= now {
            audio += 20_000_000
            sizes.append(160)
        }
        return sizes
    }
}

/// Peers that send back what they get; a thread of its own.
private final class EchoPeers: Sendable {
    let addresses: [TransportAddress]
    private let sockets: [Int32]
    private let isStopped = Atomic(false)

    init(count: Int) throws {
        let sockets = try (0..<count).map { _ in try LoadSocket(at: 0x7F00_0002) }
        addresses = sockets.map { TransportAddress(IPAddress(v4: 0x7F00_0002), port: $0.port) }
        self.sockets = sockets.map(\.descriptor)
        Thread.detachNewThread { [self] in run(sockets) }
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func run(_ sockets: [LoadSocket]) {
        var entries = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var room = [UInt8](repeating: 0, count: 2_048)
        while !isStopped.load(ordering: .relaxed) {
            guard unsafe poll(&entries, nfds_t(entries.count), 50) > 0 else { continue }
            for index in entries.indices where entries[index].revents & Int16(POLLIN) != 0 {
                while sockets[index].echo(with: &room) {}
            }
        }
        for socket in sockets { socket.close() }
    }
}
