import Dispatch
import Glibc
import Meeting
import Units

/// The machine's clocks: the only place of the control plane where time is read.
struct SystemClock: Sendable {
    /// Now, by the monotonic and by the wall clock.
    var moment: Moment {
        var wall = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &wall)
        let milliseconds = UnixMilliseconds(wall.tv_sec) * 1_000 + UnixMilliseconds(wall.tv_nsec) / 1_000_000
        return Moment(now: Timestamp(nanoseconds: DispatchTime.now().uptimeNanoseconds), wall: milliseconds)
    }
}
