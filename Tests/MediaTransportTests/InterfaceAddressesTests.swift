import Testing
import Units

@testable import MediaTransport

@Suite("Addresses of this machine")
struct InterfaceAddressesTests {
    private let interfaces: InterfaceAddresses

    init() throws { interfaces = try InterfaceAddresses() }

    @Test("Loopback is one of them, and looking again finds no change")
    func loopback() {
        #expect(interfaces.addresses.contains(IPAddress(v4: 0x7F00_0001)))
        #expect(interfaces.refresh() == nil)
    }

    @Test("A relay gets an address others reach, and loopback only for who came there")
    func own() {
        let outside = IPAddress(v4: 0xC000_0201)
        let inside = IPAddress(v4: 0x7F00_0001)
        let reachable = interfaces.addresses.filter { $0.v4 != nil && !$0.isLoopback }
        let own = interfaces.own(.v4, besides: outside)
        #expect(own.map { reachable.contains($0) } ?? reachable.isEmpty)
        #expect(interfaces.own(.v4, besides: inside) == own ?? inside)
    }
}
