/// Wall-clock time as sender reports carry it (RFC 3550 §4): seconds since 1900 and their 2^32nd parts.
///
/// Only its differences are used here, to line up streams of one sender; the era may wrap.
public struct NTPTime: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// Seconds in the upper half, fractions in the lower.
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public init(_ value: UInt64) { rawValue = value }

    /// The middle 32 bits, which receiver reports send back as LSR (RFC 3550 §6.4.1).
    public var middle: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

    /// The time that lies `nanoseconds` after this one, or before when that is negative.
    public func advanced(byNanoseconds nanoseconds: Int64) -> NTPTime {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let fraction = Int64(truncatingIfNeeded: (rest << 32) / 1_000_000_000)
        return NTPTime(rawValue &+ UInt64(bitPattern: seconds << 32) &+ UInt64(bitPattern: fraction))
    }

    /// Nanoseconds from `earlier` to `later`; right for distances under 68 years.
    public static func - (later: NTPTime, earlier: NTPTime) -> Int64 {
        let difference = Int64(bitPattern: later.rawValue &- earlier.rawValue)
        let seconds = difference >> 32
        let fraction = difference & 0xFFFF_FFFF
        return seconds &* 1_000_000_000 &+ (fraction &* 1_000_000_000) >> 32
    }
}
