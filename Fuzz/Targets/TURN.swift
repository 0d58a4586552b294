import Glibc
import STUN
import TURN
import Units

/// Bytes are a sequence of what clients, peers, the shell and the clock do to a TURN server. Nothing may trap; after each step
/// what must hold inside holds, nothing went where no permission was given, and every socket is closed exactly once.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let world = World(bytes: Array(UnsafeBufferPointer(start: start, count: min(count, 1_000))))
    world.run()
    return 0
}

private struct Socket: Hashable {
    let id: AllocationID
    let family: UInt8
}

private final class World {
    static let wall: UInt64 = 1_800_000_000
    let bytes: [UInt8]
    var offset = 0
    var server: TURNServer
    var now = Timestamp(nanoseconds: 5_000_000_000)
    var clients: [Client]
    var pending: [RelayRequest] = []
    /// Sockets that the shell has open.
    var open: Set<Socket> = []
    /// Every allocation that ever was, for packets that come late.
    var relays: [RelayID] = []
    /// Until when each client may exchange data with each address.
    var permitted: [[IPAddress: Timestamp]]
    let peers: [TransportAddress]

    init(bytes: [UInt8]) {
        self.bytes = bytes
        let own = IPAddress(v4: 0xC633_6405)
        let ownRelay = TransportAddress(own, port: 50_000)
        var configuration = Configuration(
            secrets: [[1], [2]],
            nonceKey: Array(0..<32),
            policy: PeerPolicy(allowed: [AddressBlock("10.0.0.0/8")].compactMap { $0 }, ownAddresses: [own]),
            isOwnRelay: { $0 == ownRelay }
        )
        configuration.limits.allocations = 3
        configuration.limits.permissionsPerAllocation = 4
        configuration.limits.permissions = 6
        configuration.limits.channelsPerAllocation = 3
        configuration.limits.channels = 5
        configuration.limits.revocations = 2
        configuration.limits.bytesPerSecond = 2_000
        configuration.limits.sources = 16
        server = TURNServer(configuration, seed: 7)
        clients = Client.all
        permitted = Array(repeating: [:], count: 4)
        peers =
            [
                "8.8.8.8", "10.0.0.1", "127.0.0.1", "2a00::1", "fe80::1", "198.51.100.5", "8.8.4.4", "64:ff9b::a00:1",
            ].compactMap { IPAddress($0) }.map { TransportAddress($0, port: 4_000) } + [ownRelay]
    }

