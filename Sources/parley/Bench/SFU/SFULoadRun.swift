import DTLS
import Dispatch
import Foundation
import Glibc
import SFULoad
import Units

/// Rooms of participants on one thread, and what comes of it.
final class SFULoadRun {
    struct Result {
        var sent = 0
        var received = 0
        var lost = 0
        var verified = 0
        var faults = 0
        /// Milliseconds of the sampled packets, sorted.
        var ways: [Double] = []

        func percentile(_ share: Double) -> Double {
            ways.isEmpty ? .nan : ways[min(ways.count - 1, Int(Double(ways.count) * share))]
        }
    }

    private let server: MeasuredSFU
    private let address: TransportAddress
    private let workers: Int
    private let identity: DTLSIdentity
    private var clients: [LoadClient] = []
    private var senders: [LoadClient] = []
    private var entries: [pollfd] = []
    private var rooms = 0
    private var ways: [UInt64] = []
    private var room = [UInt8](repeating: 0, count: 2_048)
    /// Milliseconds from the offer to keys, of each link.
    private(set) var joins: [Double] = []

    init(_ server: MeasuredSFU, at address: TransportAddress, workers: Int) throws {
        guard let identity = DTLSIdentity(wall: Int64(Date().timeIntervalSince1970)) else {
            throw BenchError.serverDidNotStart("no certificate for the clients")
        }
        self.server = server
        self.address = address
        self.workers = workers
        self.identity = identity
    }

    /// A room where the first `senders` of `members` send and everybody receives all others.
    func join(members: Int, senders count: Int) throws {
        let worker = rooms % workers
        rooms += 1
        var inside: [LoadClient] = []
        for index in 0..<members {
            let seen = index < count ? count - 1 : count
            let client = try LoadClient(
                number: clients.count + 1,
                server: address,
                identity: identity,
                audioSlots: seen,
                videoSlots: seen
            )
            try connect(client, worker)
            inside.append(client)
        }
        for viewer in inside {
            for (slot, sender) in inside.prefix(count).filter({ $0.number != viewer.number }).enumerated() {
                server.show((viewer.number, viewer.audioLine(slot)), (sender.number, 0), worker: worker)
                server.show((viewer.number, viewer.videoLine(slot)), (sender.number, 1), worker: worker)
            }
        }
        senders += inside.prefix(count)
    }

    private func connect(_ client: LoadClient, _ worker: Int) throws {
        let start = Self.now
        let answer = try server.join(client.number, room: rooms, worker: worker, offer: client.offer)
        clients.append(client)
        entries.append(pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0))
        guard client.take(answer: answer, at: Self.now) else { throw BenchError.refused("the answer is no answer") }
        let end = start + .seconds(10)
        while !client.isEstablished {
            guard Self.now < end else { throw BenchError.timedOut("a link was to open") }
            client.maintain(at: Self.now, in: &room)
            collect(wait: 1)
        }
        // What is left of the handshake.
        client.maintain(at: Self.now, in: &room)
        joins.append(Double((Self.now - start).wholeNanoseconds) / 1e6)
    }

    /// Sends for so long, then waits for what is on its way. Without `isCounted` nothing is kept.
    func run(milliseconds: Int) -> Result {
        ways.removeAll(keepingCapacity: true)
        for client in clients { client.reset() }
        let end = Self.now + .milliseconds(milliseconds)
        var nextCare = Self.now
        while Self.now < end {
            let now = Self.now
            for sender in senders { sender.send(at: Self.now, in: &room) }
            if now >= nextCare {
                nextCare = now + .milliseconds(20)
                for client in clients { client.maintain(at: now, in: &room) }
            }
            collect(wait: 1)
        }
        for _ in 0..<100 { collect(wait: 1) }
        var result = Result()
        for client in clients {
            result.sent += client.sent
            result.received += client.received
            result.lost += client.lost
            result.verified += client.verified
            result.faults += client.faults
        }
        result.ways = ways.map { Double($0) / 1e6 }.sorted()
        return result
    }

    func close() { for client in clients { client.close() } }

    private func collect(wait: Int32) {
        guard unsafe poll(&entries, nfds_t(entries.count), wait) > 0 else { return }
        for index in entries.indices where entries[index].revents & Int16(POLLIN) != 0 {
            clients[index].receive(at: { Self.now }, in: &room, &ways)
        }
    }

    private static var now: Timestamp { Timestamp(nanoseconds: DispatchTime.now().uptimeNanoseconds) }
}
