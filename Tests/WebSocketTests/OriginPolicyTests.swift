import Testing
import WebSocket

@Suite("Origin policy")
struct OriginPolicyTests {
    private static let ours = ("https", "meet.example.org")

    @Test(
        "Pages from elsewhere, and what is no origin, may not connect",
        arguments: [
            "null", "", " ", "https://", "https:", "https//meet.example.org", "//meet.example.org", "meet.example.org",
            "http://meet.example.org", "https://meet.example.org:444", "https://meet.example.org:80",
            "https://meet.example.org:0443x", "https://meet.example.org:", "https://meet.example.org:99999",
            "https://meet.example.org:-1", "https://example.org", "https://a.meet.example.org",
            "https://meet.example.org.evil.com", "https://evilmeet.example.org", "https://meet-example.org",
            "https://meet.example.org@evil.com", "https://evil.com@meet.example.org",
            "https://user:pw@meet.example.org",
            "https://meet.example.org/", "https://meet.example.org/path", "https://meet.example.org?x",
            "https://meet.example.org#x",
            "https://meet.example.org\\evil.com", "https://meet.example.org evil.com",
            "https://meet.example.org, https://evil.com",
            "https://evil.com, https://meet.example.org", "https://meet.example.org\u{0}", "https://meet.example.org.",
            "https://mеet.example.org", "https://xn--met-iqc.example.org", "https://[::1]", "https://127.0.0.1",
            "wss://meet.example.org", "file://", "chrome-extension://meet.example.org", "data:text/html,x",
            "HTTPS://EVIL.COM", "https://meet%2eexample.org",
        ]
    )
    func refuses(_ origin: String) {
        #expect(!OriginPolicy().allows(origin: origin, scheme: Self.ours.0, authority: Self.ours.1))
    }

    @Test(
        "Our own page may connect, however its port and case are written",
        arguments: [
            ("https://meet.example.org", "https", "meet.example.org"),
            ("https://meet.example.org:443", "https", "meet.example.org"),
            ("https://meet.example.org", "https", "meet.example.org:443"),
            ("https://MEET.example.org", "https", "Meet.Example.Org"),
            ("http://localhost:8080", "http", "localhost:8080"), ("http://[::1]:8080", "http", "[::1]:8080"),
            ("http://127.0.0.1", "http", "127.0.0.1:80"),
        ]
    )
    func allowsOwn(origin: String, scheme: String, authority: String) {
        #expect(OriginPolicy().allows(origin: origin, scheme: scheme, authority: authority))
    }

    @Test("Programs that are no browsers send no Origin and may connect")
    func allowsMissing() {
        #expect(OriginPolicy().allows(origin: nil, scheme: "https", authority: "meet.example.org"))
    }

    @Test("Listed origins may connect, and only they when our own may not")
    func allowsListed() throws {
        let listed = try #require(WebOrigin(parsing: "https://app.example.org"))
        let policy = OriginPolicy(allowed: [listed], allowsOwn: false)
        #expect(policy.allows(origin: "https://app.example.org", scheme: "http", authority: "10.0.0.1:8080"))
        #expect(!policy.allows(origin: "http://app.example.org", scheme: "http", authority: "10.0.0.1:8080"))
        #expect(!policy.allows(origin: "http://10.0.0.1:8080", scheme: "http", authority: "10.0.0.1:8080"))
    }

    @Test("Without a Host nothing is our own")
    func needsHost() {
        #expect(!OriginPolicy().allows(origin: "https://meet.example.org", scheme: "https", authority: nil))
    }
}
