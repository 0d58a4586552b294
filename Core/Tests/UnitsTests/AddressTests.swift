import Testing
import Units

@Suite("Addresses")
struct AddressTests {
    @Test(
        "Addresses are written as RFC 5952 says",
        arguments: [
            (IPAddress(v4: 0xC000_0201), "192.0.2.1"),
            (IPAddress(high: 0x2001_0DB8_0000_0000, low: 1), "2001:db8::1"),
            (IPAddress(high: 0, low: 0), "::"),
            (IPAddress(high: 0, low: 1), "::1"),
            (IPAddress(high: 0x2001_0DB8_0000_0001, low: 0x0001_0001_0001_0001), "2001:db8:0:1:1:1:1:1"),
            (IPAddress(high: 0x2001_0000_0000_0001, low: 0x0000_0000_0000_0001), "2001:0:0:1::1"),
            (IPAddress(high: 0xFE80_0000_0000_0000, low: 0), "fe80::"),
        ]
    )
    func text(address: IPAddress, text: String) {
        #expect(address.description == text)
    }

    @Test("An IPv4 address and its spelling in IPv6 are the same")
    func mapped() {
        let mapped = IPAddress(high: 0, low: 0x0000_FFFF_7F00_0001)
        #expect(mapped == IPAddress(v4: 0x7F00_0001) && mapped.v4 == 0x7F00_0001)
        #expect(IPAddress(high: 0, low: 1).v4 == nil)
        #expect(IPAddress(high: 1, low: 0x0000_FFFF_7F00_0001).v4 == nil)
    }

    @Test("A transport address is written with brackets around IPv6")
    func transport() {
        #expect(TransportAddress(IPAddress(v4: 0x7F00_0001), port: 3478).description == "127.0.0.1:3478")
        #expect(TransportAddress(IPAddress(high: 0, low: 1), port: 3478).description == "[::1]:3478")
    }
}
