import Testing
import Units

@Suite("Timestamp")
struct TimestampTests {
    @Test("A moment plus a duration is later by it")
    func addition() {
        #expect(Timestamp(nanoseconds: 5) + .nanoseconds(7) == Timestamp(nanoseconds: 12))
        #expect(Timestamp(nanoseconds: 1) + .seconds(60) == Timestamp(nanoseconds: 60_000_000_001))
    }

    @Test("Addition saturates instead of trapping")
    func saturation() {
        #expect(Timestamp(nanoseconds: .max) + .nanoseconds(1) == Timestamp(nanoseconds: .max))
        #expect(Timestamp(nanoseconds: 1) + .seconds(Int64.max) == Timestamp(nanoseconds: .max))
    }

    @Test("A negative duration does not move a moment")
    func negative() {
        #expect(Timestamp(nanoseconds: 10) + .seconds(-1) == Timestamp(nanoseconds: 10))
        #expect(Duration.nanoseconds(-1).wholeNanoseconds == 0)
    }

    @Test("The time between two moments is zero when the clock did not go forward")
    func difference() {
        #expect(Timestamp(nanoseconds: 12) - Timestamp(nanoseconds: 5) == .nanoseconds(7))
        #expect(Timestamp(nanoseconds: 5) - Timestamp(nanoseconds: 12) == .zero)
    }

    @Test("The time between the two ends of the clock saturates")
    func farApart() {
        #expect(Timestamp(nanoseconds: .max) - Timestamp(nanoseconds: 0) == .nanoseconds(Int64.max))
    }

    @Test("Fractions of a nanosecond are cut off")
    func fractions() {
        #expect(Duration(secondsComponent: 1, attosecondsComponent: 1_999_999_999).wholeNanoseconds == 1_000_000_001)
    }
}
