import NIOCore
import Synchronization

/// One HTTP connection as a route sees it that wants to take it over: where the route leaves the session for the upgrade handler.
final class WebSocketConnection: Sendable {
    /// The connection whose requests the current task answers; nil on servers not built by `http1WebSocket`.
    @TaskLocal static var current: WebSocketConnection?

    private enum State {
        case http
        case pending(WebSocketSession)
        case ended
    }

    let channel: any Channel
    private let state = Mutex(State.http)

    init(channel: any Channel) {
        self.channel = channel
    }

    /// The next 101 answer is this session's. Returns false when the connection has ended.
    func prepare(_ session: WebSocketSession) -> Bool {
        state.withLock { state in
            if case .ended = state { return false }
            state = .pending(session)
            return true
        }
    }

    /// The session to be upgraded to, once.
    func takePending() -> WebSocketSession? {
        state.withLock { state in
            guard case .pending(let session) = state else { return nil }
            state = .http
            return session
        }
    }

    /// The connection is gone; a session that still waits for its upgrade ends.
    func end() {
        let session: WebSocketSession? = state.withLock { state in
            defer { state = .ended }
            if case .pending(let session) = state { return session }
            return nil
        }
        session?.end(.connectionLost)
    }
}
