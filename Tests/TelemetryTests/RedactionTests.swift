import Testing

@testable import Telemetry

@Suite("What logs may not hold")
struct RedactionTests {
    @Test("A secret prints as <redacted> however it is printed")
    func secret() {
        struct Holder { var key = Secret("swordfish") }
        var dumped = ""
        dump(Holder(), to: &dumped)
        for text in ["\(Secret("swordfish"))", String(reflecting: Secret("swordfish")), "\(Holder())", dumped] {
            #expect(!text.contains("swordfish"))
        }
        #expect(Secret("swordfish").revealed == "swordfish")
    }

    @Test(
        "An address is cut to its network",
        arguments: [
            ("203.0.113.77", "203.0.113.x"), ("203.0.113.77:5000", "203.0.113.x"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"), ("[2001:db8:1:2::6]:443", "2001:db8:1::/48"),
            ("2001:db8::1", "2001:db8:0::/48"), ("fe80::1%eth0", "fe80:0:0::/48"),
            ("::ffff:203.0.113.77", "203.0.113.x"),
            ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "0:0:0::/48"),
            ("kevin.example.org", "unknown"), ("", "unknown"), ("1.2.3", "unknown"), ("1.2.3.256", "unknown"),
            ("2001:db8:::1", "unknown"), ("1:2:3:4:5:6:7:8:9", "unknown"), ("12345::", "unknown"), ("+1::", "unknown"),
        ]
    )
    func addresses(whole: String, redacted: String) {
        #expect(RedactedAddress(whole).description == redacted)
    }
}
