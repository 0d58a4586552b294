import Units

/// How many bytes may pass: a rate, and how much of it at once.
struct Bandwidth {
    /// Time that a byte takes, in sixteenths of a nanosecond.
    fileprivate let cost: UInt64
    /// How far ahead of the clock a meter may run, in the same unit.
    fileprivate let burst: UInt64

    init(bytesPerSecond: UInt64, burst: Duration) {
        cost = 16_000_000_000 / max(bytesPerSecond, 1)
        self.burst = burst.wholeNanoseconds &<< 4
    }
}

/// A token bucket in eight bytes and without a division: it keeps the moment at which all bytes so far would have passed at
/// the rate (the generic cell rate algorithm of ITU-T I.371).
struct BandwidthMeter: BitwiseCopyable {
    /// Sixteenths of a nanosecond: 36 years of them fit.
    private var passed: UInt64 = 0

    /// Whether `count` more bytes may pass now, headers of IP and UDP added; if so they are counted.
    mutating func take(_ count: Int, _ bandwidth: Bandwidth, at now: Timestamp) -> Bool {
        let now = now.nanoseconds &<< 4
        let next = max(passed, now) &+ UInt64(truncatingIfNeeded: count &+ 28) &* bandwidth.cost
        guard next <= now &+ bandwidth.burst else { return false }
        passed = next
        return true
    }
}