    func next() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        offset += 1
        return bytes[offset - 1]
    }

    func run() {
        while offset < bytes.count {
            step()
            drain()
            let violations = server.violations()
            guard violations.isEmpty else { fail(violations.joined(separator: "\n")) }
        }
        finish()
    }

    func step() {
        let operation = next()
        let client = Int(operation >> 4 & 3)
        switch operation & 15 {
        case 0: ask(client)
        case 1, 2: allocate(client)
        case 3: request(client, .refresh, refreshFields())
        case 4, 5: createPermission(client)
        case 6: channelBind(client)
        case 7: send(client)
        case 8: channelData(client)
        case 9, 10: peerData()
        case 11: answerShell()
        case 12: now = now + .milliseconds(Int64(next()) * Int64(next()) * 20)
        case 13: server.expire(at: now)
        case 14: end(client)
        default: raw(client)
        }
    }

    // MARK: Clients

    func ask(_ client: Int) {
        let bytes = message(.request, .allocate) { $0.write(.requestedTransport, UInt32(17 << 24), to: &$1) }
        receive(bytes, client, isKnown: false)
    }

    func allocate(_ client: Int) {
        let how = next()
        request(client, .allocate) {
            $0.write(.requestedTransport, UInt32(how & 64 == 0 ? 17 : 6) << 24, to: &$1)
            if how & 1 != 0 { $0.write(.lifetime, UInt32(how) << 4, to: &$1) }
            if how & 2 != 0 { $0.write(.requestedAddressFamily, UInt32(how >> 5) << 24, to: &$1) }
            if how & 4 != 0 { $0.write(.additionalAddressFamily, UInt32(0x0200_0000), to: &$1) }
            if how & 8 != 0 { $0.write(.evenPort, [how].span, to: &$1) }
            if how & 16 != 0 { $0.write(.reservationToken, UInt64(how), to: &$1) }
            if how & 32 != 0 { $0.write(.dontFragment, [UInt8]().span, to: &$1) }
        }
    }

    func refreshFields() -> Fields {
        let how = next()
        return {
            if how & 1 != 0 { $0.write(.lifetime, how & 2 == 0 ? 0 : UInt32(how) << 4, to: &$1) }
            if how & 4 != 0 { $0.write(.requestedAddressFamily, UInt32(how >> 6) << 24, to: &$1) }
        }
    }

    func createPermission(_ client: Int) {
        let named = (0..<Int(next() & 3)).map { _ in peers[Int(next()) % peers.count] }
        let isDone = request(client, .createPermission) {
            for peer in named { $0.write(.xorPeerAddress, xor: peer, to: &$1) }
        }
        guard isDone else { return }
        for peer in named { permitted[client][peer.address] = now + .seconds(300) }
    }

    func channelBind(_ client: Int) {
        let how = next()
        let peer = peers[Int(how >> 4) % peers.count]
        let number = UInt32(how & 8 == 0 ? 0x4000 : 0x3FFE) + UInt32(how & 7)
        let isDone = request(client, .channelBind) {
            $0.write(.channelNumber, number << 16, to: &$1)
            $0.write(.xorPeerAddress, xor: peer, to: &$1)
        }
        if isDone { permitted[client][peer.address] = now + .seconds(300) }
    }

    func send(_ client: Int) {
        let how = next()
        let payload = [UInt8](repeating: 7, count: Int(how >> 4))
        let bytes = message(.indication, .send) {
            $0.write(.xorPeerAddress, xor: self.peers[Int(how & 15) % self.peers.count], to: &$1)
            $0.write(.data, payload.span, to: &$1)
        }
        receive(bytes, client, isKnown: false)
    }

    func channelData(_ client: Int) {
        let how = next()
        let count = how >> 4
        receive([0x40, how & 7, 0, count] + [UInt8](repeating: 7, count: Int(how >> 3)), client, isKnown: false)
    }

    /// What a client sends, either bytes of the input or a whole request with some of them changed.
    func raw(_ client: Int) {
        let end = min(bytes.count, offset + Int(next()))
        guard offset <= end else { return }
        let raw = Array(bytes[offset..<end])
        offset = end
        receive(raw, client, isKnown: false)
    }

    /// Sends a request with the client's credentials, or others by chance; whether it was done.
    @discardableResult
    func request(_ client: Int, _ method: MessageType.Method, _ fields: Fields) -> Bool {
        let how = next()
        let key = how & 7 == 7 ? Client.all[3 - client].key : clients[client].key
        let nonce = clients[client].nonce
        let name = clients[client].username
        let bytes = message(.request, method, id: UInt64(how >> 3 & 3)) {
            fields(&$0, &$1)
            $0.write(.username, name.span, to: &$1)
            $0.write(.realm, Client.realm.span, to: &$1)
            $0.write(.nonce, nonce.span, to: &$1)
            key.sign(&$0, how & 32 == 0 ? .sha1 : .sha256, to: &$1)
            if how & 64 != 0 { $0.writeFingerprint(to: &$1) }
        }
        return receive(bytes, client, isKnown: how & 7 != 7)
    }

    // MARK: The shell and peers

    /// Whether the answer was a success.
    @discardableResult
    func receive(_ bytes: [UInt8], _ client: Int, isKnown: Bool) -> Bool {
        var room = [UInt8](repeating: 0xAA, count: TURNServer.answerRoom)
        var span = room.mutableSpan
        let path = clients[client].path
        switch server.receive(bytes.span, from: path, at: now, wall: Self.wall, into: &span) {
        case .nothing: return false
        case .reply(let count): return hear(Array(room[..<count]), to: bytes, client, isKnown: isKnown)
        case .open(let request):
            guard isKnown else { fail("sockets for somebody unknown") }
            pending.append(request)
            relays.append(request.id.relay(.v4))
            relays.append(request.id.relay(.v6))
            return false
        case .relay(let relay, let peer, let payload, let isOwn, _):
            guard let until = permitted[client][peer.address], now < until else { fail("data without a permission") }
            guard open.contains(Socket(id: relay.allocation, family: relay.family.rawValue)) else { fail("no socket") }
            guard payload.upperBound <= bytes.count else { fail("a payload outside its message") }
            guard isOwn == (peer.address == IPAddress(v4: 0xC633_6405)) else { fail("own address not told") }
            return false
        }
    }

    func hear(_ reply: [UInt8], to request: [UInt8], _ client: Int, isKnown: Bool) -> Bool {
        guard let message = try? Message(parsing: reply.span) else { fail("an answer is no message") }
        guard message.integrityAlgorithm(in: reply.span) == nil else {
            guard isKnown else { fail("a signed answer to somebody unknown") }
            return message.type.class == .success
        }
        guard message.type.class == .error else { fail("an unsigned success") }
        let headers = clients[client].path.client.address.v4 == nil ? 48 : 28
        guard clients[client].path.transport.isStream || reply.count + headers <= 2 * (request.count + headers) else {
            fail("an answer amplifies")
        }
        if let nonce = message.attribute(.nonce, in: reply.span) { clients[client].nonce = Array(reply[nonce.value]) }
        return false
    }

    func answerShell() {
        guard !pending.isEmpty else { return }
        let request = pending.removeFirst()
        let how = next()
        var room = [UInt8](repeating: 0xAA, count: TURNServer.answerRoom)
        var span = room.mutableSpan
        guard how & 3 != 0 else {
            _ = server.refused(request, RelayRefusal.allCases[Int(how >> 2) % 3], into: &span)
            return
        }
        var relays = OpenedRelays(reservation: how & 4 == 0 ? nil : 9)
        let port = 50_001 + UInt16(how)
        if request.families.contains(.v4) { relays.v4 = TransportAddress(IPAddress(v4: 0xC633_6405), port: port) }
        if request.families.contains(.v6) {
            if how & 8 == 0 {
                relays.v6 = TransportAddress(IPAddress(high: 1, low: 1), port: port)
            } else {
                relays.v6Refusal = .familyNotSupported
            }
        }
        guard server.opened(request, relays, at: now, into: &span) != nil else { return }
        if relays.v4 != nil { insert(Socket(id: request.id, family: Families.v4.rawValue)) }
        if relays.v6 != nil { insert(Socket(id: request.id, family: Families.v6.rawValue)) }
        for index in clients.indices where clients[index].path == request.path { permitted[index] = [:] }
    }

    func insert(_ socket: Socket) {
        guard open.insert(socket).inserted else { fail("a socket twice") }
    }

    func peerData() {
        guard !relays.isEmpty else { return }
        let how = next()
        let relay = relays[Int(next()) % relays.count]
        let peer = peers[Int(how & 15) % peers.count]
        var room = [UInt8](repeating: 0xAA, count: TURNServer.headRoom)
        var span = room.mutableSpan
        let delivery = server.received(from: peer, on: relay, count: Int(how >> 4), header: &span, at: now)
        guard let delivery else { return }
        guard let client = clients.firstIndex(where: { $0.path == delivery.path }) else { fail("nobody's data") }
        guard let until = permitted[client][peer.address], now < until else {
            fail("data of a peer without a permission")
        }
        guard open.contains(Socket(id: relay.allocation, family: relay.family.rawValue)) else { fail("no socket") }
        guard delivery.header <= 48, delivery.trailer < 4 else { fail("a bad header") }
    }

    func end(_ client: Int) {
        if next() & 1 == 0 {
            server.closed(clients[client].path)
        } else {
            server.revoke(UserKey(participant: clients[client].participant), until: Self.wall + UInt64(next()), at: now)
        }
    }

    func drain() {
        while let closed = server.nextClosed() {
            for family in [Families.v4, .v6] where closed.families.contains(family) {
                guard open.remove(Socket(id: closed.id, family: family.rawValue)) != nil else { fail("closed twice") }
            }
            if closed.isLast, open.contains(where: { $0.id == closed.id }) { fail("a socket is left open") }
        }
    }

    /// When everything has run out nothing is left.
    func finish() {
        now = now + .seconds(10_000)
        server.expire(at: now)
        drain()
        guard open.isEmpty, server.counters.allocations == 0, server.violations().isEmpty else {
            fail("something is left")
        }
    }

    typealias Fields = (inout MessageWriter, inout MutableSpan<UInt8>) -> Void

    func message(
        _ class: MessageType.Class,
        _ method: MessageType.Method,
        id: UInt64 = 0,
        _ fields: Fields
    ) -> [UInt8] {
        var room = [UInt8](repeating: 0xAA, count: 2_048)
        var span = room.mutableSpan
        var writer = MessageWriter(MessageType(`class`, method), TransactionID(high: 1, low: id), to: &span)
        fields(&writer, &span)
        guard let count = writer.finish(&span) else { fail("no room") }
        return Array(room[..<count])
    }
}

