import Units

/// How much one publisher may send: a token bucket that keeps the moment at which all bytes so far would have passed at
/// the rate (the generic cell rate algorithm of ITU-T I.371).
struct Policer: BitwiseCopyable, Sendable {
    /// Sixteenths of a nanosecond.
    private var passed: UInt64 = 0

    private static let cost = 16_000_000_000 / Limits.bytesPerSecond
    private static let burst = Limits.burst.wholeNanoseconds << 4

    mutating func take(_ count: Int, at now: Timestamp) -> Bool {
        let now = now.nanoseconds &<< 4
        let next = max(passed, now) &+ UInt64(truncatingIfNeeded: count) &* Self.cost
        guard next <= now &+ Self.burst else { return false }
        passed = next
        return true
    }
}
