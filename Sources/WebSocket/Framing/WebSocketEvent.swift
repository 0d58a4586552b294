/// What a stretch of the byte stream turned out to be.
package enum WebSocketEvent: Equatable, Sendable {
    /// A whole text message, checked to be UTF-8.
    case text([UInt8])
    /// A whole binary message.
    case binary([UInt8])
    /// To be answered with a pong of the same payload (RFC 6455 §5.5.2).
    case ping([UInt8])
    case pong([UInt8])
    /// The peer closes; no frame follows. The code is nil when the frame was empty (RFC 6455 §5.5.1, "1005").
    case close(WebSocketCloseCode?, reason: [UInt8])
}
