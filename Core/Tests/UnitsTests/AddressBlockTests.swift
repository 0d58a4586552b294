import Testing
import Units

@Suite("Address texts and blocks")
struct AddressBlockTests {
    @Test(
        "Addresses are read in all their spellings",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
            ("::1", "::1"), ("2001:db8::1", "2001:db8::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("1::", "1::"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ]
    )
    func addresses(text: String, written: String) {
        #expect(IPAddress(text)?.description == written)
    }

    @Test(
        "Anything else is no address",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.+4", "1.2.3.", " 1.2.3.4", "host", ":",
            ":::",
            "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "1:", ":1",
            "::1%eth0",
            "1.2.3.4::", "::1.2.3", "+1::", "[::1]", "::1/64",
        ]
    )
    func noAddresses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("A block holds its first and last address and not their neighbours")
    func borders() throws {
        for (text, first, last, before, after) in [
            ("10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
            ("192.0.2.9/32", "192.0.2.9", "192.0.2.9", "192.0.2.8", "192.0.2.10"),
            ("192.0.2.9", "192.0.2.9", "192.0.2.9", "192.0.2.8", "192.0.2.10"),
            ("172.20.1.1/12", "172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"),
            ("0.0.0.0/0", "0.0.0.0", "255.255.255.255", "::fffe:ffff:ffff", "::1:0:0:0"),
            ("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff::", "2001:db9::"),
            ("2001:db8::/65", "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff", "2001:db7:ffff::", "2001:db8::8000:0:0:0"),
            ("::1/128", "::1", "::1", "::", "::2"),
        ] {
            let block = try #require(AddressBlock(text))
            for text in [first, last] { #expect(block.contains(try #require(IPAddress(text))), "\(text)") }
            for text in [before, after] { #expect(!block.contains(try #require(IPAddress(text))), "\(text)") }
        }
        let everything = try #require(AddressBlock("::/0"))
        #expect(everything.contains(IPAddress(v4: 1)) && everything.contains(IPAddress(high: .max, low: .max)))
    }

    @Test(
        "A block is written as it is read",
        arguments: ["10.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/32", "::1/128"]
    )
    func text(text: String) {
        #expect(AddressBlock(text)?.description == text)
    }

    @Test(
        "Anything else is no block",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/8/8", "10.0.0.0/-1", "10/8", "::1/+3", "a/8",
        ]
    )
    func noBlocks(text: String) {
        #expect(AddressBlock(text) == nil)
    }
}
