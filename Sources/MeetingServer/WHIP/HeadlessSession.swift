import Meeting
import SDP

/// A session of WHIP or WHEP, as `MeetingService` keeps it: what the client's requests are about after the first.
struct HeadlessSession {
    /// What the address of a session says.
    struct Name: Hashable {
        let kind: Kind
        let room: String
        /// 128 random bits: who knows them may end the session.
        let secret: String
    }

    enum Kind: String {
        case whip, whep
    }

    /// What came of a request.
    enum Outcome {
        case accepted(Accepted)
        case refused(ErrorCode, String, Retry)
    }

    struct Accepted {
        let name: Name
        let answer: SessionDescription
        let text: String
        let iceSession: String
        let iceServers: [ICEServer]
    }

    let name: Name
    /// The offer that is agreed.
    private(set) var offer: SessionDescription
    /// The one that is being answered.
    private var proposed: SessionDescription?
    private var iceServers: [ICEServer] = []
    /// Our user fragment: names the ICE session (RFC 9725 §4.3.1). Nil before the first answer.
    private(set) var iceSession: String?
    private var waiting: CheckedContinuation<Outcome, Never>?

    init(_ name: Name, offer: SessionDescription, _ waiting: CheckedContinuation<Outcome, Never>) {
        self.name = name
        self.offer = offer
        self.waiting = waiting
    }

    var isWaiting: Bool { waiting != nil }

    /// The client offers anew.
    mutating func propose(_ offer: SessionDescription, _ waiting: CheckedContinuation<Outcome, Never>) {
        proposed = offer
        self.waiting = waiting
    }

    /// What the meeting says to it. False when the session is over by that.
    mutating func hear(_ message: ServerMessage) -> Bool {
        switch message {
        case .iceServers(let servers): iceServers = servers
        case .answer(_, let negotiation): accept(negotiation.sdp)
        case .error(let code, let sentence, let retry):
            proposed = nil
            resume(.refused(code, sentence, retry))
            return iceSession != nil
        default: break
        }
        return true
    }

    /// The session is over; who still waits hears it.
    mutating func end() { resume(.refused(.stale, "This session is over.", .now)) }

    private mutating func accept(_ text: String) {
        // Our own answers are readable and have credentials.
        guard let answer = try? SessionDescription(parsing: text),
            let ice = answer.media.lazy.compactMap(\.transport.ice).first
        else { return resume(.refused(.serverError, "The server's answer is not readable.", .later)) }
        iceSession = ice.userFragment
        offer = proposed ?? offer
        proposed = nil
        resume(
            .accepted(
                Accepted(
                    name: name,
                    answer: answer,
                    text: text,
                    iceSession: ice.userFragment,
                    iceServers: iceServers
                )
            )
        )
    }

    private mutating func resume(_ outcome: Outcome) {
        waiting?.resume(returning: outcome)
        waiting = nil
    }
}
