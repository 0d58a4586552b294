import Hummingbird
import NIOCore
import Testing

@testable import WebSocket

@Suite("WebSocket session", .timeLimit(.minutes(1)))
struct SessionTests {
    private let outcomes = Mailbox<WebSocketOutcome?>()

    @Test("The peer's close is answered with its code, and told to the handler")
    func peerCloses() async throws {
        try await withServer(routes: { $0.echo("ws", outcomes: outcomes) }) { port, _ in
            try await TestClient.upgrade(port) { client in
                try await client.send(.close(4001, "done"))
                #expect(try await client.message() == .close(.init(rawValue: 4001), reason: []))
                try await client.end()
            }
            #expect(try await outcomes.take() == .closedByPeer(.init(rawValue: 4001), reason: "done"))
        }
    }

    @Test("Our close comes after what was sent before, and the peer's answer confirms it")
    func serverCloses() async throws {
        let routes: (Router<BasicRequestContext>) -> Void = { router in
            router.webSocket("ws") { session, _ in
                session.send(WebSocketMessage(text: "last words"))
                session.close(.policyViolation, reason: "no")
                for await _ in session.inbound {}
                outcomes.put(session.outcome)
            }
        }
        try await withServer(routes: routes) { port, _ in
            try await TestClient.upgrade(port) { client in
                #expect(try await client.text() == "last words")
                #expect(try await client.message() == .close(.policyViolation, reason: Array("no".utf8)))
                try await client.send(.close(1008))
                try await client.end()
            }
            #expect(try await outcomes.take() == .closedByServer(.policyViolation, confirmed: true))
        }
    }

    @Test("A peer that does not answer our close is cut off")
    func closeTimesOut() async throws {
        var configuration = WebSocketConfiguration()
        configuration.closeTimeout = .milliseconds(50)
        let routes: (Router<BasicRequestContext>) -> Void = { router in
            router.webSocket("ws", configuration: configuration) { session, _ in
                session.close(.normalClosure)
                for await _ in session.inbound {}
                outcomes.put(session.outcome)
            }
        }
        try await withServer(routes: routes) { port, _ in
            try await TestClient.upgrade(port) { try await $0.end() }
            #expect(try await outcomes.take() == .closedByServer(.normalClosure, confirmed: false))
        }
    }

    @Test("A handler that throws closes with 1011, one that returns with 1000")
    func handlerEnds() async throws {
        struct Trouble: Error {}
        let routes: (Router<BasicRequestContext>) -> Void = { router in
            router.webSocket("throws") { _, _ in throw Trouble() }
            router.webSocket("returns") { _, _ in }
        }
        try await withServer(routes: routes) { port, _ in
            for (path, code) in [("/throws", WebSocketCloseCode.internalError), ("/returns", .normalClosure)] {
                try await TestClient.upgrade(port, path) { client in
                    #expect(try await client.message() == .close(code, reason: []))
                    try await client.send(.close(code.rawValue))
                    try await client.end()
                }
            }
        }
    }

    @Test("A violation is answered with its code, and TCP ends")
    func protocolError() async throws {
        try await withServer(routes: { $0.echo("ws", outcomes: outcomes) }) { port, _ in
            try await TestClient.upgrade(port) { client in
                try await client.send(ClientFrame(opcode: 2, payload: [1]))
                #expect(try await client.message() == .close(.unsupportedData, reason: []))
                try await client.end()
            }
            #expect(try await outcomes.take() == .protocolError(.binaryRefused))
        }
    }

    @Test("TCP's end without a close frame is a lost connection")
    func connectionLost() async throws {
        try await withServer(routes: { $0.echo("ws", outcomes: outcomes) }) { port, _ in
            try await TestClient.upgrade(port) { _ in }
            #expect(try await outcomes.take() == .connectionLost)
        }
    }

