import STUN
import Testing
import Units

@testable import TURN

@Suite("TURN Refresh")
struct RefreshTests {
    let world = World()

    @Test(
        "Refresh moves the end by the lifetime it tells",
        arguments: [(nil, 600), (1, 600), (900, 900), (9_999, 3_600)] as [(UInt32?, UInt64)]
    )
    func lifetime(wanted: UInt32?, granted: UInt64) throws {
        var client = Client()
        #expect(world.allocate(&client) != nil)
        world.wait(.seconds(500))
        let reply = world.exchange(&client, .refresh, wanted.map { [.lifetime($0)] } ?? []).reply
        #expect(reply?.number(.lifetime) == granted)
        world.wait(.seconds(Int64(granted) - 1))
        client.nonce = []
        #expect(world.exchange(&client, .refresh, [.lifetime(0)]).isSuccess)
    }

    @Test("Without Refresh it ends, is told closed by expire, and does not come back")
    func expiry() throws {
        var client = Client()
        #expect(world.allocate(&client) != nil)
        let id = world.relay(client).allocation
        world.wait(.seconds(599))
        world.server.expire(at: world.now)
        #expect(world.closed().isEmpty && world.server.counters.allocations == 1)
        world.wait(.seconds(1))
        #expect(world.exchange(&client, .refresh, []).code == 437)
        world.server.expire(at: world.now)
        let closed = ClosedAllocation(
            id: id,
            user: UserKey(participant: "kevin"),
            path: client.path,
            families: .v4,
            isLast: true
        )
        #expect(world.closed() == [closed])
        world.server.expire(at: world.now)
        #expect(world.closed().isEmpty && world.server.counters.allocations == 0)
        #expect(world.server.store.allocations.count == 0)
    }

    @Test("LIFETIME 0 ends it at once; the 5-tuple is free and the second time there is nothing")
    func delete() throws {
        var client = Client()
        #expect(world.allocate(&client) != nil)
        let reply = try #require(world.exchange(&client, .refresh, [.lifetime(0)]).reply)
        #expect(reply.number(.lifetime) == 0 && reply.isSigned(.sha1, by: client.key))
        #expect(world.exchange(&client, .refresh, [.lifetime(0)]).code == 437)
        #expect(world.allocate(&client, id: 2) != nil)
        let closed = world.closed()
        #expect(closed.count == 1 && closed[0].isLast && closed[0].id != world.relay(client).allocation)
    }

    @Test("An allocation that ran out and was not swept yet makes way for a new one")
    func replaced() throws {
        var client = Client()
        #expect(world.allocate(&client) != nil)
        world.wait(.seconds(600))
        #expect(world.allocate(&client, id: 2) != nil)
        #expect(world.closed().count == 1 && world.server.counters.allocations == 1)
    }

    @Test("Of two families one can be refreshed or ended alone, and nextClosed tells which")
    func families() throws {
        var client = Client()
        #expect(world.allocate(&client, [.udp, .additionalFamily(2)]) != nil)
        let peers = [TransportAddress("203.0.113.1", 1), TransportAddress("2001:db8:113::1", 1)]
        #expect(world.permit(&client, peers[0], peers[1]).isSuccess)
        #expect(world.exchange(&client, .refresh, [.lifetime(0), .family(1)]).isSuccess)
        let closed = world.closed()
        #expect(closed.count == 1 && closed[0].families == .v4 && !closed[0].isLast)
        #expect(world.receive(client.send([1], to: peers[0]), from: client.path) == .nothing)
        #expect(world.receive(client.send([1], to: peers[1]), from: client.path).payload == [1])
        #expect(world.exchange(&client, .refresh, [.family(1)]).code == 443)
        #expect(world.exchange(&client, .refresh, [.lifetime(0), .family(2)]).isSuccess)
        let last = world.closed()
        #expect(last.count == 1 && last[0].families == .v6 && last[0].isLast)
    }

