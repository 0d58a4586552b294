import STUN
import Testing
import Units

@testable import TURN

@Suite("TURN channels")
struct ChannelTests {
    let world = World()
    let peer = TransportAddress("203.0.113.1", 4_000)

    private func allocated(_ client: Client = Client()) throws -> Client {
        var client = client
        _ = try #require(world.allocate(&client))
        return client
    }

    @Test("A bound channel carries data both ways in four bytes of header")
    func data() throws {
        var client = try allocated()
        #expect(world.bind(&client, 0x4001, peer).isSuccess)
        let relay = world.relay(client)
        let sent = World.Event.relay(relay, to: peer, payload: [1, 2, 3], isOwn: false, isAllowed: false)
        #expect(world.receive(client.channelData(0x4001, [1, 2, 3]), from: client.path) == sent)
        #expect(world.hear([4, 5, 6], from: peer, on: relay)?.bytes == [0x40, 0x01, 0, 3, 4, 5, 6])
        #expect(world.server.counters.toPeers == .init(packets: 1, bytes: 3))
        #expect(world.server.counters.toClients == .init(packets: 1, bytes: 3))
    }

    @Test("On a stream ChannelData is padded to four bytes, on UDP never")
    func padding() throws {
        for (transport, port) in [(TransportProtocol.tcp, 1), (.tls, 2), (.udp, 3)] {
            var client = try allocated(Client(port: UInt16(port), transport: transport))
            #expect(world.bind(&client, 0x4000, peer).isSuccess)
            for count in 0...8 {
                let bytes = world.hear([UInt8](repeating: 7, count: count), from: peer, on: world.relay(client))?.bytes
                #expect(bytes?.count == (transport.isStream ? 4 + (count + 3) / 4 * 4 : 4 + count))
                #expect(bytes?.dropFirst(4 + count).allSatisfy { $0 == 0 } == true)
            }
            let padded = client.channelData(0x4000, [9]) + [0, 0, 0]
            #expect(world.receive(padded, from: client.path).payload == [9])
        }
    }

    @Test("Another port of the peer's address has no channel and comes as an indication")
    func otherPort() throws {
        var client = try allocated()
        #expect(world.bind(&client, 0x4000, peer).isSuccess)
        let bytes = world.hear([1], from: TransportAddress(peer.address, port: 9), on: world.relay(client))?.bytes
        #expect(Reply(bytes ?? [])?.message.type == MessageType(.indication, .data))
    }

    @Test("A channel lasts 600 seconds, its permission 300: after these nothing passes until one of the two is renewed")
    func expiry() throws {
        var client = try allocated()
        #expect(world.bind(&client, 0x4000, peer).isSuccess)
        let relay = world.relay(client)
        func passes() -> [Bool] {
            [
                world.receive(client.channelData(0x4000, [1]), from: client.path).payload == [1],
                world.hear([1], from: peer, on: relay) != nil,
            ]
        }
        world.wait(.seconds(299))
        #expect(passes() == [true, true])
        world.wait(.seconds(1))
        world.server.expire(at: world.now)
        #expect(passes() == [false, false] && world.server.counters[.noPermission] == 2)
        #expect(world.permit(&client, peer).isSuccess)
        #expect(passes() == [true, true])
        world.wait(.seconds(299))
        #expect(world.permit(&client, peer).isSuccess && world.exchange(&client, .refresh, []).isSuccess)
        world.wait(.seconds(1))
        #expect(passes() == [false, true])
        #expect(Reply(world.hear([1], from: peer, on: relay)?.bytes ?? [])?.message.type.method == .data)
    }

    @Test("Binding again renews both")
    func renewal() throws {
        var client = try allocated()
        #expect(world.bind(&client, 0x4000, peer).isSuccess)
        for _ in 0..<4 {
            world.wait(.seconds(299))
            #expect(world.exchange(&client, .refresh, []).isSuccess && world.bind(&client, 0x4000, peer).isSuccess)
            #expect(world.receive(client.channelData(0x4000, [1]), from: client.path).payload == [1])
        }
        #expect(world.server.store.channels.count == 1 && world.server.violations().isEmpty)
    }

    @Test("A channel bound to a peer is bound to no other, and neither the peer to another channel, while it lasts")
    func conflicts() throws {
        var client = try allocated()
        let other = TransportAddress(peer.address, port: 9)
        #expect(world.bind(&client, 0x4000, peer).isSuccess)
        #expect(world.bind(&client, 0x4000, other).code == 400)
        #expect(world.bind(&client, 0x4001, peer).code == 400)
        #expect(world.bind(&client, 0x4001, other).isSuccess)
        #expect(world.bind(&client, 0x4001, peer).code == 400)
        world.wait(.seconds(599))
        #expect(world.exchange(&client, .refresh, []).isSuccess)
        world.wait(.seconds(1))
        #expect(world.bind(&client, 0x4001, peer).isSuccess && world.bind(&client, 0x4000, other).isSuccess)
        #expect(world.server.violations().isEmpty)
    }

    @Test("The same number is another channel in another allocation")
    func separate() throws {
        var (kevin, anna) = (try allocated(), try allocated(Client("anna", port: 2)))
        let other = TransportAddress("203.0.113.2", 1)
        #expect(world.bind(&kevin, 0x4000, peer).isSuccess && world.bind(&anna, 0x4000, other).isSuccess)
        #expect(world.receive(kevin.channelData(0x4000, [1]), from: kevin.path).peer == peer)
        #expect(world.receive(anna.channelData(0x4000, [1]), from: anna.path).peer == other)
    }

