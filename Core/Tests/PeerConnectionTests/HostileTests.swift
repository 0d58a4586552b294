import DTLS
import ICE
import Simulation
import Testing
import Units

@testable import PeerConnection

@Suite("What strangers send to a link")
struct HostileTests {
    @Test("First bytes of nobody's are dropped and counted")
    func unknown() {
        let pair = Pair()
        pair.connect()
        let unknown = Array(4...19) + Array(64...127) + Array(192...255)
        for first in unknown { pair.deliver([UInt8(first)] + [UInt8](repeating: 0, count: 40)) }
        #expect(pair.server.counters.unknown == unknown.count)
        pair.deliver([])
        #expect(pair.server.counters.unknown == unknown.count)
    }

    @Test("T-DTLS-1: a ClientHello from where no check came is not even looked at")
    func helloFromNowhere() {
        let pair = Pair()
        pair.connect()
        let hello = Hello.of(pair)
        for number in 100..<1_100 { pair.deliver(hello, on: Pair.path(number)) }
        #expect(pair.server.counters.notAdmitted == 1_000)
        #expect((100..<1_100).allSatisfy { pair.sent[Pair.path($0)] == nil })
        #expect(pair.server.dtlsCounters.unexpected == 0)
    }

    @Test("T-DTLS-2: ClientHellos of who repeats the client's checks do not hold up the client", arguments: 0..<40)
    func race(seed: UInt64) {
        let pair = Pair(seed: seed)
        pair.add(Pair.path(1))
        var number = 0
        let isConnected = pair.run { pair in
            if let check = pair.fromClient.last(where: { $0[0] == 0 }) {
                let stranger = Pair.path(2 + number % 6)
                pair.deliver(check, on: stranger)
                pair.deliver(Hello.of(pair), on: stranger)
                number += 1
            }
            return pair.isConnected
        }
        #expect(isConnected, "seed \(seed)")
        #expect(pair.server.selected == Pair.path(1))
        for number in 2..<8 {
            let path = Pair.path(number)
            #expect(pair.sent[path, default: 0] <= 3 * pair.received[path, default: 0], "T-STUN-1")
        }
    }

    @Test("T-DTLS-3: who has another certificate than the offer said gets no keys")
    func wrongCertificate() {
        let pair = Pair(expected: Pair.identity())
        pair.connect(seconds: 20)
        #expect(!pair.hasServerKeys)
        #expect(!pair.events.contains(.established))
        #expect(throws: (any Error).self) { try pair.serverPacket(1) }
    }

    @Test("T-DTLS-3: when no handshake will succeed any more, that is an event")
    func failure() {
        let pair = Pair(expected: Pair.identity())
        pair.connect()
        for _ in 0..<40 where !pair.events.contains(.failed(.refused)) {
            // The same client tries again.
            pair.client = ClientTransport(
                identity: Pair.clientIdentity,
                local: Pair.remote,
                remote: Pair.credentials(pair.local.userFragment, pair.local.passwordText),
                fingerprints: [Pair.hash(Pair.serverIdentity)],
                seed: pair.nanoseconds
            )
            pair.add(Pair.path(1))
            pair.run(seconds: 3)
        }
        #expect(pair.events.contains(.failed(.refused)))
    }

    @Test("T-RTP-1: a hundred thousand garbage packets on the live path change nothing")
    func garbage() {
        let pair = Pair()
        pair.connect()
        for number in 0..<10 { pair.deliver(pair.packet(UInt16(number))) }
        let real = pair.packet(10)
        let events = pair.events
        let deadline = pair.server.nextDeadline
        var random = SplitMix64(seed: 4)
        for number in 0..<100_000 {
            var packet = real
            switch number % 4 {
            case 0: packet[Int(random.next() % UInt64(packet.count))] ^= UInt8(1 << (random.next() % 8))
            case 1:
                for index in 1..<packet.count { packet[index] = UInt8(truncatingIfNeeded: random.next()) }
                packet[0] = 128 + UInt8(random.next() % 64)
            case 2: packet.removeLast(Int(random.next() % UInt64(packet.count)))
            default:
                packet[2] = UInt8(truncatingIfNeeded: random.next())
                packet[11] = UInt8(truncatingIfNeeded: random.next())
            }
            guard packet != real else { continue }
            if case .nothing = pair.deliver(packet) { continue }
            Issue.record("taken: \(packet)")
        }
        #expect(pair.events == events)
        #expect(pair.server.nextDeadline == deadline, "garbage keeps nothing alive")
        pair.deliver(real)
        for number in 11..<20 { pair.deliver(pair.packet(UInt16(number))) }
        #expect(pair.atServer == (0..<20).map { Pair.plain(UInt16($0)) })
        #expect(
            pair.server.counters.notAuthentic + pair.server.counters.malformed + pair.server.counters.unknown > 90_000
        )
    }

    @Test("T-RTP-2: a packet is taken once")
    func replay() {
        let pair = Pair()
        pair.connect()
        let packets = (0..<100).map { pair.packet(UInt16($0)) }
        var random = SplitMix64(seed: 8)
        for packet in packets + packets.shuffled(using: &random) { pair.deliver(packet) }
        #expect(pair.atServer.count == 100)
        #expect(pair.server.counters.replayed == 100)
    }

    @Test("SRTP before the keys, or from where no check came, is dropped and counted")
    func early() {
        let other = Pair()
        other.connect()
        let packet = other.packet(1)
        let pair = Pair()
        pair.deliver(packet)
        #expect(pair.server.counters.notAdmitted == 1)
        pair.add(Pair.path(1))
        pair.run { $0.server.selected != nil && !$0.server.isEstablished }
        pair.deliver(packet)
        #expect(pair.server.counters.beforeKeys == 1)
        other.deliver(packet, on: Pair.path(5))
        #expect(other.server.counters.notAdmitted == 1)
        #expect(other.atServer.isEmpty)
    }

    @Test("Answers that nobody takes have a limit")
    func pendingLimit() {
        let pair = Pair()
        pair.add(Pair.path(1))
        pair.collect()
        var check = pair.up.next(at: pair.now + .seconds(1))?.bytes ?? []
        for _ in 0..<50 {
            var span = check.mutableSpan
            _ = pair.server.receive(&span, on: Pair.path(1), at: pair.now)
        }
        var count = 0
        while pair.take() != nil { count += 1 }
        #expect(count == Limits.pendingDatagrams)
        #expect(pair.server.counters.noRoom > 0)
    }
}
