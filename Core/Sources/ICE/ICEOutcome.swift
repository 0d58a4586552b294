public import Units

/// What a datagram led to. Both ranges are of the room that was given, and go back on the path it came from: first the
/// check, so that the client has answered it before it goes on.
public struct ICEOutcome: Equatable, Sendable {
    /// A check of our own, to see whether somebody reads there; empty for none.
    public var check: Range<Int>
    /// The answer; empty for none.
    public var answer: Range<Int>
    public var event: ICEEvent

    static func nothing(_ event: ICEEvent = .none) -> ICEOutcome {
        ICEOutcome(check: 0..<0, answer: 0..<0, event: event)
    }
}

/// What changed for the transport.
public enum ICEEvent: Equatable, Sendable {
    case none
    /// Media goes this way from now on.
    case selected(FiveTuple)
    /// Nothing authenticated came for `Limits.liveness`, or the connection closed: there is no way to the client. The
    /// agent goes on listening, a check on any path brings it back.
    case lost
}

/// What was dropped, and why. Only ever counted: an answer would help nobody but who looks for weaknesses.
public struct ICECounters: Equatable, Sendable, BitwiseCopyable {
    /// Requests that were answered, errors included.
    public var answered = 0
    /// No STUN message, or one of another method or class.
    public var notICE = 0
    public var badFingerprint = 0
    /// No USERNAME, or not one of this transport.
    public var badUsername = 0
    /// MESSAGE-INTEGRITY missing or wrong.
    public var badIntegrity = 0
    /// An answer to a check that was not sent, or sent elsewhere.
    public var strayAnswers = 0
    /// What would have been more than `Limits.amplification` allows.
    public var overBudget = 0
    public var roleConflicts = 0
    public var unknownAttributes = 0
    /// Paths forgotten because there were `Limits.tuples` already.
    public var evicted = 0

    public init() {}

    /// Adds what another agent counted.
    public mutating func add(_ other: ICECounters) {
        answered &+= other.answered
        notICE &+= other.notICE
        badFingerprint &+= other.badFingerprint
        badUsername &+= other.badUsername
        badIntegrity &+= other.badIntegrity
        strayAnswers &+= other.strayAnswers
        overBudget &+= other.overBudget
        roleConflicts &+= other.roleConflicts
        unknownAttributes &+= other.unknownAttributes
        evicted &+= other.evicted
    }
}
