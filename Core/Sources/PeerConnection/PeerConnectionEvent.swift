public import DTLS
import ICE
public import RTP
public import Units

/// What a datagram was.
public enum Reception: Sendable {
    /// Nothing for the router: STUN, DTLS, or something that was dropped and counted.
    case nothing
    /// RTP, decrypted where it stands.
    case media(RTPPacket)
    /// RTCP, decrypted where it stands, in the first bytes.
    case control(Int)
}

/// What changed for the transport.
public enum PeerConnectionEvent: Equatable, Sendable {
    /// Media goes this way from now on: the client nominated it and reads there.
    case pathSelected(FiveTuple)
    /// There are keys, for the first time or (with another certificate of the client's) new ones.
    case established
    /// Nothing came for `ICE.Limits.liveness`, or the connection closed. A check or media on any path brings it back.
    case lost
    /// The client said goodbye.
    case closed
    /// No handshake will succeed any more; only an offer with another certificate helps.
    case failed(DTLSFailure)
}

/// Events that nobody took yet, at most one of a kind: the latest says what is true.
struct PendingEvents {
    private enum Path { case unchanged, selected(FiveTuple), lost }

    private var path = Path.unchanged
    private var isEstablished = false
    private var isClosed = false
    private var failure: DTLSFailure?
    private var isEmpty = true

    mutating func note(_ event: ICEEvent) {
        switch event {
        case .none: return
        case .selected(let path): self.path = .selected(path)
        case .lost: path = .lost
        }
        isEmpty = false
    }

    mutating func established() {
        isEstablished = true
        isEmpty = false
    }

    mutating func closed() {
        isClosed = true
        isEmpty = false
    }

    mutating func failed(_ failure: DTLSFailure) {
        self.failure = failure
        isEmpty = false
    }

    mutating func next() -> PeerConnectionEvent? {
        guard !isEmpty else { return nil }
        switch path {
        case .unchanged: break
        case .selected(let selected):
            path = .unchanged
            return .pathSelected(selected)
        case .lost:
            path = .unchanged
            return .lost
        }
        if isEstablished {
            isEstablished = false
            return .established
        }
        if let failure {
            self.failure = nil
            return .failed(failure)
        }
        isEmpty = true
        guard isClosed else { return nil }
        isClosed = false
        return .closed
    }
}
