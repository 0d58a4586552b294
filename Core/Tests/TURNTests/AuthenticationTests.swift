import STUN
import Testing
import Units

@testable import TURN

@Suite("TURN authentication")
struct AuthenticationTests {
    let world = World()
    private static let methods: [MessageType.Method] = [.allocate, .refresh, .createPermission, .channelBind]

    /// The first answer a client gets.
    private func challenge(_ client: Client, _ fields: [Field] = [.udp]) -> Reply? {
        world.receive(message(.request, .allocate, TransactionID(high: 1, low: 1), fields), from: client.path).reply
    }

    /// An authenticated client that has no allocation.
    private func known(_ client: Client = Client()) throws -> Client {
        var client = client
        client.hear(try #require(challenge(client)))
        return client
    }

    @Test("Every method but Binding gets 401 with realm and nonce without credentials", arguments: methods)
    func unauthenticated(method: MessageType.Method) throws {
        let event = world.receive(
            message(.request, method, TransactionID(high: 1, low: 2), [.udp]),
            from: Client().path
        )
        let reply = try #require(event.reply)
        #expect(reply.code == 401 && reply.value(.realm) == Array("parley".utf8))
        #expect(reply.message.transactionID == TransactionID(high: 1, low: 2) && reply.message.type.method == method)
        #expect(reply.integrity == nil && !reply.types.contains(.software))
    }

    @Test("Each kind of key and MAC works, and the answer carries the MAC of the request's kind")
    func algorithms() throws {
        for (port, (algorithm, integrity)) in [
            (PasswordAlgorithm.md5, IntegrityAlgorithm.sha1), (.md5, .sha256), (.sha256, .sha1), (.sha256, .sha256),
        ].enumerated() {
            var client = Client(port: UInt16(1_000 + port), transport: .tcp)
            client.hear(try #require(challenge(client)))
            client.algorithm = algorithm
            client.integrity = integrity
            if algorithm == .sha256 {
                client.more = [.number(.passwordAlgorithm, 2 << 16), .bytes(.passwordAlgorithms, Self.offer)]
            }
            let event = world.perform(client.request(.allocate, [.udp]), from: client.path)
            #expect(event.isSuccess && event.reply?.isSigned(integrity, by: client.key) == true)
            let refresh = world.perform(client.request(.refresh, []), from: client.path)
            #expect(refresh.isSuccess && refresh.reply?.isSigned(integrity, by: client.key) == true)
            #expect(refresh.reply?.integrity == integrity)
        }
    }

    private static let offer: [UInt8] = [0, 2, 0, 0, 0, 1, 0, 0]

    @Test("The nonce tells of PASSWORD-ALGORITHMS where they fit into twice the request, and only there")
    func offer() throws {
        let long = try #require(challenge(Client(), [.udp, .bytes(.software, Array(repeating: 0x61, count: 8))]))
        let short = try #require(challenge(Client(), []))
        #expect(long.value(.passwordAlgorithms) == Self.offer)
        #expect(long.cookie == .passwordAlgorithms)
        #expect(short.value(.passwordAlgorithms) == nil)
        #expect(short.cookie == nil)
        #expect(try #require(challenge(Client(transport: .tls), [])).value(.passwordAlgorithms) == Self.offer)
    }

    @Test("Whoever weakens the list of algorithms on the way is found out with 400")
    func bidDown() throws {
        var client = try known(Client(transport: .tcp))
        for more: [Field] in [
            [.number(.passwordAlgorithm, 1 << 16)], [.bytes(.passwordAlgorithms, Self.offer)],
            [.number(.passwordAlgorithm, 1 << 16), .bytes(.passwordAlgorithms, [0, 1, 0, 0])],
            [.number(.passwordAlgorithm, 3 << 16), .bytes(.passwordAlgorithms, Self.offer)],
        ] {
            client.more = more
            #expect(world.perform(client.request(.allocate, [.udp]), from: client.path).code == 400)
        }
        client.more = [.number(.passwordAlgorithm, 1 << 16), .bytes(.passwordAlgorithms, Self.offer)]
        #expect(world.perform(client.request(.allocate, [.udp]), from: client.path).isSuccess)
    }

    @Test("A cookie taken off a nonce, put on it, or changed makes the nonce stale")
    func cookieRemoved() throws {
        var client = try known(Client(transport: .tcp))
        let whole = client.nonce
        for nonce in [
            Array(whole[13...]), Array("obMatJos2QAAA".utf8) + whole[13...], whole + [0x41], Array(whole.dropLast()),
        ] {
            client.nonce = nonce
            #expect(world.perform(client.request(.allocate, [.udp]), from: client.path).code == 438)
        }
        var bare = try known()
        bare.nonce = Array("obMatJos2gAAA".utf8) + bare.nonce
        #expect(world.perform(bare.request(.allocate, [.udp]), from: bare.path).code == 438)
    }

    @Test("A nonce is another client's, another port's and another transport's no nonce")
    func nonceBound() throws {
        let client = try known()
        for path in [
            Client(port: 50_001).path, Client(address: "198.18.0.2").path, Client(transport: .tcp).path,
        ] {
            #expect(world.perform(client.request(.allocate, [.udp]), from: path).code == 438)
        }
        #expect(world.perform(client.request(.allocate, [.udp]), from: client.path).isSuccess)
    }

    @Test("A nonce is stale after an hour; 438 brings one that works, and the allocation goes on")
    func stale() throws {
        var client = try known()
        #expect(world.allocate(&client, [.udp, .lifetime(3_600)]) != nil)
        world.wait(.seconds(3_599))
        #expect(world.perform(client.request(.refresh, [.lifetime(3_600)], id: 2), from: client.path).isSuccess)
        world.wait(.seconds(1))
        let reply = try #require(world.perform(client.request(.refresh, [], id: 3), from: client.path).reply)
        #expect(reply.code == 438 && reply.value(.realm) != nil && reply.integrity == nil)
        client.hear(reply)
        #expect(world.perform(client.request(.refresh, [], id: 4), from: client.path).isSuccess)
    }

    @Test("A nonce of the future is stale")
    func future() throws {
        let client = try known()
        world.now = Timestamp(nanoseconds: world.now.nanoseconds - 2_000_000_000)
        #expect(world.perform(client.request(.allocate, [.udp]), from: client.path).code == 438)
    }

    @Test("Every single changed bit of a nonce makes it stale or malformed")
    func nonceBits() throws {
        let client = try known(Client(transport: .tcp))
        let mint = NonceMint(key: Array(0..<32), lifetime: .seconds(3_600))
        #expect(mint.verdict(on: client.nonce.span, from: client.path, at: world.now) == .good(.passwordAlgorithms))
        for bit in 0..<(client.nonce.count * 8) {
            var nonce = client.nonce
            nonce[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(mint.verdict(on: nonce.span, from: client.path, at: world.now) == .stale, "bit \(bit)")
        }
    }

    @Test(
        "A MAC without what it needs gets 400",
        arguments: [AttributeType.username, .realm, .nonce]
    )
    func incomplete(missing: AttributeType) throws {
        let client = try known()
        let all: [Field] = [
            .bytes(.username, Array(client.username.utf8)), .bytes(.realm, Array("parley".utf8)),
            .bytes(.nonce, client.nonce),
        ]
        let some = all.filter { if case .bytes(missing, _) = $0 { false } else { true } }
        let request = message(.request, .allocate, TransactionID(high: 1, low: 1), [.udp] + some) {
            client.key.sign(&$0, .sha1, to: &$1)
        }
        let reply = try #require(world.receive(request, from: client.path).reply)
        #expect(reply.code == 400 && reply.types == [.errorCode])
    }

    @Test(
        "Who has not the password gets 401 again, and no allocation",
        arguments: [
            ("another secret", Client(secret: [1, 2, 3])), ("a longer name", Client("kevin2")),
            ("no expiry", Client("")),
        ]
    )
    func wrong(what: String, other: Client) throws {
        var client = try known()
        client.password = other.password
        #expect(world.perform(client.request(.allocate, [.udp]), from: client.path).code == 401, "\(what)")
        #expect(world.server.store.allocations.count == 0)
    }

    @Test(
        "A username that signalling would not make gets 401",
        arguments: ["kevin", ":kevin", "12:", "1x:a", "", "9999999999999:a"]
    )
    func usernames(name: String) throws {
        var client = try known()
        client.username = name
        let bytes = Array(name.utf8)
        let secret = World.secret
        let password = RESTCredentials.password(of: bytes.span, secret: secret.span)
        client.password = String(decoding: (0..<28).map { password[$0] }, as: UTF8.self)
        #expect(world.perform(client.request(.allocate, [.udp]), from: client.path).code == 401)
    }

    @Test("A username over 128 bytes gets 401")
    func longUsername() throws {
        let client = try known(Client(String(repeating: "x", count: 128)))
        #expect(world.perform(client.request(.allocate, [.udp]), from: client.path).code == 401)
    }

    @Test("USERHASH names nobody here: 401")
    func userhash() throws {
        let client = try known()
        let fields: [Field] = [
            .udp, .bytes(.userhash, Array(repeating: 1, count: 32)), .bytes(.realm, Array("parley".utf8)),
            .bytes(.nonce, client.nonce),
        ]
        let request = message(.request, .allocate, TransactionID(high: 1, low: 1), fields) {
            client.key.sign(&$0, .sha256, to: &$1)
        }
        #expect(world.receive(request, from: client.path).code == 401)
    }

    @Test("Another realm gets 401")
    func realm() throws {
        var client = try known()
        client.realm = "elsewhere"
        #expect(world.perform(client.request(.allocate, [.udp]), from: client.path).code == 401)
    }

    @Test("Credentials of the older secret still work")
    func rotation() throws {
        let world = World(secrets: [[1, 2, 3], World.secret])
        var (old, new) = (Client(), Client(port: 1, secret: [1, 2, 3]))
        #expect(world.allocate(&old) != nil && world.allocate(&new) != nil)
    }

    @Test("A credential makes allocations until its expiry and refreshes them for longer")
    func expiry() throws {
        var early = Client(expiry: World.wall + 10)
        var late = Client(port: 1, expiry: World.wall + 10)
        #expect(world.allocate(&early) != nil)
        world.wait(.seconds(10))
        var last = Client(port: 2, expiry: World.wall + 10)
        #expect(world.allocate(&last) != nil)
        world.wait(.seconds(1))
        #expect(world.exchange(&late, .allocate, [.udp]).code == 401)
        #expect(world.exchange(&early, .refresh, []).isSuccess)
    }

    @Test(
        "Another user on an allocation's 5-tuple gets 441 for everything",
        arguments: [MessageType.Method.refresh, .createPermission, .channelBind]
    )
    func wrongCredentials(method: MessageType.Method) throws {
        var kevin = Client("kevin")
        #expect(world.allocate(&kevin) != nil)
        var anna = Client("anna")
        let reply = try #require(world.exchange(&anna, method, [.lifetime(0)]).reply)
        #expect(reply.code == 441 && reply.isSigned(.sha1, by: anna.key))
        #expect(world.server.counters.allocations == 1)
    }

    @Test("Newer credentials of the same participant are another username: 441")
    func newerCredentials() {
        var old = Client()
        #expect(world.allocate(&old) != nil)
        var new = Client(expiry: World.wall + 901)
        #expect(world.exchange(&new, .refresh, []).code == 441)
    }

    @Test(
        "Without an allocation everything but Allocate gets 437",
        arguments: [MessageType.Method.refresh, .createPermission, .channelBind]
    )
    func mismatch(method: MessageType.Method) throws {
        let client = try known()
        let reply = try #require(world.perform(client.request(method, []), from: client.path).reply)
        #expect(reply.code == 437 && reply.isSigned(.sha1, by: client.key))
    }

    @Test("An attribute behind MESSAGE-INTEGRITY is not there")
    func behindIntegrity() throws {
        var client = try known()
        #expect(world.allocate(&client) != nil)
        let request = client.request(.refresh, [], id: 2, after: [.number(.lifetime, 0)])
        #expect(world.perform(request, from: client.path).reply?.number(.lifetime) == 600)
        #expect(world.server.counters.allocations == 1)
    }

    @Test("FINGERPRINT is mirrored; a wrong one gets no answer")
    func fingerprint() throws {
        var client = try known()
        client.hasFingerprint = true
        let event = world.perform(client.request(.allocate, [.udp]), from: client.path)
        #expect(event.isSuccess && event.reply?.fingerprint == .valid)
        #expect(event.reply?.isSigned(.sha1, by: client.key) == true)
        var broken = client.request(.refresh, [], id: 2)
        broken[broken.count - 1] ^= 1
        #expect(world.receive(broken, from: client.path) == .nothing)
        let refresh = client.request(.refresh, [], id: 2)
        #expect(world.perform(refresh, from: client.path).reply?.fingerprint == .valid)
    }

    @Test("A message that only servers send, or of another method, is dropped and counted")
    func unexpected() {
        let id = TransactionID(high: 1, low: 1)
        for bytes in [
            message(.success, .allocate, id, []), message(.error, .allocate, id, []),
            message(.indication, .data, id, []),
            message(.request, .binding, id, []), message(.request, .send, id, []),
            message(.indication, .allocate, id, []),
        ] {
            #expect(world.receive(bytes, from: Client().path) == .nothing)
        }
        #expect(world.server.counters[.unexpected] == 6)
        for bytes in [[], [0x00], [0x16, 3, 1], [0x80, 0, 0, 0]] as [[UInt8]] {
            #expect(world.receive(bytes, from: Client().path) == .nothing)
        }
        #expect(world.server.counters[.malformed] == 4)
    }
}
