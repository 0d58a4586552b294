import Units

/// One outstanding request for a key frame per source: whoever wants one passes this gate (T-RTCP-1).
struct KeyFrameGate: BitwiseCopyable, Sendable {
    private(set) var isWanted = false
    /// When the source was last asked; nil for never.
    private(set) var asked: Timestamp?
    /// Number of the last FIR command (RFC 5104 §4.3.1).
    private(set) var command: UInt8 = 0

    mutating func want() { isWanted = true }

    /// A key frame begins, or nobody wants one any more.
    mutating func settle() { isWanted = false }

    /// When the source is to be asked next; nil when nothing is wanted.
    func due(roundTrip: Duration, at now: Timestamp) -> Timestamp? {
        guard isWanted else { return nil }
        guard let asked else { return now }
        return asked + max(Limits.keyFrameInterval, roundTrip)
    }

    /// The request leaves.
    mutating func ask(at now: Timestamp) {
        asked = now
        command &+= 1
    }
}
