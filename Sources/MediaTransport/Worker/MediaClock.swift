import Glibc
import Units

/// The clocks a worker reads, once a round. Tests give their own.
struct MediaClock: Sendable {
    /// Monotonic time.
    var now: @Sendable () -> Timestamp
    /// Unix time in seconds.
    var wall: @Sendable () -> UInt64

    static let system = MediaClock(
        now: { Timestamp(nanoseconds: read(CLOCK_MONOTONIC)) },
        wall: { read(CLOCK_REALTIME) / 1_000_000_000 }
    )

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}
