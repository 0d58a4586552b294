package import NIOCore

/// How one WebSocket route treats its connections. The defaults are the product's; tests shorten the times.
package struct WebSocketConfiguration: Sendable {
    /// What a peer may make us hold of a message that is coming in.
    package var framing = WebSocketFramingLimits()
    /// What waits for one connection on its way in and out.
    package var queues = WebSocketQueueLimits()
    /// Pages that may connect.
    package var origins = OriginPolicy()
    /// A ping is sent this often.
    package var pingInterval: TimeAmount = .seconds(10)
    /// The connection is given up when no byte at all came for this long.
    package var silenceLimit: TimeAmount = .seconds(25)
    /// A frame that began must be complete within this time.
    package var frameTimeout: TimeAmount = .seconds(10)
    /// After a close frame was due, TCP is closed at the latest after this time.
    package var closeTimeout: TimeAmount = .seconds(5)

    package init() {}
}
