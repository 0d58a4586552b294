import Testing
import Units

@testable import DTLS

@Suite("DTLS: what a stranger sends (T-DTLS-2, T-DTLS-3)")
struct HostileTests {
    /// A plain handshake record.
    private func record(
        message type: UInt8 = 1,
        length: Int,
        sequence: UInt8 = 0,
        offset: Int = 0,
        fragment: Int,
        epoch: UInt8 = 0,
        content: UInt8 = 22
    ) -> [UInt8] {
        func three(_ value: Int) -> [UInt8] {
            [
                UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 8),
                UInt8(truncatingIfNeeded: value),
            ]
        }
        let body =
            [type] + three(length) + [0, sequence] + three(offset) + three(fragment)
            + [UInt8](repeating: 7, count: fragment)
        let size = body.count
        return [content, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, 0, 1, UInt8(size >> 8), UInt8(size & 255)] + body
    }

    @Test("A datagram that is no row of whole records is dropped whole", arguments: 0..<8)
    func malformed(kind: Int) {
        let hello = record(length: 20, fragment: 20)
        let datagrams: [[UInt8]] = [
            [], [22], Array(hello.dropLast()), hello + [22], [19] + hello.dropFirst(), [24] + hello.dropFirst(),
            [22, 3, 3] + hello.dropFirst(3), Array(hello.prefix(11)) + [0, 0],
        ]
        let world = World()
        world.deliver(datagrams[kind])
        #expect(world.server.counters.malformed == 1 && world.server.nextDeadline == nil)
    }

    @Test("Messages that announce more than they may, or lie outside of themselves, never reach OpenSSL")
    func oversized() {
        let world = World()
        world.start()
        world.deliver(world.fromClient[0])
        let bombs = [
            record(length: 100_000, fragment: 10), record(length: Limits.messageBytes + 1, fragment: 10),
            record(length: 20, offset: 15, fragment: 10), record(length: 20, sequence: 9, fragment: 20),
            record(length: 0xFF_FFFF, offset: 0xFF_FFF0, fragment: 10), record(length: 20, fragment: 0),
        ]
        for bomb in bombs { world.deliver(bomb) }
        #expect(world.server.counters.oversized == bombs.count)
        world.run { $0.isDone }
        #expect(world.isDone)
    }

    @Test("Records of other epochs and data before the end are dropped; the handshake goes on")
    func epochs() {
        let world = World()
        world.start()
        world.deliver(world.fromClient[0])
        for epoch in [2, 3, 255] as [UInt8] { world.deliver(record(length: 20, fragment: 20, epoch: epoch)) }
        world.deliver(record(length: 20, fragment: 20, content: 23))
        #expect(world.server.counters.badEpoch == 3 && world.server.counters.unexpected == 1)
        for _ in 0..<10 { world.deliver(record(length: 20, fragment: 20, epoch: 1)) }
        #expect(world.server.counters.early == 10 - Limits.earlyRecords)
        world.run { $0.isDone }
        #expect(world.isDone)
        let before = world.server.counters.badEpoch
        world.deliver(world.fromClient[0])
        #expect(world.server.counters.badEpoch == before + 1)
    }

    @Test("Strangers on other paths fail alone: 200 handshakes beside sprayed hellos, garbage and alerts all succeed")
    func spray() {
        for seed in UInt64(1)...200 {
            let world = World(seed: seed)
            world.jitter = 20_000_000
            let stranger = World(seed: seed &+ 10_000)
            stranger.start()
            world.start()
            world.deliver(stranger.fromClient[0], on: World.path(66))
            world.deliver(world.fromClient[0])
            world.deliver(record(length: 20, fragment: 20), on: World.path(66))
            world.deliver([21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40], on: World.path(67))
            world.deliver([21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40], on: World.path(66))
            world.run { $0.isDone }
            #expect(world.isDone && world.seenByServer.path == World.path(1), "seed \(seed)")
        }
    }

    @Test("A handshake that a stranger began and leaves half done does not hold up the client's")
    func halfDone() {
        let world = World()
        let stranger = World(seed: 2)
        stranger.start()
        world.deliver(stranger.fromClient[0], on: World.path(66))
        world.start()
        world.run(seconds: 0.2) { $0.isDone }
        #expect(world.isDone && world.seenByServer.path == World.path(1))
    }

    @Test("A failed handshake on the client's own path does not end the session: the next succeeds")
    func failedAttempt() {
        let world = World()
        // A hello that offers nothing.
        world.deliver(record(length: 45, fragment: 45))
        #expect(world.seenByServer.attempts == [.refused])
        world.start()
        world.run { $0.isDone }
        #expect(world.isDone)
    }

    @Test("After eight failures the transport is given up, and costs nothing any more")
    func givenUp() {
        let world = World()
        for _ in 0..<20 { world.deliver(record(length: 45, fragment: 45)) }
        #expect(world.seenByServer.attempts.count == Limits.failures - 1 && world.seenByServer.hasFailed)
        #expect(world.server.nextDeadline == nil)
    }

    @Test("A fourth handshake at a time is not begun")
    func associations() {
        let world = World()
        let stranger = World(seed: 7)
        stranger.start()
        for number in 1...10 as ClosedRange<UInt32> {
            world.deliver(stranger.fromClient[0], on: World.path(number))
        }
        #expect(world.server.counters.unexpected == 10 - Limits.associations)
    }

    @Test("A hello in many small fragments, in any order and doubled, is put together")
    func fragments() {
        for seed in UInt64(1)...50 {
            let world = World(seed: seed)
            world.loss = 100
            world.start()
            world.loss = 0
            let hello = world.fromClient[0]
            let body = Array(hello[25...])
            var fragments: [[UInt8]] = []
            var start = 0
            while start < body.count {
                let end = min(body.count, start + 20 + Int(world.generator.next() % 60))
                fragments.append(fragment(of: hello, body, start..<end, number: fragments.count))
                start = end
            }
            fragments += fragments.filter { _ in world.generator.chance(30) }
            fragments.shuffle(using: &world.generator)
            // The first has to say that it is a hello; all of them do.
            for fragment in fragments { world.deliver(fragment) }
            world.run { $0.isDone }
            #expect(world.isDone, "seed \(seed)")
        }
    }

    private func fragment(of hello: [UInt8], _ body: [UInt8], _ range: Range<Int>, number: Int) -> [UInt8] {
        let count = range.count + 12
        func three(_ value: Int) -> [UInt8] {
            [
                UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 8),
                UInt8(truncatingIfNeeded: value),
            ]
        }
        return Array(hello[..<10]) + [UInt8(number)] + [UInt8(count >> 8), UInt8(count & 255)]
            + Array(hello[13..<19]) + three(range.lowerBound) + three(range.count) + Array(body[range])
    }

    @Test("Any bit of the client's first flight flipped leads to no trap and no keys without a whole handshake")
    func flipped() {
        let source = World()
        source.loss = 100
        source.start()
        let hello = source.fromClient[0]
        var generator = Generator(state: 3)
        for _ in 0..<300 {
            var bytes = hello
            for _ in 0..<(1 + generator.next() % 4) {
                bytes[Int(generator.next() % UInt64(bytes.count))] ^= 1 << UInt8(generator.next() % 8)
            }
            let world = World()
            world.deliver(bytes)
            #expect(world.seenByServer.keys == nil)
        }
    }

    @Test("Random datagrams on an established transport change nothing; its keys were given once")
    func afterwards() {
        let world = World()
        world.start()
        world.run { $0.isDone }
        world.seenByServer = Seen()
        var generator = Generator(state: 4)
        for _ in 0..<2_000 {
            var bytes = (0..<Int(generator.next() % 200)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            if bytes.count > 20, generator.chance(80) {
                let length = bytes.count - 13
                bytes.replaceSubrange(0..<5, with: [20 + UInt8(generator.next() % 4), 0xFE, 0xFD, 0, 1])
                bytes.replaceSubrange(11..<13, with: [UInt8(length >> 8), UInt8(length & 255)])
            }
            world.deliver(bytes)
        }
        #expect(world.seenByServer.keys == nil && !world.seenByServer.isClosed && world.seenByServer.attempts.isEmpty)
        world.client.close()
        world.run(seconds: 1) { $0.seenByServer.isClosed }
        #expect(world.seenByServer.isClosed)
    }
}
