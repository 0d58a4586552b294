import Dispatch
import Foundation
import Meeting
import Units

/// The machine's clocks: the only place of the control plane where time is read.
struct SystemClock: Sendable {
    /// Now, by the monotonic and by the wall clock.
    var moment: Moment {
        Moment(
            now: Timestamp(nanoseconds: DispatchTime.now().uptimeNanoseconds),
            wall: UnixMilliseconds(Date().timeIntervalSince1970 * 1_000)
        )
    }
}
