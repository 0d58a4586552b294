package import NIOCore
import Synchronization

/// One upgraded connection, as its handler and everybody who sends to it see it. All of it may be called from any thread or actor;
/// nothing blocks or suspends but iterating ``inbound``.
package final class WebSocketSession: Sendable {
    /// Rises over the process's life; never reused.
    package let id: UInt64
    /// The other end of the TCP connection: a reverse proxy's if there is one; nil on a Unix domain socket.
    package let remoteAddress: SocketAddress?
    /// What the peer sends.
    package let inbound: WebSocketInbound

    let configuration: WebSocketConfiguration
    let source: WebSocketInbound.Producer.Source
    let reference: WebSocketHandlerReference
    private let outbox: Mutex<WebSocketOutbox>
    private let ending = Mutex<WebSocketOutcome?>(nil)

    private static let lastID = Atomic<UInt64>(0)

    init(channel: any Channel, configuration: WebSocketConfiguration) {
        id = Self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
        remoteAddress = channel.remoteAddress
        self.configuration = configuration
        reference = WebSocketHandlerReference(eventLoop: channel.eventLoop)
        outbox = Mutex(WebSocketOutbox(limits: configuration.queues))
        let highWatermark = max(1, configuration.queues.inboundMessages)
        let sequence = WebSocketInbound.Producer.makeSequence(
            backPressureStrategy: .init(lowWatermark: highWatermark / 2, highWatermark: highWatermark),
            finishOnDeinit: true,
            delegate: WebSocketInboundDelegate(handler: reference)
        )
        inbound = WebSocketInbound(producer: sequence.sequence)
        source = sequence.source
    }

    /// Why the session ended; nil while it lives. Set before ``inbound`` ends.
    package var outcome: WebSocketOutcome? { ending.withLock { $0 } }

    /// Queues a message behind those sent before. While it waits for a slow reader, a later one with the same key
    /// makes it superfluous: it is dropped.
    /// After a close, or when the queue overflows and the connection is closed with 1013, it is dropped.
    package func send(_ message: WebSocketMessage, coalescing key: CoalescingKey? = nil) {
        if enqueue(message, key: key) { requestDrain() }
    }

    /// Begins the closing handshake after what is queued; TCP is closed when the peer has answered, at the latest after the close
    /// timeout. Messages that still come in are dropped. Later calls change nothing.
    package func close(_ code: WebSocketCloseCode = .normalClosure, reason: String = "") {
        let mustDrain = outbox.withLock { $0.close(code, reason: reason) }
        reference.perform { $0.expectClose(code, mustDrain: mustDrain) }
    }

    /// Asks the peer for a sign of life now; the answer comes as a pong in ``inbound``.
    package func ping() {
        reference.perform { $0.sendPing() }
    }

    /// Returns whether the caller must see to it that ``drain()`` is called on the event loop.
    func enqueue(_ message: WebSocketMessage, key: CoalescingKey?) -> Bool {
        outbox.withLock { $0.push(message, key: key) }
    }

    private func requestDrain() {
        reference.perform { $0.drain() }
    }

    // MARK: For the handler, on the event loop

    func beginDrain() {
        outbox.withLock { $0.beginDrain() }
    }

    func nextOutbound(isWritable: Bool) -> WebSocketOutbox.Next {
        outbox.withLock { $0.pop(isWritable: isWritable) }
    }

    func dropOutbound() {
        outbox.withLock { $0.end() }
    }

    /// The first outcome counts.
    func end(_ outcome: WebSocketOutcome) {
        ending.withLock { $0 = $0 ?? outcome }
        dropOutbound()
        source.finish()
    }
}
