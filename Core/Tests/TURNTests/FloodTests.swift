import STUN
import Testing
import Units
import Wire

@testable import TURN

@Suite("TURN against floods")
struct FloodTests {
    /// Bytes of the IP and UDP headers.
    private func headers(_ client: Client) -> Int { client.path.client.address.v4 == nil ? 48 : 28 }

    @Test("A hundred thousand spoofed Allocates leave no state, and each source gets ten answers a second")
    func spoofed() {
        let world = World()
        let request = message(.request, .allocate, TransactionID(high: 1, low: 1), [.udp])
        var room = [UInt8](repeating: 0, count: TURNServer.answerRoom)
        var span = room.mutableSpan
        let start = world.now
        var answers = 0
        for number in 0..<100_000 {
            let source = TransportAddress(
                IPAddress(v4: 0x0100_0000 &+ UInt32(number / 100) &* 0x9E37),
                port: UInt16(number % 100)
            )
            let path = FiveTuple(client: source, server: TransportAddress("192.0.2.5", 3478), transport: .udp)
            let now = start + .microseconds(10 * number)
            let outcome = world.server.receive(request.span, from: path, at: now, wall: World.wall, into: &span)
            if case .reply = outcome { answers += 1 }
        }
        #expect(world.server.store.allocations.count == 0 && world.server.store.allocations.end == 0)
        #expect(world.server.store.paths.count == 0 && world.server.counters.allocations == 0)
        // Where five sources of a second meet in one place of the table, one gets nothing.
        #expect((9_900...10_000).contains(answers))
        #expect(world.server.counters[.replyBudget] == UInt64(100_000 - answers))
        #expect(world.closed().isEmpty && world.server.violations().isEmpty)
    }

    @Test("Twenty thousand Allocates with a good nonce and a wrong MAC leave no state")
    func wrongMAC() throws {
        let world = World()
        var client = Client()
        client.hear(
            try #require(
                world.receive(message(.request, .allocate, .init(high: 1, low: 1), []), from: client.path).reply
            )
        )
        client.password = "wrong"
        let request = client.request(.allocate, [.udp])
        for _ in 0..<20_000 { _ = world.receive(request, from: client.path) }
        #expect(world.server.store.allocations.end == 0 && world.server.counters[.unauthenticated] == 10)
        #expect(world.server.counters[.replyBudget] == 19_991)
    }

    /// Requests of every shape that somebody without credentials can send.
    private func request(_ random: inout SplitMix, _ client: Client) -> [UInt8] {
        let methods: [MessageType.Method] = [.allocate, .refresh, .createPermission, .channelBind]
        var fields: [Field] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let count = Int.random(in: 0...40, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let types: [AttributeType] = [
                .username, .realm, .nonce, .requestedTransport, .lifetime, .software, .userhash, .passwordAlgorithm,
                .passwordAlgorithms, .xorPeerAddress,
                AttributeType(rawValue: UInt16.random(in: 0...0xFFFF, using: &random)),
            ]
            let type = types[Int.random(in: types.indices, using: &random)]
            fields.append(.bytes(type, type == .realm && Bool.random(using: &random) ? Array("parley".utf8) : bytes))
            if Int.random(in: 0..<8, using: &random) == 0 { fields.append(.bytes(.nonce, client.nonce)) }
        }
        let method = methods[Int.random(in: methods.indices, using: &random)]
        let (hasMAC, hasFingerprint) = (Bool.random(using: &random), Bool.random(using: &random))
        return message(.request, method, TransactionID(high: 1, low: 1), fields) {
            if hasMAC { client.key.sign(&$0, Bool.random(using: &random) ? .sha1 : .sha256, to: &$1) }
            if hasFingerprint { $0.writeFingerprint(to: &$1) }
        }
    }

    @Test(
        "No answer to an unknown sender is more than twice its request by IP bytes, whatever the request",
        arguments: ["198.18.0.1", "2001:db8:9::1"]
    )
    func amplification(address: String) {
        let seed: UInt64 = 0xA3B1
        var random = SplitMix(state: seed)
        let world = World()
        var client = Client(address: address)
        var answers = 0
        var largest = 0.0
        for round in 0..<20_000 {
            world.wait(.milliseconds(200))
            let bytes = request(&random, client)
            guard let reply = world.receive(bytes, from: client.path).reply else { continue }
            answers += 1
            if reply.code != 400 { client.hear(reply) }
            let ratio = Double(reply.bytes.count + headers(client)) / Double(bytes.count + headers(client))
            largest = max(largest, ratio)
            #expect(ratio <= 2.0, "round \(round), seed \(seed)")
            #expect(!reply.isSuccess && reply.integrity == nil && !reply.types.contains(.software))
        }
        #expect(answers > 10_000 && largest > 1.8)
        #expect(world.server.store.allocations.end == 0)
    }

    @Test("The smallest request that there is gets its challenge, in both families")
    func smallest() {
        for address in ["198.18.0.1", "2001:db8:9::1"] {
            let reply = World().receive(
                message(.request, .allocate, .init(high: 1, low: 1), []),
                from: Client(address: address).path
            )
            #expect(reply.code == 401)
        }
    }

    @Test("Authenticated requests are answered beyond ten a second")
    func authenticated() throws {
        let world = World()
        var client = Client()
        _ = try #require(world.allocate(&client))
        for id in 0..<100 {
            #expect(world.exchange(&client, .refresh, [], id: UInt64(id)).isSuccess)
        }
    }

    @Test(
        "Over TCP and TLS everybody behind one address is challenged: nobody asks twice there",
        arguments: [TransportProtocol.tcp, .tls]
    )
    func streams(transport: TransportProtocol) {
        let world = World()
        let request = message(.request, .allocate, TransactionID(high: 1, low: 1), [.udp])
        let answers = (0..<100).count {
            world.receive(request, from: Client(port: UInt16($0), transport: transport).path).code == 401
        }
        #expect(answers == 100)
    }

    @Test("Counters of workers add up")
    func counters() throws {
        let worlds = [World(), World()]
        for world in worlds {
            var client = Client()
            _ = try #require(world.allocate(&client))
            #expect(world.bind(&client, 0x4000, TransportAddress("203.0.113.1", 1)).isSuccess)
            #expect(world.receive(client.channelData(0x4000, [1, 2]), from: client.path).payload == [1, 2])
            #expect(world.hear([1], from: TransportAddress("203.0.113.1", 1), on: world.relay(client)) != nil)
            #expect(world.receive([0xFF], from: client.path) == .nothing)
        }
        var sum = worlds[0].server.counters
        sum.add(worlds[1].server.counters)
        #expect(sum.toPeers == .init(packets: 2, bytes: 4) && sum.toClients == .init(packets: 2, bytes: 2))
        #expect(sum.allocations == 2 && sum.allocated == 2 && sum.successes == 4)
        #expect(sum[.malformed] == 2 && sum[.unauthenticated] == 2)
    }

    @Test("An allocation with what a meeting needs of permissions and channels takes less than a kilobyte")
    func memory() {
        let tables = 4 * 8 * 2  // entries of four tables, half full
        let one = MemoryLayout<Allocation>.stride + tables
        let peer = MemoryLayout<Permission>.stride + MemoryLayout<Channel>.stride + 3 * 16
        #expect(one < 512 && one + 3 * peer < 1_024)
    }
}

/// A small seeded generator, for tests that print their seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
