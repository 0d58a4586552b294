import DTLS
import ICE
import Simulation
import Testing
import Units

@testable import PeerConnection

@Suite("A link that connects")
struct ConnectionTests {
    @Test("ICE, DTLS and SRTP come to be, and packets go both ways")
    func connects() throws {
        let pair = Pair()
        #expect(pair.connect())
        #expect(pair.events == [.pathSelected(Pair.path(1)), .established])
        pair.deliver(pair.packet(1))
        #expect(pair.atServer == [Pair.plain(1)])
        pair.deliverToClient(try pair.serverPacket(1), on: Pair.path(1))
        #expect(pair.atClient == [Pair.plain(1, ssrc: 9, payload: [4, 5, 6])])
    }

    @Test("RTCP goes both ways")
    func control() throws {
        let pair = Pair()
        pair.connect()
        let report: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, 7]
        var room = report + [UInt8](repeating: 0, count: 64)
        var span = room.mutableSpan
        let count = try pair.client.protectControl(count: 8, in: &span)
        guard case .control(8) = pair.deliver(Array(room[..<count])) else {
            Issue.record("no RTCP")
            return
        }
        #expect(pair.atServer == [report])
        room = report + [UInt8](repeating: 0, count: 64)
        span = room.mutableSpan
        let sent = try pair.server.protectControl(count: 8, in: &span)
        pair.deliverToClient(Array(room[..<sent]), on: Pair.path(1))
        #expect(pair.atClient == [report])
    }

    @Test("It connects with 30 % loss, doubles and reordering, whatever the seed", arguments: 0..<60)
    func loss(seed: UInt64) throws {
        var conditions = LossyLink.Conditions.losing(30)
        conditions.duplication = 10
        conditions.reordering = 10
        let pair = Pair(seed: seed, conditions)
        #expect(pair.connect(seconds: 30), "seed \(seed)")
        pair.deliver(pair.packet(1))
        #expect(pair.atServer == [Pair.plain(1)], "seed \(seed)")
        #expect(!pair.events.contains(.lost))
    }

    @Test("A client that did not hear our last flight gets it again")
    func lastFlight() {
        let pair = Pair()
        pair.add(Pair.path(1))
        pair.run { $0.server.isEstablished }
        // What is on the way now is the last flight.
        while pair.down.nextArrival != nil { _ = pair.down.next(at: Timestamp(nanoseconds: .max)) }
        #expect(!pair.hasClientKeys)
        #expect(pair.run { $0.client.isEstablished })
    }

    @Test("The finished handshake is let go with the first media, or after ten seconds")
    func release() {
        let pair = Pair()
        pair.connect()
        #expect(pair.server.nextDeadline.map { $0 <= pair.now + .seconds(10) } == true)
        let hello = pair.fromClient.filter { $0[0] == 22 }
        pair.deliver(pair.packet(1))
        pair.deliver(hello[0])
        #expect(pair.server.dtlsCounters.unexpected > 0, "nobody is there for it any more")
        let other = Pair()
        other.connect()
        other.run(seconds: 11)
        other.deliver(hello[0])
        #expect(other.server.dtlsCounters.unexpected > 0)
    }

    @Test("A ClientHello before any nomination is answered")
    func earlyHello() {
        let pair = Pair()
        pair.holdsHandshake = true
        pair.add(Pair.path(1))
        // The first check does not nominate; its answer is held up.
        pair.collect()
        let check = pair.up.next(at: pair.now + .seconds(1))
        pair.deliver(check?.bytes ?? [])
        #expect(pair.server.selected == nil)
        let before = pair.sent[Pair.path(1), default: 0]
        pair.deliver(Hello.of(pair))
        let after = pair.sent[Pair.path(1), default: 0]
        #expect(after > before)
        // Nobody answers our checks: the flights that are sent again stay within what the path earned, too.
        pair.up.conditions.loss = 100
        pair.run(seconds: 8)
        #expect(pair.server.counters.overBudget > 0)
        let sent = pair.sent[Pair.path(1), default: 0]
        #expect(sent <= 3 * pair.received[Pair.path(1), default: 0], "and no more than it earned")
    }

    @Test("A ClientHello in two datagrams, as Firefox sends it, is understood in any order", arguments: [false, true])
    func fragmentedHello(isSwapped: Bool) {
        let pair = Pair()
        pair.holdsHandshake = true
        pair.add(Pair.path(1))
        pair.run { $0.server.selected != nil && $0.fromClient.contains { $0[0] == 22 } }
        let halves = Hello.halves(of: pair.fromClient.first { $0[0] == 22 } ?? [])
        let before = pair.sent[Pair.path(1), default: 0]
        pair.deliver(isSwapped ? halves.1 : halves.0)
        #expect(pair.sent[Pair.path(1), default: 0] == before, "half a hello has no answer")
        pair.deliver(isSwapped ? halves.0 : halves.1)
        #expect(pair.sent[Pair.path(1), default: 0] > before + 500)
        pair.holdsHandshake = false
        #expect(pair.run { $0.isConnected })
    }

    @Test("A goodbye of the client's during the handshake's afterlife is an event")
    func goodbye() {
        let pair = Pair()
        pair.connect()
        pair.client.close()
        pair.run(seconds: 1)
        #expect(pair.events.last == .closed)
    }
}

/// ClientHellos.
enum Hello {
    /// That of a client of the pair's kind, begun on its own.
    static func of(_ pair: Pair) -> [UInt8] {
        var client = DTLSTransport(
            .client,
            identity: Pair.clientIdentity,
            fingerprints: [Pair.hash(Pair.serverIdentity)]
        )
        client.start(on: Pair.path(1), at: pair.now)
        var room = [UInt8](repeating: 0, count: 1_200)
        var span = room.mutableSpan
        guard let (_, count) = client.nextDatagram(into: &span) else { return [] }
        return Array(room[..<count])
    }

    /// One record's handshake message as two fragments in two records (RFC 6347 §4.2.3).
    static func halves(of hello: [UInt8]) -> ([UInt8], [UInt8]) {
        let body = Array(hello[25...])
        let middle = body.count / 2
        func part(_ range: Range<Int>, _ number: UInt8) -> [UInt8] {
            func bytes(_ value: Int, _ count: Int) -> [UInt8] {
                (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            }
            let message =
                Array(hello[13..<19]) + bytes(range.lowerBound, 3) + bytes(range.count, 3) + Array(body[range])
            return Array(hello[..<10]) + [number] + bytes(message.count, 2) + message
        }
        return (part(0..<middle, 100), part(middle..<body.count, 101))
    }
}
