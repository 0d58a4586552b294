import STUN
import Testing
import Units

@testable import TURN

@Suite("TURN Allocate")
struct AllocateTests {
    let world = World()

    private func code(_ fields: [Field]) -> UInt16? {
        var client = Client()
        return world.exchange(&client, .allocate, fields).code
    }

    @Test("An allocation tells relayed address, lifetime and mapped address, signed as the request was, and no more")
    func success() throws {
        var client = Client()
        let reply = try #require(world.allocate(&client))
        #expect(reply.addresses(.xorRelayedAddress) == [TransportAddress("192.0.2.5", 49_152)])
        #expect(reply.addresses(.xorMappedAddress) == [client.path.client])
        #expect(reply.number(.lifetime) == 600)
        #expect(reply.isSigned(.sha1, by: client.key))
        #expect(reply.types == [.xorRelayedAddress, .lifetime, .xorMappedAddress, .messageIntegrity])
        #expect(world.server.counters.allocations == 1)
    }

    @Test("The shell is told who wants what: user, path, families, ports")
    func request() throws {
        var client = Client("kevin")
        client.hear(
            try #require(
                world.receive(message(.request, .allocate, .init(high: 1, low: 1), []), from: client.path).reply
            )
        )
        let asked = world.receive(client.request(.allocate, [.udp, .evenPort(0x80)]), from: client.path).request
        let request = try #require(asked)
        #expect(request.user == UserKey(participant: "kevin") && request.path == client.path)
        #expect(request.families == .v4 && request.isEvenPort && request.reservesNext && request.reservation == nil)
    }

    @Test(
        "LIFETIME is what was asked for, not under 600 nor over 3,600 seconds",
        arguments: [(nil, 600), (0, 600), (1, 600), (601, 601), (3_600, 3_600), (3_601, 3_600), (UInt32.max, 3_600)]
            as [(UInt32?, UInt64)]
    )
    func lifetime(wanted: UInt32?, granted: UInt64) throws {
        var client = Client()
        let reply = try #require(world.allocate(&client, [.udp] + (wanted.map { [.lifetime($0)] } ?? [])))
        #expect(reply.number(.lifetime) == granted)
        world.wait(.seconds(Int64(granted) - 1))
        #expect(world.permit(&client, TransportAddress("203.0.113.1", 1)).isSuccess)
        world.wait(.seconds(1))
        client.nonce = []  // an hour makes that stale too
        #expect(world.permit(&client, TransportAddress("203.0.113.1", 1)).code == 437)
    }

    @Test(
        "What RFC 8656 §7.2 refuses is refused with its code",
        arguments: [
            ("no transport", [], 400), ("a transport cut short", [Field.bytes(.requestedTransport, [17])], 400),
            ("TCP", [.number(.requestedTransport, 6 << 24)], 442), ("DONT-FRAGMENT", [.udp, .dontFragment], 420),
            ("an attribute nobody knows", [.udp, .number(AttributeType(rawValue: 0x7FFF), 0)], 420),
            ("a lifetime cut short", [.udp, .bytes(.lifetime, [1])], 400),
            ("a family nobody knows", [.udp, .family(3)], 440),
            ("a family cut short", [.udp, .bytes(.requestedAddressFamily, [1])], 400),
            ("both attributes of families", [.udp, .family(1), .additionalFamily(2)], 400),
            ("IPv4 in addition", [.udp, .additionalFamily(1)], 400),
            ("a pair of ports and both families", [.udp, .evenPort(0x80), .additionalFamily(2)], 400),
            ("an even port cut short", [.udp, .bytes(.evenPort, [])], 400),
            ("a token and an even port", [.udp, .token(1), .evenPort(0)], 400),
            ("a token and a family", [.udp, .token(1), .family(1)], 400),
            ("a token and both families", [.udp, .token(1), .additionalFamily(2)], 400),
            ("a token cut short", [.udp, .bytes(.reservationToken, [1, 2, 3, 4])], 400),
        ] as [(String, [Field], UInt16)]
    )
    func refusals(what: String, fields: [Field], code: UInt16) {
        #expect(self.code(fields) == code, "\(what)")
        #expect(world.server.counters.allocations == 0 && world.server.store.allocations.count == 0)
    }

    @Test("420 lists what is unknown, eight at most")
    func unknown() throws {
        var client = Client()
        let many = (0..<20).map { Field.number(AttributeType(rawValue: 0x7F00 + UInt16($0)), 0) }
        let reply = try #require(world.exchange(&client, .allocate, [.udp] + many).reply)
        #expect(reply.code == 420 && reply.value(.unknownAttributes)?.count == 16)
        #expect(reply.value(.unknownAttributes)?.prefix(4) == [0x7F, 0x00, 0x7F, 0x01])
        #expect(reply.isSigned(.sha1, by: client.key))
    }

    @Test("An optional attribute nobody knows is passed over")
    func optional() {
        var client = Client()
        #expect(world.allocate(&client, [.udp, .number(AttributeType(rawValue: 0xC001), 0)]) != nil)
    }

    @Test(
        "What the shell refuses is answered with its code, signed, and leaves nothing",
        arguments: RelayRefusal.allCases
    )
    func shellRefuses(why: RelayRefusal) throws {
        world.refusal = why
        var client = Client()
        let reply = try #require(world.exchange(&client, .allocate, [.udp]).reply)
        #expect(reply.code == why.rawValue && reply.isSigned(.sha1, by: client.key))
        #expect(world.server.store.allocations.count == 0 && world.closed().isEmpty)
        world.refusal = nil
        #expect(world.allocate(&client, id: 2) != nil)
    }

    @Test("REQUESTED-ADDRESS-FAMILY 2 gives an IPv6 relay and no IPv4 one")
    func v6() throws {
        var client = Client()
        let reply = try #require(world.allocate(&client, [.udp, .family(2)]))
        #expect(reply.addresses(.xorRelayedAddress) == [TransportAddress("2001:db8::5", 49_152)])
        #expect(world.permit(&client, TransportAddress("203.0.113.1", 1)).code == 443)
        #expect(world.permit(&client, TransportAddress("2001:db8:113::1", 1)).isSuccess)
    }

    @Test("ADDITIONAL-ADDRESS-FAMILY gives both, and both relay")
    func both() throws {
        var client = Client()
        let reply = try #require(world.allocate(&client, [.udp, .additionalFamily(2)]))
        #expect(reply.addresses(.xorRelayedAddress).count == 2)
        let peers = [TransportAddress("203.0.113.1", 1), TransportAddress("2001:db8:113::1", 1)]
        #expect(world.permit(&client, peers[0], peers[1]).isSuccess)
        #expect(world.receive(client.send([1], to: peers[0]), from: client.path).payload == [1])
        #expect(world.receive(client.send([2], to: peers[1]), from: client.path).payload == [2])
        #expect(world.hear([3], from: peers[1], on: world.relay(client, .v6)) != nil)
        #expect(world.hear([3], from: peers[1], on: world.relay(client, .v4)) != nil)
    }

    @Test("Without IPv6 here, ADDITIONAL-ADDRESS-FAMILY gives IPv4 and says why not both")
    func partial() throws {
        world.v6Refusal = .familyNotSupported
        var client = Client()
        let reply = try #require(world.allocate(&client, [.udp, .additionalFamily(2)]))
        #expect(reply.addresses(.xorRelayedAddress).count == 1)
        #expect(reply.value(.addressErrorCode) == [2, 0, 4, 40])
        #expect(world.permit(&client, TransportAddress("2001:db8:113::1", 1)).code == 443)
    }

    @Test("The token of a reserved port is told, and one that comes back goes to the shell")
    func reservation() throws {
        world.reservation = 0x0102_0304_0506_0708
        var client = Client()
        let reply = try #require(world.allocate(&client, [.udp, .evenPort(0x80)]))
        #expect(reply.number(.reservationToken) == 0x0102_0304_0506_0708)
        var second = Client(port: 50_001)
        let nonce = world.exchange(&second, .refresh, [])
        #expect(nonce.code == 437)
        let request = world.receive(
            second.request(.allocate, [.udp, .token(0x0102_0304_0506_0708)]),
            from: second.path
        )
        #expect(request.request?.reservation == 0x0102_0304_0506_0708)
    }

    @Test("An Allocate sent again gets the same answer again; another one on the 5-tuple gets 437")
    func retransmission() throws {
        var client = Client()
        let first = try #require(world.allocate(&client, [.udp, .lifetime(700)]))
        world.wait(.seconds(1))
        let again = world.perform(client.request(.allocate, [.udp, .lifetime(700)]), from: client.path)
        #expect(again.reply == first)
        #expect(world.perform(client.request(.allocate, [.udp], id: 2), from: client.path).code == 437)
        var other = Client("anna")
        #expect(world.exchange(&other, .allocate, [.udp], id: 1).code == 437)
        #expect(world.server.counters.allocated == 1)
    }

    @Test("An Allocate sent again while the shell opens sockets is not answered twice, and opens nothing twice")
    func retransmissionWhileOpening() throws {
        var client = Client()
        client.hear(
            try #require(
                world.receive(message(.request, .allocate, .init(high: 1, low: 1), []), from: client.path).reply
            )
        )
        let request = client.request(.allocate, [.udp])
        let asked = try #require(world.receive(request, from: client.path).request)
        #expect(world.receive(request, from: client.path) == .nothing)
        #expect(world.open(asked, OpenedRelays(v4: TransportAddress("192.0.2.5", 50_000)))?.isSuccess == true)
        #expect(world.open(asked, OpenedRelays(v4: TransportAddress("192.0.2.5", 50_002))) == nil)
    }

    @Test("A shell that is too late finds nothing to open for")
    func late() throws {
        var client = Client()
        client.hear(
            try #require(
                world.receive(message(.request, .allocate, .init(high: 1, low: 1), []), from: client.path).reply
            )
        )
        let asked = try #require(world.receive(client.request(.allocate, [.udp]), from: client.path).request)
        world.wait(.seconds(6))
        world.server.expire(at: world.now)
        #expect(world.open(asked, OpenedRelays(v4: TransportAddress("192.0.2.5", 50_000))) == nil)
        #expect(world.refuse(asked, .quotaReached) == nil)
        #expect(world.server.store.allocations.count == 0 && world.closed().isEmpty)
    }

    @Test("One allocation more than the limit gets 508, and the place is free again when one ends")
    func limit() throws {
        let world = World { $0.allocations = 2 }
        var clients = (0..<3).map { Client(port: UInt16(1_000 + $0)) }
        #expect(world.allocate(&clients[0]) != nil && world.allocate(&clients[1]) != nil)
        #expect(world.exchange(&clients[2], .allocate, [.udp]).code == 508)
        #expect(world.exchange(&clients[0], .refresh, [.lifetime(0)]).isSuccess)
        #expect(world.closed().count == 1)
        #expect(world.exchange(&clients[2], .allocate, [.udp], id: 2).isSuccess)
    }

    @Test("The same client address over TCP and to another server address are other 5-tuples")
    func fiveTuples() {
        var (udp, tcp, other) = (Client(), Client(transport: .tcp), Client())
        other.path = FiveTuple(client: udp.path.client, server: TransportAddress("192.0.2.6", 3478), transport: .udp)
        for _ in 0..<1 {
            #expect(world.allocate(&udp) != nil && world.allocate(&tcp) != nil && world.allocate(&other) != nil)
        }
        #expect(world.server.counters.allocations == 3)
    }
}
