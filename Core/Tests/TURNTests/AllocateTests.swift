import STUN
import Testing
import Units

@testable import TURN

@Suite("TURN Allocate")
struct AllocateTests {
    let world = World()

    @Test("An allocation tells relayed address, lifetime and mapped address, signed as the request was")
    func success() throws {
        var client = Client()
        let reply = try #require(world.allocate(&client))
        #expect(reply.addresses(.xorRelayedAddress) == [TransportAddress("192.0.2.5", 49_152)])
        #expect(reply.addresses(.xorMappedAddress) == [client.path.client])
        #expect(reply.number(.lifetime) == 600)
        #expect(reply.isSigned(.sha1, by: client.key) && reply.integrity == .sha1)
        #expect(reply.types.contains(.software) == false && reply.fingerprint == .absent)
        #expect(world.server.counters.allocations == 1)
    }
}
