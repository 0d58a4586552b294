import Testing

@testable import Forwarding

@Suite("Structure of a room")
struct StructureTests {
    @Test("A room without transports has nothing to do")
    func emptyRoom() {
        let router = Router(seed: 1)
        #expect(router.nextDeadline == nil)
    }
}
