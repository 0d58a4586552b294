import Testing
import Units

@testable import TURN

@Suite("TURN peer policy")
struct PeerPolicyTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text), "\(text)") }

    @Test("Every special address of IANA's registries is closed, in every spelling; more than 400 of them")
    func special() {
        let policy = PeerPolicy()
        #expect(SpecialAddresses.all.count > 400)
        for address in SpecialAddresses.all { #expect(policy.verdict(on: address) == .closed, "\(address)") }
    }

    @Test("Special addresses are refused by CreatePermission and ChannelBind with 403, and dropped in Send")
    func methods() throws {
        let world = World(policy: PeerPolicy())
        var client = Client()
        _ = try #require(world.allocate(&client, [.udp, .additionalFamily(2)]))
        for address in SpecialAddresses.all {
            let peer = TransportAddress(address, port: 80)
            #expect(world.permit(&client, peer).code == 403, "\(address)")
            #expect(world.bind(&client, 0x4000, peer).code == 403, "\(address)")
            #expect(world.receive(client.send([1], to: peer), from: client.path) == .nothing, "\(address)")
        }
        #expect(world.server.counters[.deniedPeer] == UInt64(SpecialAddresses.all.count))
        #expect(world.server.store.permissions.count == 0 && world.server.store.channels.count == 0)
    }

    @Test(
        "The neighbours of special ranges are open, and so are those that IANA lists as globally reachable",
        arguments: [
            "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0",
            "192.0.1.255", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0",
            "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
            "223.255.255.255", "8.8.8.8", "192.31.196.1", "192.52.193.1", "192.175.48.1", "2000::", "2001:200::",
            "2001:db7:ffff::", "2001:db9::", "2620:4f:8000::1", "2a00:1450::1", "3ffe:ffff::", "3fff:1000::",
            "64:ff9b::8.8.8.8", "2002:808:808::1", "2001:4860:4860::8888",
        ]
    )
    func neighbours(text: String) throws {
        #expect(PeerPolicy().verdict(on: try address(text)) == .open)
    }

    @Test("The policy agrees with a slow and simple one, on twenty thousand addresses near all borders")
    func property() {
        let seed: UInt64 = 0xADD2_E550
        var random = SplitMix(state: seed)
        let policy = PeerPolicy()
        let blocks =
            (SpecialAddresses.v4 + SpecialAddresses.v6 + ["2002::/16", "64:ff9b::/96", "2000::/3", "8.0.0.0/8"])
            .compactMap { AddressBlock($0) }
        var open = 0
        for _ in 0..<20_000 {
            let block = blocks[Int.random(in: blocks.indices, using: &random)]
            var bits = Reference.bits(Reference.address(of: block, Int.random(in: 0...2, using: &random)))
            let first = block.first.v4 == nil ? 0 : 96
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                bits[Int.random(in: first..<128, using: &random)].toggle()
            }
            if block.first.v4 == nil, Bool.random(using: &random) {
                for index in 64..<128 { bits[index] = Bool.random(using: &random) }
            }
            let address = Reference.address(bits)
            let isPublic = Reference.isPublic(bits)
            open += isPublic ? 1 : 0
            #expect((policy.verdict(on: address) == .open) == isPublic, "\(address), seed \(seed)")
        }
        #expect(open > 2_000 && open < 18_000)
    }

    @Test("What the host allows is open, and nothing beside it")
    func allowed() throws {
        let policy = PeerPolicy(allowed: [AddressBlock("10.1.0.0/16"), AddressBlock("fd00:1::/32")].compactMap { $0 })
        for text in ["10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "fd00:1::5"] {
            #expect(policy.verdict(on: try address(text)) == .open)
        }
        // Another way to an allowed IPv4 address is not what was allowed.
        for text in ["10.0.255.255", "10.2.0.0", "fd00:2::", "::10.1.2.3", "64:ff9b::10.1.2.3", "2002:a01:203::1"] {
            #expect(policy.verdict(on: try address(text)) == .closed)
        }
    }

    @Test("This machine's addresses are its own whatever range they are in, and closed by every detour")
    func own() throws {
        let own = ["10.0.0.5", "198.100.1.1", "2a00::5", "127.0.0.1"]
        let policy = PeerPolicy(
            allowed: [AddressBlock("10.0.0.0/8")].compactMap { $0 },
            ownAddresses: try own.map(address)
        )
        #expect(policy.verdict(on: try address("10.0.0.5")) == .ownAllowed)
        #expect(policy.verdict(on: try address("::ffff:10.0.0.5")) == .ownAllowed)
        #expect(policy.verdict(on: try address("10.0.0.6")) == .open)
        for text in ["198.100.1.1", "::ffff:198.100.1.1", "2a00::5", "127.0.0.1"] {
            #expect(policy.verdict(on: try address(text)) == .own)
        }
        for text in ["64:ff9b::198.100.1.1", "2002:c664:101::1", "::198.100.1.1", "127.0.0.2"] {
            #expect(policy.verdict(on: try address(text)) == .closed)
        }
    }
}
