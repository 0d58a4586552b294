import STUN
import Testing
import Units

@testable import TURN

@Suite("TURN permissions and indications")
struct PermissionTests {
    let world = World(ownRelays: [TransportAddress("192.0.2.5", 50_000)])
    let peer = TransportAddress("203.0.113.1", 4_000)

    private func allocated(_ client: Client = Client(), _ fields: [Field] = [.udp]) throws -> Client {
        var client = client
        _ = try #require(world.allocate(&client, fields))
        return client
    }

    private func dropped(_ reason: DropReason, _ body: () -> Bool) -> Bool {
        let before = world.server.counters[reason]
        return body() && world.server.counters[reason] == before + 1
    }

    @Test("Nothing goes to a peer or comes from one without a permission, whatever its port with one")
    func permission() throws {
        var client = try allocated()
        let relay = world.relay(client)
        #expect(dropped(.noPermission) { world.receive(client.send([1], to: peer), from: client.path) == .nothing })
        #expect(dropped(.noPermission) { world.hear([1], from: peer, on: relay) == nil })
        #expect(world.permit(&client, TransportAddress(peer.address, port: 1)).isSuccess)
        let sent = World.Event.relay(relay, to: peer, payload: [1, 2], isOwn: false, isAllowed: false)
        #expect(world.receive(client.send([1, 2], to: peer), from: client.path) == sent)
        #expect(world.hear([1], from: TransportAddress(peer.address, port: 9), on: relay) != nil)
        let other = TransportAddress("203.0.113.2", 4_000)
        #expect(world.receive(client.send([1], to: other), from: client.path) == .nothing)
        #expect(world.hear([1], from: other, on: relay) == nil)
    }

    @Test("A permission ends after 300 seconds unless it is refreshed; data does not refresh it")
    func expiry() throws {
        var client = try allocated()
        #expect(world.permit(&client, peer).isSuccess)
        world.wait(.seconds(299))
        #expect(world.receive(client.send([1], to: peer), from: client.path).payload == [1])
        #expect(world.hear([1], from: peer, on: world.relay(client)) != nil)
        world.wait(.seconds(1))
        #expect(world.receive(client.send([1], to: peer), from: client.path) == .nothing)
        #expect(world.hear([1], from: peer, on: world.relay(client)) == nil)
        #expect(world.permit(&client, peer).isSuccess && world.exchange(&client, .refresh, []).isSuccess)
        world.wait(.seconds(200))
        #expect(world.permit(&client, peer).isSuccess)
        world.wait(.seconds(200))
        #expect(world.receive(client.send([1], to: peer), from: client.path).payload == [1])
    }

    @Test("Permissions that ran out are freed")
    func freed() throws {
        var client = try allocated()
        #expect(world.permit(&client, peer).isSuccess)
        world.wait(.seconds(300))
        world.server.expire(at: world.now)
        #expect(world.server.store.permissions.count == 0 && world.server.violations().isEmpty)
    }

    @Test("The permissions of one allocation are nothing to another")
    func separate() throws {
        var (kevin, anna) = (try allocated(), try allocated(Client("anna", port: 2)))
        #expect(world.permit(&kevin, peer).isSuccess)
        #expect(world.receive(anna.send([1], to: peer), from: anna.path) == .nothing)
        #expect(world.hear([1], from: peer, on: world.relay(anna)) == nil)
        #expect(world.permit(&anna, peer).isSuccess)
    }

    @Test("One request installs several permissions, or none when one is refused")
    func several() throws {
        var client = try allocated()
        let other = TransportAddress("203.0.113.2", 1)
        for (bad, code) in [
            (TransportAddress("127.0.0.1", 1), 403), (TransportAddress("2001:db8:113::1", 1), 443),
        ] as [(TransportAddress, UInt16)] {
            #expect(world.permit(&client, peer, bad, other).code == code)
            #expect(world.receive(client.send([1], to: peer), from: client.path) == .nothing)
        }
        #expect(world.permit(&client, peer, other, peer).isSuccess)
        #expect(world.receive(client.send([1], to: peer), from: client.path).payload == [1])
        #expect(world.receive(client.send([1], to: other), from: client.path).payload == [1])
        #expect(world.server.store.permissions.count == 2)
    }

