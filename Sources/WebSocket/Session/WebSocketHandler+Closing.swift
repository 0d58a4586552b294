import NIOCore

/// The closing handshake (RFC 6455 §7) and the ways out of it.
extension WebSocketHandler {
    /// ``WebSocketSession/close(_:reason:)`` was called: from now on the peer has the close timeout, however full the queue is.
    func expectClose(_ code: WebSocketCloseCode, mustDrain: Bool) {
        guard state == .open || state == .closeSent(code) else { return }
        if dueClose == nil {
            dueClose = code
            keepAlive.closing(now: .now())
            schedule()
            resumeReading()
        }
        if mustDrain { drain() }
    }

    /// The peer's close frame: the end of what it says.
    func peerClosed(_ code: WebSocketCloseCode?, reason: String) {
        switch state {
        case .open:
            session.end(.closedByPeer(code, reason: reason))
            write(WebSocketEncoder.close(code))
            finishOutput()
        case .closeSent(let ours):
            session.end(.closedByServer(ours, confirmed: true))
            finishOutput()
        case .lingering, .closed:
            break
        }
    }

    /// _Fail the WebSocket Connection_ (§7.1.7): the peer is told why, unless it has been told something already.
    func fail(_ outcome: WebSocketOutcome, code: WebSocketCloseCode, reason: String = "") {
        guard state != .lingering, state != .closed else { return }
        session.end(outcome)
        if state == .open { write(WebSocketEncoder.close(code, reason: reason)) }
        finishOutput()
    }

    /// Shuts our side once everything is out, and waits for the peer to shut its own (§7.1.1: the server closes TCP first).
    private func finishOutput() {
        state = .lingering
        stopDelivering()
        keepAlive.closing(now: .now())
        schedule()
        flushIfNeeded()
        context?.close(mode: .output, promise: nil)
    }
}