    @Test("Of two families the one that is not refreshed runs out alone")
    func familyExpiry() throws {
        var client = Client()
        #expect(world.allocate(&client, [.udp, .additionalFamily(2)]) != nil)
        world.wait(.seconds(599))
        #expect(world.exchange(&client, .refresh, [.family(2)]).isSuccess)
        world.wait(.seconds(1))
        world.server.expire(at: world.now)
        let closed = world.closed()
        #expect(closed.count == 1 && closed[0].families == .v4 && !closed[0].isLast)
        #expect(world.permit(&client, TransportAddress("203.0.113.1", 1)).code == 443)
        #expect(world.permit(&client, TransportAddress("2001:db8:113::1", 1)).isSuccess)
    }

    @Test(
        "What Refresh cannot do it refuses",
        arguments: [
            ([.family(2)], 443), ([.family(9)], 443), ([.bytes(.requestedAddressFamily, [1])], 400),
            ([.bytes(.lifetime, [0, 0, 0, 0, 0])], 400), ([.dontFragment], 420),
        ] as [([Field], UInt16)]
    )
    func refusals(fields: [Field], code: UInt16) {
        var client = Client()
        #expect(world.allocate(&client) != nil)
        #expect(world.exchange(&client, .refresh, fields).code == code)
        #expect(world.server.counters.allocations == 1)
    }

    @Test("Who is removed is silent at once, and his credentials make no allocation; others go on")
    func revocation() throws {
        var (kevin, phone, anna) = (Client("kevin"), Client("kevin", port: 2), Client("anna", port: 3))
        for _ in 0..<1 { #expect(world.allocate(&kevin) != nil && world.allocate(&anna) != nil) }
        let peer = TransportAddress("203.0.113.1", 1)
        #expect(world.permit(&kevin, peer).isSuccess && world.permit(&anna, peer).isSuccess)
        let relay = world.relay(kevin)
        world.server.revoke(UserKey(participant: "kevin"), until: world.wall + 900, at: world.now)
        #expect(world.closed().map(\.id) == [relay.allocation])
        #expect(world.receive(kevin.send([1], to: peer), from: kevin.path) == .nothing)
        #expect(world.hear([1], from: peer, on: relay) == nil)
        #expect(world.exchange(&kevin, .refresh, []).code == 437)
        #expect(world.exchange(&phone, .allocate, [.udp]).code == 401)
        #expect(world.receive(anna.send([1], to: peer), from: anna.path).payload == [1])
        var later = Client("kevin", port: 4, expiry: World.wall + 901)
        #expect(world.allocate(&later) != nil)
    }

    @Test("Who is removed while his sockets are opened gets none")
    func revocationWhileOpening() throws {
        var client = Client()
        #expect(world.exchange(&client, .refresh, []).code == 437)
        let asked = try #require(world.receive(client.request(.allocate, [.udp]), from: client.path).request)
        world.server.revoke(UserKey(participant: "kevin"), until: world.wall + 900, at: world.now)
        #expect(world.open(asked, OpenedRelays(v4: TransportAddress("192.0.2.5", 50_000))) == nil)
        #expect(world.closed().isEmpty && world.server.store.allocations.count == 0)
    }

    @Test("The end of a TCP connection ends its allocation")
    func connectionClosed() {
        var client = Client(transport: .tcp)
        #expect(world.allocate(&client) != nil)
        world.server.closed(client.path)
        #expect(world.closed().map(\.path) == [client.path] && world.server.counters.allocations == 0)
        world.server.closed(client.path)
        #expect(world.closed().isEmpty)
    }

    @Test("A relay id of an allocation that ended means nothing, though its place is used again")
    func generations() throws {
        var client = Client()
        #expect(world.allocate(&client) != nil)
        let old = world.relay(client)
        #expect(world.exchange(&client, .refresh, [.lifetime(0)]).isSuccess)
        #expect(world.closed().count == 1 && world.allocate(&client, id: 2) != nil)
        let new = world.relay(client)
        let peer = TransportAddress("203.0.113.1", 1)
        #expect(new.allocation.slot == old.allocation.slot && new != old)
        #expect(world.permit(&client, peer).isSuccess)
        #expect(world.hear([1], from: peer, on: old) == nil && world.hear([1], from: peer, on: new) != nil)
        #expect(world.server.relayedAddress(of: old) == nil)
        #expect(world.server.relayedAddress(of: new) == TransportAddress("192.0.2.5", 49_153))
        #expect(RelayID(packed: new.packed) == new && RelayID(packed: old.packed) == old)
    }
}