    @Test("CreatePermission without an address, or with a broken one, is refused with 400")
    func malformed() throws {
        var client = try allocated()
        #expect(world.exchange(&client, .createPermission, []).code == 400)
        for bytes in [
            [], [0, 1, 0, 1], [0, 3, 0, 1, 1, 2, 3, 4], [0, 1, 0, 1, 1, 2, 3, 4, 5], [0, 2, 0, 1, 1, 2, 3, 4],
        ] {
            #expect(
                world.exchange(
                    &client,
                    .createPermission,
                    [.peer(peer), .bytes(.xorPeerAddress, bytes.map { UInt8($0) })]
                ).code == 400
            )
        }
        #expect(world.server.store.permissions.count == 0)
    }

    @Test("One permission more than the limits of an allocation or of all gets 508; refreshing still works")
    func limits() throws {
        let world = World { ($0.permissionsPerAllocation, $0.permissions) = (2, 3) }
        var (kevin, anna) = (Client(), Client("anna", port: 2))
        for _ in 0..<1 { #expect(world.allocate(&kevin) != nil && world.allocate(&anna) != nil) }
        let peers = (1...4).map { TransportAddress("203.0.113.\($0)", 1) }
        #expect(world.permit(&kevin, peers[0], peers[1], peers[2]).code == 508)
        #expect(world.permit(&kevin, peers[0], peers[1]).isSuccess)
        #expect(world.permit(&kevin, peers[2]).code == 508 && world.permit(&kevin, peers[1]).isSuccess)
        #expect(world.permit(&anna, peers[0]).isSuccess && world.permit(&anna, peers[1]).code == 508)
        #expect(world.exchange(&kevin, .refresh, [.lifetime(0)]).isSuccess)
        #expect(world.permit(&anna, peers[1]).isSuccess && world.server.violations().isEmpty)
    }

    @Test("A Send indication without address or data, or with DONT-FRAGMENT or the unknown, is dropped")
    func badIndications() throws {
        var client = try allocated()
        #expect(world.permit(&client, peer).isSuccess)
        let id = TransactionID(high: 1, low: 1)
        for bytes in [
            message(.indication, .send, id, [.peer(peer)]), message(.indication, .send, id, [.bytes(.data, [1])]),
            message(.indication, .send, id, []), client.send([1], to: peer, [.dontFragment]),
            client.send([1], to: peer, [.number(AttributeType(rawValue: 0x7001), 0)]),
            message(.indication, .send, id, [.bytes(.xorPeerAddress, [0, 1]), .bytes(.data, [1])]),
        ] {
            #expect(dropped(.badIndication) { world.receive(bytes, from: client.path) == .nothing })
        }
        // What nobody needs to know, and what is known and has no place here.
        for field in [Field.number(AttributeType(rawValue: 0x8ABC), 0), .lifetime(1)] {
            #expect(world.receive(client.send([1], to: peer, [field]), from: client.path).payload == [1])
        }
    }

    @Test("Indications and ChannelData on a 5-tuple without an allocation are dropped without an answer")
    func strangers() throws {
        let client = Client()
        #expect(dropped(.noAllocation) { world.receive(client.send([1], to: peer), from: client.path) == .nothing })
        #expect(
            dropped(.noAllocation) { world.receive(client.channelData(0x4000, [1]), from: client.path) == .nothing }
        )
    }

    @Test("An empty payload is relayed both ways as an empty datagram")
    func empty() throws {
        var client = try allocated()
        #expect(world.permit(&client, peer).isSuccess)
        #expect(world.receive(client.send([], to: peer), from: client.path).payload == [])
        #expect(world.hear([], from: peer, on: world.relay(client))?.bytes.count == 36)
    }

    @Test("A peer's datagram becomes a Data indication that names the peer, of both families and all paddings")
    func dataIndication() throws {
        var client = try allocated(Client(), [.udp, .additionalFamily(2)])
        let peers = [peer, TransportAddress("2001:db8:113::1", 65_535)]
        #expect(world.permit(&client, peers[0], peers[1]).isSuccess)
        for (peer, header) in [(peers[0], 36), (peers[1], 48)] {
            for count in 0...9 {
                let payload = (0..<count).map { UInt8($0 + 1) }
                let heard = world.hear(payload, from: peer, on: world.relay(client, peer.address.family))
                let (path, bytes) = try #require(heard)
                let reply = try #require(Reply(bytes))
                #expect(path == client.path && bytes.count == header + (count + 3) / 4 * 4)
                #expect(reply.message.type == MessageType(.indication, .data))
                #expect(reply.addresses(.xorPeerAddress) == [peer] && reply.value(.data) == payload)
            }
        }
    }

    @Test("Data indications have different transaction ids")
    func transactions() throws {
        var client = try allocated()
        #expect(world.permit(&client, peer).isSuccess)
        let relay = world.relay(client)
        let ids = Set(
            (0..<1_000).compactMap { _ in
                world.hear([1], from: peer, on: relay).flatMap { Reply($0.bytes)?.message.transactionID }
            }
        )
        #expect(ids.count == 1_000)
    }

    @Test("A payload that no message can carry is dropped")
    func tooLarge() throws {
        var client = try allocated()
        #expect(world.permit(&client, peer).isSuccess)
        let relay = world.relay(client)
        #expect(dropped(.tooLarge) { world.hear([UInt8](repeating: 0, count: 65_501), from: peer, on: relay) == nil })
        let largest = world.hear([UInt8](repeating: 0, count: 65_500), from: peer, on: relay)
        #expect(Reply(largest?.bytes ?? []) != nil)
    }

    @Test("Denied peers are refused with 403 and dropped in indications, with the counter that says so")
    func denied() throws {
        var client = try allocated()
        for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.0.2.1", "0.0.0.0", "255.255.255.255"] {
            let peer = TransportAddress(address, 80)
            #expect(world.permit(&client, peer).code == 403 && world.bind(&client, 0x4000, peer).code == 403)
            #expect(dropped(.deniedPeer) { world.receive(client.send([1], to: peer), from: client.path) == .nothing })
        }
        #expect(world.server.store.permissions.count == 0)
    }

    @Test("This machine is open at the port of a live relay only, and marked so that the shell looks at the port again")
    func own() throws {
        var client = try allocated()
        let relay = TransportAddress("192.0.2.5", 50_000)
        #expect(world.permit(&client, TransportAddress("192.0.2.5", 80)).code == 403)
        #expect(world.bind(&client, 0x4000, TransportAddress("192.0.2.5", 50_001)).code == 403)
        #expect(world.permit(&client, relay).isSuccess && world.bind(&client, 0x4000, relay).isSuccess)
        let id = world.relay(client)
        let sent = World.Event.relay(id, to: relay, payload: [1], isOwn: true, isAllowed: false)
        #expect(world.receive(client.send([1], to: relay), from: client.path) == sent)
        #expect(world.receive(client.channelData(0x4000, [1]), from: client.path) == sent)
        let other = TransportAddress("192.0.2.5", 80)
        let marked = World.Event.relay(id, to: other, payload: [1], isOwn: true, isAllowed: false)
        #expect(world.receive(client.send([1], to: other), from: client.path) == marked)
    }

    @Test("What the host allows of this machine is open at every port, and marked")
    func ownAllowed() throws {
        let policy = PeerPolicy(
            allowed: [AddressBlock("192.0.2.5")].compactMap { $0 },
            ownAddresses: World.policy.ownAddresses
        )
        let world = World(policy: policy)
        var client = Client()
        #expect(world.allocate(&client) != nil)
        let peer = TransportAddress("192.0.2.5", 80)
        #expect(world.permit(&client, peer).isSuccess)
        let sent = World.Event.relay(world.relay(client), to: peer, payload: [1], isOwn: true, isAllowed: true)
        #expect(world.receive(client.send([1], to: peer), from: client.path) == sent)
    }
}
