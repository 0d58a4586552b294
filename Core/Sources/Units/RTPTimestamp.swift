/// When a media sample was taken, on the clock of its codec (RFC 3550 §5.1): 90 kHz for video, 48 kHz for Opus.
///
/// It starts at random and wraps, so two of them have a distance but no order.
public struct RTPTimestamp: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public init(_ value: UInt32) { rawValue = value }

    /// The moment `ticks` later, or earlier when that is negative.
    public static func + (moment: RTPTimestamp, ticks: Int) -> RTPTimestamp {
        RTPTimestamp(moment.rawValue &+ UInt32(truncatingIfNeeded: ticks))
    }

    /// Ticks from `earlier` to `later` on the shorter way round.
    public static func - (later: RTPTimestamp, earlier: RTPTimestamp) -> Int {
        Int(Int32(bitPattern: later.rawValue &- earlier.rawValue))
    }

    /// Whether this one follows `other`, on the shorter way round.
    public func isAfter(_ other: RTPTimestamp) -> Bool { self - other > 0 }
}
