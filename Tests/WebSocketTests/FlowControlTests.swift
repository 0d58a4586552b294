import Hummingbird
import NIOCore
import Testing

@testable import WebSocket

@Suite("WebSocket flow control", .timeLimit(.minutes(1)))
struct FlowControlTests {
    @Test("A reader that stops overflows its queue and is closed with 1013")
    func slowReader() async throws {
        var configuration = WebSocketConfiguration()
        configuration.closeTimeout = .seconds(50)  // the reader comes back on a busy machine
        let outcomes = Mailbox<WebSocketOutcome?>()
        let routes: (Router<BasicRequestContext>) -> Void = { router in
            router.webSocket("ws", configuration: configuration) { session, _ in
                let message = WebSocketMessage(text: String(repeating: "x", count: 4096))
                while session.outcome == nil {
                    session.send(message)
                    await Task.yield()
                }
                for await _ in session.inbound {}
                outcomes.put(session.outcome)
            }
        }
        try await withServer(routes: routes) { port, _ in
            try await TestClient.upgrade(port) { client in
                #expect(try await outcomes.take() == .overflow)
                var last = try await client.message()
                while case .text = last { last = try await client.message() }
                #expect(last == .close(.tryAgainLater, reason: Array("read too slowly".utf8)))
            }
        }
    }

    @Test("A broadcast reaches every receiver, in the order it was sent")
    func broadcastOrder() async throws {
        let sessions = Mailbox<WebSocketSession>()
        let routes: (Router<BasicRequestContext>) -> Void = { router in
            router.webSocket("ws") { session, _ in
                sessions.put(session)
                for await _ in session.inbound {}
            }
        }
        try await withServer(routes: routes) { port, _ in
            try await TestClient.upgrade(port) { first in
                try await TestClient.upgrade(port) { second in
                    let receivers = [try await sessions.take(), try await sessions.take()]
                    for number in 0..<200 {
                        WebSocketBroadcast.send(WebSocketMessage(text: "\(number)"), to: receivers)
                    }
                    var batch = WebSocketBroadcast()
                    for receiver in receivers {
                        batch.add(WebSocketMessage(text: "a"), to: receiver)
                        batch.add(WebSocketMessage(text: "b"), to: receiver)
                    }
                    batch.flush()
                    for client in [first, second] {
                        for number in 0..<200 { #expect(try await client.text() == "\(number)") }
                        #expect(try await client.text() == "a")
                        #expect(try await client.text() == "b")
                    }
                }
            }
        }
    }

    @Test("A handler that is behind stops the reading; when it catches up every message is there in order")
    func backPressure() async throws {
        let gate = Mailbox<Void>()
        let routes: (Router<BasicRequestContext>) -> Void = { router in
            router.webSocket("ws") { session, _ in
                try await gate.take()
                for await case .text(let utf8) in session.inbound { session.send(WebSocketMessage(utf8: utf8)) }
            }
        }
        try await withServer(routes: routes) { port, _ in
            try await TestClient.upgrade(port) { client in
                for number in 0..<500 { try await client.send(.text("\(number)")) }
                gate.put(())
                for number in 0..<500 { #expect(try await client.text() == "\(number)") }
            }
        }
    }
}
