import NIOCore

/// Sends to many connections at the price of one wake-up per event loop, and one flush per connection for all of its messages.
package struct WebSocketBroadcast: Sendable {
    /// The sessions that must drain, by event loop. There are as many loops as cores: a list beats a dictionary.
    private var batches: [(loop: any EventLoop, sessions: [WebSocketSession])] = []

    package init() {}

    /// Queues a message; nothing is sent before ``flush()``.
    package mutating func add(
        _ message: WebSocketMessage,
        coalescing key: CoalescingKey? = nil,
        to session: WebSocketSession
    ) {
        guard session.enqueue(message, key: key) else { return }
        let loop = session.reference.eventLoop
        if let index = batches.firstIndex(where: { $0.loop === loop }) {
            batches[index].sessions.append(session)
        } else {
            batches.append((loop, [session]))
        }
    }

    /// Wakes every event loop that has something to write. Must follow ``add(_:coalescing:to:)``, or the messages wait for ever.
    package consuming func flush() {
        for (loop, sessions) in batches {
            loop.execute {
                for session in sessions { session.reference.handler?.drain() }
            }
        }
    }

    /// One message to many.
    package static func send(
        _ message: WebSocketMessage,
        coalescing key: CoalescingKey? = nil,
        to sessions: some Sequence<WebSocketSession>
    ) {
        var broadcast = WebSocketBroadcast()
        for session in sessions { broadcast.add(message, coalescing: key, to: session) }
        broadcast.flush()
    }
}
