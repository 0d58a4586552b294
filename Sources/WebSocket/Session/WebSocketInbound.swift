import NIOCore

/// What a peer sent, in order. Any element proves that the peer is there.
package enum WebSocketInboundMessage: Equatable, Sendable {
    /// A whole text message, checked to be UTF-8.
    case text([UInt8])
    /// A whole binary message; only when the configuration accepts them.
    case binary([UInt8])
    /// An answered ping of ours, or an unasked pong.
    case pong
    /// The peer's ping; it has been answered.
    case ping
}

/// The messages of one peer; ends when the connection does, and then the session's outcome tells why.
///
/// For one consumer. Messages wait up to ``WebSocketQueueLimits/inboundMessages``; then the socket is not read.
package struct WebSocketInbound: AsyncSequence, Sendable {
    package typealias Element = WebSocketInboundMessage
    package typealias Failure = Never

    typealias Producer = NIOAsyncSequenceProducer<
        Element, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, WebSocketInboundDelegate
    >
    let producer: Producer

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: producer.makeAsyncIterator())
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        let base: Producer.AsyncIterator

        @concurrent
        package mutating func next() async -> Element? {
            await base.next()
        }
    }
}

/// Hears on any thread that the consumer wants more and carries it to the event loop.
struct WebSocketInboundDelegate: NIOAsyncSequenceProducerDelegate {
    let handler: WebSocketHandlerReference

    func produceMore() {
        handler.perform { $0.resumeReading() }
    }

    /// The consumer is gone; the handler's yields are dropped from now on and it must not stay paused.
    func didTerminate() {
        handler.perform { $0.resumeReading() }
    }
}
