import Hummingbird
import NIOCore
import Testing

@testable import WebSocket

@Suite("WebSocket upgrade on an HTTP connection", .timeLimit(.minutes(1)))
struct UpgradeTests {
    @Test("A request that follows others on its connection upgrades, with the RFC's accept key")
    func upgradesLater() async throws {
        try await withServer(routes: { $0.echo("ws") }) { port, _ in
            try await TestClient.connect(port) { client in
                for _ in 0..<2 {
                    try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    #expect(try await client.answer().hasSuffix("hello"))
                }
                try await client.send(TestClient.handshake())
                let answer = try await client.answer()
                #expect(answer.hasPrefix("HTTP/1.1 101 "))
                #expect(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
                try await client.send(.text("hi"))
                #expect(try await client.text() == "hi")
            }
        }
    }

    @Test("Frames in the same packet as the handshake arrive, also behind a pipelined request")
    func takesEarlyFrames() async throws {
        try await withServer(routes: { $0.echo("ws") }) { port, _ in
            try await TestClient.connect(port) { client in
                let request = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n" + TestClient.handshake()
                try await client.send(
                    raw: Array(request.utf8) + ClientFrame.text("early").bytes + ClientFrame.text("bird").bytes
                )
                #expect(try await client.answer().hasSuffix("hello"))
                #expect(try await client.answer().hasPrefix("HTTP/1.1 101 "))
                #expect(try await client.text() == "early")
                #expect(try await client.text() == "bird")
            }
        }
    }

    @Test(
        "A refused upgrade is an answer, and the connection goes on with HTTP and may upgrade after all",
        arguments: [
            (TestClient.handshake(origin: "https://evil.example"), "403 ", "evil"),
            (TestClient.handshake(origin: "null"), "403 ", "null"), (TestClient.handshake(version: "8"), "426 ", "8"),
            (TestClient.handshake(version: nil), "426 ", "no version"),
            (TestClient.handshake(version: "13, 13"), "426 ", "two versions"),
            (TestClient.handshake().replacing("dGhl", with: ""), "400 ", "short key"),
            (TestClient.handshake("/hello"), "200 ", "elsewhere"),
            (TestClient.handshake("/nowhere"), "404 ", "nowhere"),
            ("GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n", "426 ", "plain"),
            (
                "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
                "200 ", "h2c"
            ),
            (TestClient.handshake("/ws", "Content-Length: 2\r\n") + "ab", "400 ", "body"),
        ]
    )
    func refuses(request: String, status: String, name: String) async throws {
        try await withServer(routes: { $0.echo("ws") }) { port, _ in
            try await TestClient.connect(port) { client in
                try await client.send(request)
                let answer = try await client.answer()
                #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(name): \(answer)")
                if status == "426 ", name != "plain" {
                    #expect(answer.lowercased().contains("sec-websocket-version: 13"))
                }
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await client.answer().hasSuffix("hello"), "\(name)")
                try await client.send(TestClient.handshake(origin: "http://localhost"))
                #expect(try await client.answer().hasPrefix("HTTP/1.1 101 "), "\(name)")
                try await client.send(.text("hi"))
                #expect(try await client.text() == "hi")
            }
        }
    }

    @Test("A route may refuse with an answer of its own")
    func routeRefuses() async throws {
        let routes: (Router<BasicRequestContext>) -> Void = {
            $0.webSocket("ws", shouldUpgrade: { _, _ in .refuse(.init(status: .tooManyRequests)) }) { _, _ in }
        }
        try await withServer(routes: routes) { port, _ in
            try await TestClient.connect(port) { client in
                try await client.send(TestClient.handshake())
                #expect(try await client.answer().hasPrefix("HTTP/1.1 429 "))
            }
        }
    }

    @Test("Ordinary requests with bodies pass")
    func passesBodies() async throws {
        try await withServer(routes: { _ in }) { port, _ in
            try await TestClient.connect(port) { client in
                let body = String(repeating: "x", count: 100_000)
                try await client.send(
                    "POST /swallow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + body
                )
                #expect(try await client.answer().hasSuffix("100000"))
            }
        }
    }

    @Test(
        "Heads over the limits get 400",
        arguments: [("x: y\r\n", 101), ("x: \(String(repeating: "y", count: 1000))\r\n", 17)]
    )
    func limitsHeads(field: String, count: Int) async throws {
        try await withServer(routes: { _ in }) { port, _ in
            try await TestClient.connect(port) { client in
                try await client.send("GET /hello HTTP/1.1\r\n" + String(repeating: field, count: count) + "\r\n")
                #expect(try await client.answer().hasPrefix("HTTP/1.1 400 "))
                try await client.end()
            }
        }
    }

    @Test("A connection whose first head does not come in time is closed")
    func timesOutHead() async throws {
        var http = HTTPWebSocketConfiguration()
        // Long enough for half a head to arrive on a busy machine.
        http.headerTimeout = .seconds(1)
        try await withServer(http: http, routes: { _ in }) { port, _ in
            try await TestClient.connect(port) { client in
                try await client.send("GET /hello HTTP/1.1\r\n")
                try await client.end()
            }
        }
    }

    @Test("A connection over the limit of its address is closed, and admitted when another has gone")
    func limitsConnections() async throws {
        let limits = ConnectionLimits(total: 10, perAddress: 1)
        var http = HTTPWebSocketConfiguration()
        http.admission = limits
        let outcomes = Mailbox<WebSocketOutcome?>()
        try await withServer(http: http, routes: { $0.echo("ws", outcomes: outcomes) }) { port, _ in
            try await TestClient.upgrade(port) { _ in
                try await TestClient.connect(port) { try await $0.end() }
            }
            #expect(try await outcomes.take() == .connectionLost)
            try await TestClient.upgrade(port) { client in
                try await client.send(.text("hi"))
                #expect(try await client.text() == "hi")
            }
        }
        #expect(limits.count == 0)
    }
}
