import HTTPTypes
import Hummingbird
import Testing

@testable import WebSite

@Suite("Security headers (T-WEB-1, T-WEB-4)")
struct SecurityHeadersTests {
    private struct Failure: Error {}

    @Test("Every page and every answer of the API carries every header, whatever its status")
    func everywhere() async throws {
        let browser = Browser(adding: { $0.get("boom") { _, _ -> String in throw Failure() } })
        let cases: [(HTTPRequest.Method, String, Int)] = [
            (.get, "/", 200), (.get, "/r/room", 200), (.get, "/r/BAD", 404), (.get, "/healthz", 200),
            (.get, "/api/rooms/room", 200), (.head, "/", 200), (.get, "/nothing", 404), (.post, "/", 405),
            (.delete, "/nothing", 404),
            (.get, "/boom", 500), (.options, "/r/room", 405),
        ]
        for (method, path, status) in cases {
            let answer = try await browser.ask(path, method: method)
            #expect(answer.status == status, "\(method) \(path)")
            check(answer, "\(method) \(path)")
        }
    }

    @Test("A script or style sheet is typed, not sniffed, not for other sites, and has a rule for caches")
    func parts() async throws {
        let hash = SiteTree(Browser.sources.mapValues { Array($0.utf8) }).assetsPrefix
        for path in ["/index.js", hash + "index.js", "/plain.css"] {
            let answer = try await Browser().ask(path)
            #expect(answer.status == 200)
            #expect(answer["X-Content-Type-Options"] == "nosniff")
            #expect(answer["Cross-Origin-Resource-Policy"] == "same-origin")
            #expect(answer["Cache-Control"] != nil)
        }
    }

    private func check(_ answer: Answer, _ what: String) {
        let policy = answer["Content-Security-Policy"] ?? ""
        let wanted = [
            "default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
            "connect-src 'self' ws://meet.example:8080 wss://meet.example:8080;",
        ]
        for directive in wanted { #expect(policy.contains(directive), "\(what): \(directive)") }
        #expect(!policy.contains("unsafe"), "\(what)")
        #expect(answer["Permissions-Policy"]?.contains("camera=(self), microphone=(self)") == true, "\(what)")
        #expect(answer["Cross-Origin-Opener-Policy"] == "same-origin", "\(what)")
        #expect(answer["Cross-Origin-Resource-Policy"] == "same-origin", "\(what)")
        #expect(answer["Referrer-Policy"] == "no-referrer", "\(what)")
        #expect(answer["X-Content-Type-Options"] == "nosniff", "\(what)")
        #expect(answer["X-Frame-Options"] == "DENY", "\(what)")
        #expect(answer["Strict-Transport-Security"] == nil, "\(what)")
        #expect(answer["Cache-Control"] != nil, "\(what)")
    }

    @Test("Under TLS browsers are told to stay with it, and only wss is open")
    func secure() async throws {
        var configuration = Browser.configuration()
        configuration.isSecure = true
        let answer = try await Browser(configuration).ask("/")
        #expect(answer["Strict-Transport-Security"] == "max-age=63072000")
        #expect(answer["Content-Security-Policy"]?.contains("connect-src 'self' wss://meet.example:8080;") == true)
    }

    @Test("An allowed ancestor may frame the page")
    func ancestors() async throws {
        var configuration = Browser.configuration()
        configuration.frameAncestors = ["https://club.example"]
        let answer = try await Browser(configuration).ask("/")
        #expect(answer["Content-Security-Policy"]?.contains("frame-ancestors https://club.example;") == true)
        #expect(answer["X-Frame-Options"] == nil)
    }

    @Test(
        "A Host that is none is not repeated in the policy",
        arguments: [
            "", "a b", "a;script-src *", "a,b", "evil.example/path", "user@host", "[::1", "[::1]x", "host:", "host:0",
            "host:99999", "host:1:2", "ü.example", "a'b", String(repeating: "a", count: 300), "[zz]", ":80", "a_b",
        ]
    )
    func badHosts(host: String) async throws {
        let policy = try await Browser().ask("/", host: host)["Content-Security-Policy"]
        #expect(policy?.contains("connect-src 'self'; worker-src") == true)
    }

    @Test(
        "Names, addresses and ports are hosts",
        arguments: ["localhost", "192.168.1.2:8080", "[fe80::1]:443", "[::1]"]
    )
    func goodHosts(host: String) async throws {
        let policy = try await Browser().ask("/", host: host)["Content-Security-Policy"]
        #expect(policy?.contains("ws://\(host) ") == true)
    }

    @Test(
        "A client's host is its header's without port and brackets",
        arguments: [
            ("meet.example.org:8443", "meet.example.org"), ("192.0.2.7", "192.0.2.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
        ]
    )
    func hosts(header: String, host: String) {
        #expect(HostName(header)?.host == host)
    }
}