    @Test(
        "ChannelBind refuses what it cannot do",
        arguments: [
            ([.channel(0x3FFF), .peer(TransportAddress("203.0.113.1", 1))], 400),
            ([.channel(0x8000), .peer(TransportAddress("203.0.113.1", 1))], 400),
            ([.channel(0x4000)], 400), ([.peer(TransportAddress("203.0.113.1", 1))], 400),
            ([.bytes(.channelNumber, [0x40, 0]), .peer(TransportAddress("203.0.113.1", 1))], 400),
            ([.channel(0x4000), .bytes(.xorPeerAddress, [0, 1, 0, 1])], 400),
            ([.channel(0x4000), .peer(TransportAddress("2001:db8:113::1", 1))], 443),
            ([.channel(0x4000), .peer(TransportAddress("127.0.0.1", 1))], 403),
        ] as [([Field], UInt16)]
    )
    func refusals(fields: [Field], code: UInt16) throws {
        var client = try allocated()
        #expect(world.exchange(&client, .channelBind, fields).code == code)
        #expect(world.server.store.channels.count == 0 && world.server.store.permissions.count == 0)
    }

    @Test("The first and the last channel number can be bound")
    func range() throws {
        var client = try allocated()
        #expect(world.bind(&client, 0x4000, peer).isSuccess)
        #expect(world.bind(&client, 0x7FFF, TransportAddress(peer.address, port: 1)).isSuccess)
    }

    @Test("One channel more than the limit of an allocation or of all gets 508")
    func limits() throws {
        let world = World { ($0.channelsPerAllocation, $0.channels) = (2, 3) }
        var (kevin, anna) = (Client(), Client("anna", port: 2))
        for _ in 0..<1 { #expect(world.allocate(&kevin) != nil && world.allocate(&anna) != nil) }
        let peers = (1...4).map { TransportAddress("203.0.113.\($0)", 1) }
        #expect(world.bind(&kevin, 0x4000, peers[0]).isSuccess && world.bind(&kevin, 0x4001, peers[1]).isSuccess)
        #expect(world.bind(&kevin, 0x4002, peers[2]).code == 508 && world.bind(&kevin, 0x4001, peers[1]).isSuccess)
        #expect(world.bind(&anna, 0x4000, peers[0]).isSuccess && world.bind(&anna, 0x4001, peers[1]).code == 508)
        #expect(world.server.violations().isEmpty)
    }

    @Test("ChannelData that is cut short, too long, or on an unbound channel is dropped")
    func broken() throws {
        var client = try allocated()
        #expect(world.bind(&client, 0x4000, peer).isSuccess)
        for bytes in [[0x40], [0x40, 0, 0], [0x40, 0, 0, 2, 1], [0x40, 0, 0, 1, 1, 0, 0, 0, 0]] as [[UInt8]] {
            #expect(world.receive(bytes, from: client.path) == .nothing)
        }
        #expect(world.server.counters[.malformed] == 4)
        #expect(world.receive(client.channelData(0x4001, [1]), from: client.path) == .nothing)
        #expect(world.server.counters[.noChannel] == 1)
    }

    @Test("An allocation may send its rate and no more, the burst at once; a second later it may again")
    func bandwidth() throws {
        let world = World { ($0.bytesPerSecond, $0.burst) = (100_000, .seconds(1)) }
        var (kevin, anna) = (Client(), Client("anna", port: 2))
        for _ in 0..<1 { #expect(world.allocate(&kevin) != nil && world.allocate(&anna) != nil) }
        #expect(world.bind(&kevin, 0x4000, peer).isSuccess && world.bind(&anna, 0x4000, peer).isSuccess)
        let packet = kevin.channelData(0x4000, [UInt8](repeating: 0, count: 972))
        func burst() -> Int { (0..<300).count { _ in world.receive(packet, from: kevin.path).payload != nil } }
        #expect(burst() == 100 && world.server.counters[.bandwidth] == 200)
        #expect(world.receive(anna.channelData(0x4000, [1]), from: anna.path).payload != nil)
        #expect(world.hear([1], from: peer, on: world.relay(kevin)) != nil)
        world.wait(.milliseconds(500))
        #expect(burst() == 50)
        world.wait(.seconds(100))
        #expect(burst() == 100)
        let heard = (0..<300).count { _ in
            world.hear([UInt8](repeating: 0, count: 972), from: peer, on: world.relay(kevin)) != nil
        }
        #expect(heard == 100)
    }

    @Test("All allocations together may send the total and no more")
    func totalBandwidth() throws {
        let world = World { ($0.totalBytesPerSecond, $0.burst) = (100_000, .seconds(1)) }
        var clients = (0..<3).map { Client("user \($0)", port: UInt16(1 + $0)) }
        for index in clients.indices {
            #expect(world.allocate(&clients[index]) != nil && world.bind(&clients[index], 0x4000, peer).isSuccess)
        }
        let packet = clients[0].channelData(0x4000, [UInt8](repeating: 0, count: 972))
        let sent = (0..<300).count { world.receive(packet, from: clients[$0 % 3].path).payload != nil }
        #expect(sent == 100 && world.server.counters[.totalBandwidth] == 200)
    }
}
