internal import Units

/// How often something may happen: `burst` at once, then `perSecond`. Takes the time from its caller.
struct TokenBucket: Equatable, Sendable {
    struct Rate: Equatable, Sendable {
        let burst: Double
        let perSecond: Double
    }

    private let rate: Rate
    private var tokens: Double
    private var last: Timestamp?

    init(_ rate: Rate) {
        self.rate = rate
        tokens = rate.burst
    }

    /// True when one more is within the rate, and takes it.
    mutating func take(now: Timestamp) -> Bool {
        if let last {
            let seconds = Double((now - last).wholeNanoseconds) / 1e9
            tokens = min(rate.burst, tokens + seconds * rate.perSecond)
        }
        last = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
