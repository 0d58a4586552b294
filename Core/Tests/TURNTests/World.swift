import STUN
import Synchronization
import Units

@testable import TURN

/// A server with a clock and a shell that opens imaginary sockets.
final class World {
    static let wall: UInt64 = 1_800_000_000
    static let secret: [UInt8] = Array("the secret of signalling and TURN".utf8)

    var server: TURNServer
    var now = Timestamp(nanoseconds: 90_000_000_000)
    var wall = World.wall
    /// What the shell answers to `open`; nil opens the next ports.
    var refusal: RelayRefusal?
    var v6Refusal: RelayRefusal?
    var reservation: UInt64?
    private var nextPort: UInt16 = 49_152

    init(
        seed: UInt64 = 1,
        secrets: [[UInt8]] = [World.secret],
        policy: PeerPolicy = World.policy,
        ownRelays: Set<TransportAddress> = [],
        limits: (inout Configuration.Limits) -> Void = { _ in }
    ) {
        var configuration = Configuration(
            secrets: secrets,
            nonceKey: Array(0..<32),
            policy: policy,
            isOwnRelay: { ownRelays.contains($0) }
        )
        limits(&configuration.limits)
        server = TURNServer(configuration, seed: seed)
    }

    /// Documentation addresses are special and therefore closed: tests open one block of each family for their peers.
    static let policy = PeerPolicy(
        allowed: [AddressBlock("203.0.113.0/24"), AddressBlock("2001:db8:113::/48")].compactMap { $0 },
        ownAddresses: ["192.0.2.5", "2001:db8::5"].compactMap { IPAddress($0) }
    )

    enum Event: Equatable {
        case nothing
        case reply(Reply)
        case relay(RelayID, to: TransportAddress, payload: [UInt8], isOwn: Bool, isAllowed: Bool)
        case open(RelayRequest)

        var reply: Reply? { if case .reply(let reply) = self { reply } else { nil } }
        var code: UInt16? { reply?.code }
        var isSuccess: Bool { reply?.isSuccess == true }
        var request: RelayRequest? { if case .open(let request) = self { request } else { nil } }
        var payload: [UInt8]? { if case .relay(_, _, let payload, _, _) = self { payload } else { nil } }
        var peer: TransportAddress? { if case .relay(_, let peer, _, _, _) = self { peer } else { nil } }
    }

    func receive(_ bytes: [UInt8], from path: FiveTuple) -> Event {
        var room = [UInt8](repeating: 0xEE, count: TURNServer.answerRoom)
        var span = room.mutableSpan
        switch server.receive(bytes.span, from: path, at: now, wall: wall, into: &span) {
        case .nothing: return .nothing
        case .reply(let count): return Reply(Array(room[..<count])).map { .reply($0) } ?? .nothing
        case .relay(let id, let peer, let payload, let isOwn, let isAllowed):
            return .relay(id, to: peer, payload: Array(bytes[payload]), isOwn: isOwn, isAllowed: isAllowed)
        case .open(let request): return .open(request)
        }
    }

    func open(_ request: RelayRequest, _ relays: OpenedRelays) -> Reply? {
        var room = [UInt8](repeating: 0xEE, count: TURNServer.answerRoom)
        var span = room.mutableSpan
        return server.opened(request, relays, at: now, into: &span).flatMap { Reply(Array(room[..<$0])) }
    }

    func refuse(_ request: RelayRequest, _ why: RelayRefusal) -> Reply? {
        var room = [UInt8](repeating: 0xEE, count: TURNServer.answerRoom)
        var span = room.mutableSpan
        return server.refused(request, why, into: &span).flatMap { Reply(Array(room[..<$0])) }
    }

    /// What the client sends, with what the shell does about it.
    func perform(_ bytes: [UInt8], from path: FiveTuple) -> Event {
        let event = receive(bytes, from: path)
        guard case .open(let request) = event else { return event }
        if let refusal { return refuse(request, refusal).map { .reply($0) } ?? .nothing }
        var relays = OpenedRelays(reservation: reservation)
        if request.families.contains(.v4) { relays.v4 = TransportAddress("192.0.2.5", nextPort) }
        if request.families.contains(.v6) {
            if let v6Refusal {
                relays.v6Refusal = v6Refusal
            } else {
                relays.v6 = TransportAddress("2001:db8::5", nextPort)
            }
        }
        nextPort += 1
        return open(request, relays).map { .reply($0) } ?? .nothing
    }

    /// Asks without credentials first, as clients do, and then with them.
    func exchange(_ client: inout Client, _ method: MessageType.Method, _ fields: [Field], id: UInt64 = 1) -> Event {
        if client.nonce.isEmpty {
            let ask = message(.request, method, TransactionID(high: 6, low: id), fields)
            guard let challenge = receive(ask, from: client.path).reply else { return .nothing }
            client.hear(challenge)
        }
        return perform(client.request(method, fields, id: id), from: client.path)
    }

    /// An allocation; nil when there is none. The relay is its first.
    func allocate(_ client: inout Client, _ fields: [Field] = [.udp], id: UInt64 = 1) -> Reply? {
        let event = exchange(&client, .allocate, fields, id: id)
        return event.isSuccess ? event.reply : nil
    }

    func relay(_ client: Client, _ family: Families = .v4) -> RelayID {
        let index = server.store.find(client.path)
        return index.map { server.store.id($0).relay(family) }
            ?? RelayID(allocation: AllocationID(slot: .max, generation: 0), family: family)
    }

    func permit(_ client: inout Client, _ peers: TransportAddress...) -> Event {
        exchange(&client, .createPermission, peers.map { .peer($0) })
    }

    func bind(_ client: inout Client, _ number: UInt16, _ peer: TransportAddress) -> Event {
        exchange(&client, .channelBind, [.channel(number), .peer(peer)])
    }

    /// What the client gets when a peer sends a payload: header, payload and padding as one.
    func hear(_ payload: [UInt8], from peer: TransportAddress, on relay: RelayID) -> (path: FiveTuple, bytes: [UInt8])?
    {
        var room = [UInt8](repeating: 0xEE, count: 60)
        var span = room.mutableSpan
        guard let delivery = server.received(from: peer, on: relay, count: payload.count, header: &span, at: now) else {
            return nil
        }
        let header = room[(60 - delivery.header)...]
        return (delivery.path, header + payload + [UInt8](repeating: 0, count: delivery.trailer))
    }

    func wait(_ duration: Duration) {
        now = now + duration
        wall += UInt64(duration.components.seconds)
    }

    func closed() -> [ClosedAllocation] {
        var all: [ClosedAllocation] = []
        while let one = server.nextClosed() { all.append(one) }
        return all
    }
}