    @Test("A peer that answers no ping is given up")
    func pingTimeout() async throws {
        var configuration = WebSocketConfiguration()
        configuration.pingInterval = .milliseconds(20)
        configuration.silenceLimit = .milliseconds(100)
        try await withServer(routes: { $0.echo("ws", configuration, outcomes: outcomes) }) { port, _ in
            try await TestClient.upgrade(port) { client in
                #expect(try await client.event() == .ping([]))
                try await client.end()
            }
            #expect(try await outcomes.take() == .pingTimeout)
        }
    }

    @Test("A frame that is not completed in time closes with 1008")
    func frameTimeout() async throws {
        var configuration = WebSocketConfiguration()
        configuration.frameTimeout = .milliseconds(50)
        try await withServer(routes: { $0.echo("ws", configuration, outcomes: outcomes) }) { port, _ in
            try await TestClient.upgrade(port) { client in
                try await client.send(raw: Array(ClientFrame.text("hello").bytes.dropLast()))
                guard case .close(.policyViolation, _) = try await client.message() else { return #expect(Bool(false)) }
                try await client.end()
            }
            #expect(try await outcomes.take() == .frameTimeout)
        }
    }

    @Test("Pings are answered, and pongs reach the handler")
    func pingPong() async throws {
        let seen = Mailbox<WebSocketInboundMessage>()
        let routes: (Router<BasicRequestContext>) -> Void = { router in
            router.webSocket("ws") { session, _ in
                session.ping()
                for await message in session.inbound { seen.put(message) }
            }
        }
        try await withServer(routes: routes) { port, _ in
            try await TestClient.upgrade(port) { client in
                #expect(try await client.event() == .ping([]))
                try await client.send(ClientFrame(opcode: 10))
                #expect(try await seen.take() == .pong)
                try await client.send(ClientFrame(opcode: 9, payload: [1, 2, 3]))
                #expect(try await client.event() == .pong([1, 2, 3]))
                #expect(try await seen.take() == .ping)
            }
        }
    }

    @Test("A ping leaves behind what was queued before it, also by a broadcast that is not flushed yet")
    func pingAfterMessages() async throws {
        let routes: (Router<BasicRequestContext>) -> Void = { router in
            router.webSocket("ws") { session, _ in
                var inbound = session.inbound.makeAsyncIterator()
                _ = await inbound.next()
                var broadcast = WebSocketBroadcast()
                for text in ["welcome", "and more"] { broadcast.add(WebSocketMessage(text: text), to: session) }
                session.ping()
                // The pong tells that the event loop has come by before the flush.
                _ = await inbound.next()
                broadcast.flush()
            }
        }
        try await withServer(routes: routes) { port, _ in
            try await TestClient.upgrade(port) { client in
                try await client.send(.text("I am here"))
                #expect(try await client.event() == .text(Array("welcome".utf8)))
                #expect(try await client.event() == .text(Array("and more".utf8)))
                #expect(try await client.event() == .ping([]))
                try await client.send(ClientFrame(opcode: 10))
                guard case .close(.normalClosure, _) = try await client.message() else { return #expect(Bool(false)) }
                try await client.send(.close(1000))
                try await client.end()
            }
        }
    }

    @Test("When the server stops, sessions are closed with 1001")
    func shutdown() async throws {
        try await withServer(routes: { $0.echo("ws", outcomes: outcomes) }) { port, stop in
            try await TestClient.upgrade(port) { client in
                await stop()
                guard case .close(.goingAway, _) = try await client.message() else { return #expect(Bool(false)) }
                try await client.send(.close(1001))
                try await client.end()
            }
            #expect(try await outcomes.take() == .closedByServer(.goingAway, confirmed: true))
        }
    }

    @Test("Sessions have rising ids and know the peer's address")
    func identity() async throws {
        let sessions = Mailbox<WebSocketSession>()
        let routes: (Router<BasicRequestContext>) -> Void = { router in
            router.webSocket("ws") { session, _ in sessions.put(session) }
        }
        try await withServer(routes: routes) { port, _ in
            try await TestClient.upgrade(port) { _ in }
            try await TestClient.upgrade(port) { _ in }
            let first = try await sessions.take()
            let second = try await sessions.take()
            #expect(second.id > first.id)
            #expect(first.remoteAddress?.ipAddress == "127.0.0.1")
        }
    }
}
