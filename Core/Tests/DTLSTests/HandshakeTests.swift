import Testing
import Units

@testable import DTLS

@Suite("DTLS: the handshake")
struct HandshakeTests {
    @Test(
        "Both ends get the same keys, one for each direction, of the fastest profile, in four datagrams of the link's size"
    )
    func keys() {
        let world = World()
        world.start()
        world.run { $0.isDone }
        #expect(isEqual(world.seenByClient.keys, world.seenByServer.keys))
        #expect(world.seenByServer.keys?.profile == .aeadAES128GCM && world.seenByServer.path == World.path(1))
        #expect(world.largest <= 1_152 && world.sent.client <= 2 && world.sent.server <= 2)
        #expect(world.now < 1_100_000_000)
    }

    @Test("With 30 % loss, delay, doubled and reordered datagrams every handshake of 1,000 worlds is done in time")
    func lossy() {
        var durations: [UInt64] = []
        for seed in UInt64(1)...1_000 {
            let world = World(seed: seed)
            world.loss = 30
            world.doubled = 10
            world.jitter = 40_000_000
            world.start()
            world.run { $0.isDone || $0.seenByServer.hasFailed || $0.seenByClient.hasFailed }
            guard isEqual(world.seenByClient.keys, world.seenByServer.keys) else {
                Issue.record("seed \(seed): \(world.seenByClient) and \(world.seenByServer) after \(world.now)")
                continue
            }
            durations.append(world.now - 1_000_000_000)
        }
        durations.sort()
        let all = durations.map { $0 / 1_000_000 }
        print(
            "handshakes: mean \(all.reduce(0, +) / 1_000) ms, p95 \(all[all.count * 95 / 100]), slowest \(all.last ?? 0)"
        )
        #expect(all.count == 1_000)
    }

    @Test("A flight that is lost goes out again after 50 ms, then 100, then 200")
    func retransmission() {
        let world = World()
        world.loss = 100
        world.start()
        var times: [UInt64] = []
        var before = world.sent.client
        world.run(seconds: 0.8) { world in
            if world.sent.client > before { times.append((world.now - 1_000_000_000) / 1_000_000) }
            before = world.sent.client
            return false
        }
        #expect(times == [50, 150, 350, 750])
    }

    @Test("Another certificate than the promised one: no keys, at either end", arguments: [true, false])
    func wrongFingerprint(isServersWrong: Bool) throws {
        let wrong = [try #require(CertificateHash(Array(repeating: 1, count: 32)))]
        let world = isServersWrong ? World(clientExpects: wrong) : World(serverExpects: wrong)
        world.start()
        world.run(seconds: 30) { _ in false }
        #expect(world.seenByServer.keys == nil && world.seenByClient.keys == nil)
        #expect(world.server.counters.failures > 0 || world.client.counters.failures > 0)
    }

    @Test("Without a promise no certificate is right; of several promises one is enough")
    func promises() throws {
        let none = World(serverExpects: [])
        none.start()
        none.run(seconds: 15) { _ in false }
        #expect(none.seenByServer.keys == nil)
        let other = try #require(CertificateHash(Array(repeating: 1, count: 64)))
        let several = World(serverExpects: [other, World.hash(World.clientIdentity)])
        several.start()
        several.run { $0.isDone }
        #expect(several.isDone)
    }

    @Test("The client's goodbye arrives, and what comes after it changes nothing")
    func goodbye() {
        let world = World()
        world.start()
        world.run { $0.isDone }
        world.client.close()
        world.run(seconds: 1) { $0.seenByServer.isClosed }
        #expect(world.seenByServer.isClosed)
        #expect(world.server.nextDeadline == nil)
        world.seenByServer = Seen()
        world.deliver(world.fromClient[0])
        #expect(world.seenByServer.attempts.isEmpty && !world.seenByServer.isClosed)
    }

    @Test("What is given back early says nothing more, and takes nothing in")
    func released() {
        let world = World()
        world.server.release()
        world.start()
        world.run { $0.isDone }
        #expect(world.isDone)
        world.server.release()
        world.deliver(world.fromClient[0])
        world.server.close()
        world.seenByServer.note(world.server.handleTimeout(at: world.time))
        #expect(world.server.counters.unexpected == 1 && world.server.nextDeadline == nil)
    }

    @Test("A handshake that nobody goes on with ends after ten seconds, and the next one may succeed")
    func deadline() {
        let world = World()
        world.start()
        world.loss = 100
        world.deliver(world.fromClient[0])
        world.run(seconds: 9.9) { _ in false }
        #expect(world.seenByServer.attempts.isEmpty)
        world.run(seconds: 0.2) { _ in false }
        #expect(world.seenByServer.attempts == [.timeout] && !world.seenByServer.hasFailed)
        world.loss = 0
        let second = World()
        second.start()
        world.deliver(second.fromClient[0])
        #expect(world.server.nextDeadline != nil)
    }

    @Test("The server answers a repeated last flight with its own, so that a client that missed it gets there")
    func lastFlight() {
        let world = World()
        world.start()
        world.run { $0.seenByServer.keys != nil }
        // Everything that the server said last is lost.
        world.loss = 100
        world.run(seconds: 0.04) { _ in false }
        world.loss = 0
        #expect(world.seenByServer.keys != nil)
        world.run { $0.isDone }
        #expect(world.isDone)
    }
}
