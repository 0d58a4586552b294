/// A moment on the monotonic clock: nanoseconds since an arbitrary start. Only the difference of two means anything.
///
/// Cores never read a clock: the shell that drives them passes the time in.
public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Nanoseconds since the clock's start.
    public var nanoseconds: UInt64

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The moment `duration` later; saturates instead of trapping.
    public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return Timestamp(nanoseconds: overflow ? .max : sum)
    }

    /// The time from `earlier` to `later`; zero when the clock did not move forward.
    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        guard later.nanoseconds > earlier.nanoseconds else { return .zero }
        return .nanoseconds(Int64(clamping: later.nanoseconds &- earlier.nanoseconds))
    }
}

extension Duration {
    /// Whole nanoseconds, zero for a negative duration, saturating at the top.
    public var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (scaled, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return .max }
        let (sum, overflowed) = scaled.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        return overflowed ? .max : sum
    }
}
