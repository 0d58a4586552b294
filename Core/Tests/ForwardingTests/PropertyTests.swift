import RTP
import Testing
import Units

@testable import Forwarding

/// What one slot was sent, and what became of it.
private struct Received {
    var first: [Int64: SentPacketBytes] = [:]
    var highest: Int64 = -1

    mutating func take(_ packet: SentPacketBytes) -> Int64 {
        let own = highest < 0 ? 65_536 + Int64(packet.number) : packet.header.sequenceNumber.extended(near: highest)
        highest = max(highest, own)
        return own
    }
}

@Suite("Properties of forwarding")
struct PropertyTests {
    @Test(
        "With loss, reordering, padding and retransmissions a slot's numbers stay one-to-one and without gaps",
        arguments: 1...12 as ClosedRange<UInt64>
    )
    func numbers(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let world = World.meeting()
        var camera = Camera(
            number: UInt16(truncatingIfNeeded: random.next()),
            timestamp: UInt32(truncatingIfNeeded: random.next())
        )
        camera.picture = UInt16(random.next() & 0x7FFF)
        var received = Received()
        var lost: [[UInt8]] = []
        var delayed: [[UInt8]] = []
        var repair: UInt16 = 0
        var total = 0
        func deliver(_ bytes: [UInt8]) {
            for packet in world.receive(bytes, from: 1) {
                let own = received.take(packet)
                #expect(received.first[own] == nil, "seed \(seed): \(own) twice")
                received.first[own] = packet
                total += 1
            }
        }
        for index in 0..<600 {
            var packets = camera.frame(isKey: index == 0, packets: 1 + Int(random.next() % 4))
            if index > 0, random.next() % 5 == 0 { packets.append(camera.padding()) }
            for packet in packets {
                let isPadding = packet[0] & 0x20 != 0
                switch index < 2 || isPadding ? 9 : random.next() % 20 {
                case 0: lost.append(packet)
                case 1, 2: delayed.append(packet)
                default: deliver(packet)
                }
            }
            if random.next() % 3 == 0 { delayed.forEach(deliver); delayed = [] }
            if random.next() % 4 == 0, let packet = lost.popLast() {
                repair &+= 1
                deliver(repeated(packet, 97, repair, 77))
            }
            world.pass(.milliseconds(Int64(random.next() % 6)))
        }
        (delayed
            + lost.map {
                repair &+= 1; return repeated($0, 97, repair, 77)
            }).forEach(deliver)
        let numbers = received.first.keys.sorted()
        // All were delivered in the end, so only padding that overtook others may have left a gap.
        #expect(numbers.count == total)
        #expect(numbers.last.map { $0 - (numbers.first ?? 0) + 1 } == Int64(numbers.count), "seed \(seed)")
        let packets = numbers.compactMap { received.first[$0] }
        for (before, after) in zip(packets, packets.dropFirst()) {
            #expect(Int32(bitPattern: after.timestamp &- before.timestamp) >= 0, "seed \(seed)")
            let step = ((after.vp8?.pictureID ?? 0) &- (before.vp8?.pictureID ?? 0)) & 0x7FFF
            #expect(step == (before.header.marker ? 1 : 0), "seed \(seed)")
        }
        #expect(world.problems.isEmpty, "seed \(seed)")
        world.close([1, 2])
        #expect(world.kept.isEmpty, "seed \(seed)")
    }

    @Test(
        "A slot that is moved about never repeats a number, goes back in time or gets two pictures under one identifier",
        arguments: 1...12 as ClosedRange<UInt64>
    )
    func switching(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let world = World.meeting()
        var cameras = [Camera(), Camera(ssrc: 2, number: 65_500), Camera(ssrc: 3, timestamp: 0xFFFF_FF00)]
        world.join(4, [microphone(), camera()])
        world.join(5, [microphone(), camera()])
        let publishers: [TransportIndex] = [1, 4, 5]
        var received = Received()
        var repeatCount = 0
        for _ in 0..<1_500 {
            let index = Int(random.next() % 3)
            if random.next() % 10 == 0 {
                world.show(
                    Track(transport: publishers[Int(random.next() % 3)], line: 1),
                    in: Track(transport: 2, line: 3)
                )
            }
            if random.next() % 40 == 0 {
                world.router.pause(Track(transport: publishers[index], line: 1), random.next() % 2 == 0, at: world.now)
            }
            var packets = cameras[index].frame(isKey: random.next() % 4 == 0, packets: 1 + Int(random.next() % 3))
            if random.next() % 4 == 0 { packets.shuffle(using: &random) }
            if random.next() % 6 == 0 { packets.removeLast() }
            for bytes in packets {
                for packet in world.receive(bytes, from: publishers[index]) where packet.ssrc == 2_002 {
                    let own = received.take(packet)
                    #expect(received.first[own] == nil, "seed \(seed): \(own) twice")
                    received.first[own] = packet
                }
            }
            let asked = Int64(random.next() % 30)
            let again = world.receiveControl(from: 2) { writer, room in
                writer.nack(from: SSRC(1), about: SSRC(2_002), to: &room)
                writer.lost(SequenceNumber(UInt16(truncatingIfNeeded: received.highest - asked)), to: &room)
            }
            for packet in again {
                repeatCount += 1
                let first = received.first[received.highest - asked]
                #expect(
                    packet.content
                        == first.map {
                            [$0.content[0]] + $0.content[1..<5] + [UInt8($0.number >> 8), UInt8($0.number & 0xFF)]
                                + $0.payload
                        },
                    "seed \(seed)"
                )
            }
            world.pass(.milliseconds(Int64(random.next() % 40)))
        }
        let numbers = received.first.keys.sorted()
        let packets = numbers.compactMap { received.first[$0] }
        for (before, after) in zip(packets, packets.dropFirst()) {
            #expect(Int32(bitPattern: after.timestamp &- before.timestamp) >= 0, "seed \(seed)")
        }
        // One picture, one timestamp: an identifier is not used for two.
        var times: [UInt16: Set<UInt32>] = [:]
        for packet in packets { times[packet.vp8?.pictureID ?? 0, default: []].insert(packet.timestamp) }
        #expect(times.values.allSatisfy { $0.count == 1 }, "seed \(seed)")
        #expect(packets.count > 150, "seed \(seed)")
        #expect(repeatCount > 20, "seed \(seed)")
        #expect(world.problems.isEmpty, "seed \(seed)")
        world.close([1, 2, 4, 5])
        #expect(world.kept.isEmpty, "seed \(seed)")
    }

    @Test(
        "The compactor's map is one-to-one, keeps the order, and has no gaps but for what is missing",
        arguments: 1...5 as ClosedRange<UInt64>
    )
    func compactor(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var compactor = SequenceCompactor()
        var left: [Int64] = []
        for number in Int64(100)..<2_000 {
            if random.next() % 7 == 0 { compactor.skip(number) } else { left.append(number) }
            // Each is asked for late as well.
            for back in left.suffix(5) {
                #expect(compactor.compact(back) == 100 + Int64(left.firstIndex(of: back) ?? 0), "seed \(seed)")
            }
        }
    }
}