private struct Client {
    static let realm = Array("parley".utf8)
    /// Made once: their keys cost more than the rest of a run.
    static let all = (0..<4).map(Client.init)
    let participant: String
    let path: FiveTuple
    let username: [UInt8]
    let key: LongTermKey
    var nonce: [UInt8] = []

    /// Two of one participant, one of IPv6, one over TCP with a credential that runs out now.
    init(_ number: Int) {
        participant = number < 2 ? "kevin" : "anna \(number)"
        let address = number == 2 ? IPAddress(high: 0x2A00 << 48, low: 1) : IPAddress(v4: 0x0101_0101)
        path = FiveTuple(
            client: TransportAddress(address, port: 1_000 + UInt16(number)),
            server: TransportAddress(IPAddress(v4: 0xC633_6405), port: 3_478),
            transport: number == 3 ? .tcp : .udp
        )
        let credentials = RESTCredentials(
            participant: participant,
            expiry: World.wall + UInt64(number == 3 ? 0 : 900),
            secret: [number == 1 ? 2 : 1]
        )
        let (name, password) = (Array(credentials.username.utf8), Array(credentials.password.utf8))
        username = name
        key = LongTermKey(.md5, username: name.span, realm: Self.realm.span, password: password.span)
    }
}

/// Says why and traps: an optimised build keeps no message of a precondition.
private func fail(_ reason: String) -> Never {
    print(reason)
    fflush(nil)
    preconditionFailure()
}
