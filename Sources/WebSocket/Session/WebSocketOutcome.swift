/// How a session ended; known when its inbound sequence ends.
package enum WebSocketOutcome: Equatable, Sendable {
    /// The peer began the closing handshake. A nil code: its frame had none (browsers: `close()` without arguments, or leaving the page sends 1001).
    case closedByPeer(WebSocketCloseCode?, reason: String)
    /// We closed. `confirmed`: the peer's close frame came back within the close timeout.
    case closedByServer(WebSocketCloseCode, confirmed: Bool)
    /// The peer broke the protocol and was told so.
    case protocolError(WebSocketProtocolError)
    /// Nothing came for the silence limit although we pinged.
    case pingTimeout
    /// A frame began and was not completed in time; closed with 1008.
    case frameTimeout
    /// The peer reads too slowly: the outbound queue was full; closed with 1013.
    case overflow
    /// TCP ended without a close frame.
    case connectionLost
}
