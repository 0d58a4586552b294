import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Testing

@testable import WebSocket

/// A real server on an ephemeral port of the loopback interface: `GET /hello` and what the test adds.
func withServer(
    http: HTTPWebSocketConfiguration = .init(),
    routes: (Router<BasicRequestContext>) -> Void,
    body: (_ port: Int, _ stop: @escaping @Sendable () async -> Void) async throws -> Void
) async throws {
    let router = Router()
    router.get("hello") { _, _ in "hello" }
    router.post("swallow") { request, _ in
        var request = request
        return "\(try await request.collectBody(upTo: 1 << 20).readableBytes)"
    }
    routes(router)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
        router: router,
        server: .http1WebSocket(configuration: http),
        configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
        logger: logger
    )
    let services = ServiceGroup(configuration: .init(services: [application], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await services.run() }
        let number = try #require(await ports.first { _ in true })
        do {
            try await body(number) { await services.triggerGracefulShutdown() }
        } catch {
            await services.triggerGracefulShutdown()
            throw error
        }
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
    }
}

/// Values that something at the other end of the process hands to the test, to be awaited instead of slept for.
struct Mailbox<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Value.self)
    }

    func put(_ value: Value) {
        continuation.yield(value)
    }

    func take() async throws -> Value {
        try #require(await stream.first { _ in true })
    }
}

extension RouterMethods {
    /// Echoes texts and tells the outcome when the session ends.
    func echo(
        _ path: RouterPath,
        _ configuration: WebSocketConfiguration = .init(),
        outcomes: Mailbox<WebSocketOutcome?> = .init()
    ) {
        webSocket(path, configuration: configuration) { session, _ in
            for await case .text(let utf8) in session.inbound { session.send(WebSocketMessage(utf8: utf8)) }
            outcomes.put(session.outcome)
        }
    }
}
