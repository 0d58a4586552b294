import Glibc

/// A moment as log lines write it: `2026-11-22T15:41:59.123Z`.
struct LogTime: Equatable, Sendable {
    /// Milliseconds since 1970.
    var unixMilliseconds: Int64

    /// The wall clock.
    static func now() -> LogTime {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(unixMilliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Date and time in UTC.
    var full: String {
        let (year, month, day) = civil
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))T\(clock)Z"
    }

    /// The time of day in UTC.
    var clock: String {
        let ofDay = Self.floorModulo(unixMilliseconds, 86_400_000)
        let (seconds, milliseconds) = ofDay.quotientAndRemainder(dividingBy: 1000)
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return "\(Self.padded(hours, 2)):\(Self.padded(minutes, 2)):\(Self.padded(seconds % 60, 2))"
            + ".\(Self.padded(milliseconds, 3))"
    }

    /// Days since 1970 to year, month and day in the Gregorian calendar, counting years from March.
    private var civil: (year: Int64, month: Int64, day: Int64) {
        let days = (unixMilliseconds - Self.floorModulo(unixMilliseconds, 86_400_000)) / 86_400_000 + 719_468
        let dayOfEra = Self.floorModulo(days, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + (days - dayOfEra) / 146_097 * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
