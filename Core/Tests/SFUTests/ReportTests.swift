import DTLS
import Forwarding
import ICE
import PacketStore
import PeerConnection
import Simulation
import Testing
import Units

@testable import SFU

@Suite("What a forwarding unit reports")
struct ReportTests {
    /// Adds a value whose every counter is another number to itself: a counter that `add` forgets is not doubled.
    private func isWhole<Counters>(_ counters: Counters, _ add: (inout Counters, Counters) -> Void) -> Bool {
        var (one, sum) = (counters, counters)
        unsafe withUnsafeMutableBytes(of: &one) { bytes in
            let words = unsafe bytes.bindMemory(to: UInt64.self)
            for index in words.indices { unsafe words[index] = UInt64(index + 1) }
        }
        add(&sum, one)
        add(&sum, one)
        return unsafe withUnsafeBytes(of: &sum) { bytes in
            let words = unsafe bytes.bindMemory(to: UInt64.self)
            return words.indices.allSatisfy { unsafe words[$0] == 2 * UInt64($0 + 1) }
        }
    }

    @Test("Sums have every counter")
    func sums() {
        #expect(isWhole(SFUCounters()) { $0.add($1) })
        #expect(isWhole(Forwarding.Counters()) { $0.add($1) })
        #expect(isWhole(PeerConnectionCounters()) { $0.add($1) })
        #expect(isWhole(ICECounters()) { $0.add($1) })
        #expect(isWhole(DTLSCounters()) { $0.add($1) })
        #expect(isWhole(SFUReport()) { $0.add($1) })
    }

    @Test("What a link and its room have counted stays when they are closed")
    func closing() throws {
        let call = try Call()
        call.run(seconds: 5)
        let before = call.unit.report
        #expect(before.unit.handshakes == 1 && before.unit.connects == 1)
        #expect(before.ice.answered > 0 && before.forwarding.received > 100)
        call.strangers()
        #expect(call.unit.report.links.notAdmitted + call.unit.report.ice.badIntegrity == 0)
        call.close()
        let after = call.unit.report
        #expect(after.unit.transports == 0 && after.unit.rooms == 0)
        #expect(after.ice == before.ice && after.links == before.links && after.dtls == before.dtls)
        #expect(after.forwarding.received == before.forwarding.received)
    }
}

/// One client that talks to a forwarding unit over a wire without delay.
private final class Call {
    private static let key = TransportKey(rawValue: 1)
    private static let server = TransportAddress(IPAddress(v4: 0xCB00_7101), port: 3_478)

    private var client: SimulatedMediaClient
    private var slab = PacketSlab(slots: 2_048)
    private var nanoseconds: UInt64 = 50_000_000_000
    var unit: ForwardingUnit

    private var now: Timestamp { Timestamp(nanoseconds: nanoseconds) }

    init() throws {
        let identities = [DTLSIdentity(wall: 1_795_000_000), DTLSIdentity(wall: 1_795_000_000)]
        let (own, theirs) = (try #require(identities[0]), try #require(identities[1]))
        var random = SplitMix64(seed: 7)
        let address = TransportAddress(IPAddress(v4: 0xC633_6401), port: 40_000)
        client = SimulatedMediaClient(.init(number: 7, seed: 7, addresses: [address]), identity: theirs)
        var negotiator = Negotiator(
            worker: 0,
            fingerprint: own.fingerprint,
            candidates: Candidate.host([Self.server.address], udpPort: Self.server.port, tcpPort: nil).map(\.text),
            sessionID: 1,
            using: &random
        )
        unit = ForwardingUnit(identity: own, using: SplitMix64(seed: 8))
        let made = try negotiator.answer(client.offer())
        _ = try client.take(answer: made.answer, at: now)
        client.isMicrophoneOn = true
        unit.perform(.connect(Self.key, room: RoomKey(rawValue: 2), made.session), at: now, &slab)
    }

    /// In steps of a millisecond.
    func run(seconds: Int) {
        for _ in 0..<seconds * 1_000 {
            nanoseconds += 1_000_000
            up()
            unit.handleTimeout(at: now, &slab)
            unit.finish(at: now, &slab)
            down()
        }
    }

    /// A packet of somebody who has no link: nobody's counter but the unit's.
    func strangers() {
        let before = unit.counters.unknown
        let from = TransportAddress(IPAddress(v4: 0xC633_64FF), port: 1)
        give([0x80, 111, 0, 1], FiveTuple(client: from, server: Self.server, transport: .udp))
        #expect(unit.counters.unknown == before + 1)
    }

    func close() { unit.perform(.close(Self.key), at: now, &slab) }

    private func give(_ bytes: [UInt8], _ path: FiveTuple) {
        guard let slot = slab.take() else {
            Issue.record("no slot is free")
            return
        }
        slab[slot].start = Int32(PacketSlab.headRoom)
        slab[slot].count = Int32(bytes.count)
        for (index, byte) in bytes.enumerated() { unsafe slab.packet(slot)[index] = byte }
        unit.receive(slot, on: path, via: OutletID(rawValue: 1), at: now, &slab)
    }

    private func up() {
        var room = [UInt8](repeating: 0, count: 1_500)
        while true {
            var span = room.mutableSpan
            guard let (path, count) = client.poll(at: now, into: &span) else { return }
            give(Array(room[..<count]), path)
        }
    }

    private func down() {
        var slot = unit.takeOutgoing(&slab).first
        while slot != PacketSlab.none {
            let next = slab[slot].next
            var bytes = unsafe Array(slab.packet(slot))
            let path = FiveTuple(client: slab[slot].destination, server: Self.server, transport: .udp)
            slab.give(back: slot)
            var span = bytes.mutableSpan
            client.receive(&span, on: path, at: now)
            slot = next
        }
    }
}
