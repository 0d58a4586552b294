public import Units

/// Counts what each source got, so that a forged source address does not turn the server against whoever owns it.
///
/// A fixed table, four places for each hash. A source is an IPv4 address or the /64 of an IPv6 one; its second starts
/// with its first request. When the four places are taken by sources of this very second, a new one gets nothing: only a
/// flood from thousands of addresses fills them, and then silence is the answer. Nothing is allocated after `init`.
public struct ReplyBudget: Sendable {
    private struct Entry {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// Start of the source's second in milliseconds, made odd; zero for a free place.
        var start: UInt32 = 0
        var count: UInt8 = 0
    }

    private static let ways = 4
    private var entries: [Entry]
    private let seed: UInt64

    /// `seed` is random, so that nobody can choose addresses that meet in one place. `sources` is rounded to a power of two.
    public init(seed: UInt64, sources: Int) {
        self.seed = seed
        var size = Self.ways
        while size < sources, size < 1 << 24 { size *= 2 }
        entries = Array(repeating: Entry(), count: size)
    }

    /// Whether one more answer may go to `address`; if so it is counted.
    public mutating func allows(_ address: IPAddress, now: Timestamp) -> Bool {
        let low = address.v4 == nil ? 0 : address.low
        let time = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000) | 1
        let first = bucket(address.high, low)
        var free: Int?
        for index in first..<(first &+ Self.ways) {
            let isOver = entries[index].start == 0 || time &- entries[index].start >= 1_000
            if !isOver, entries[index].high == address.high, entries[index].low == low {
                guard entries[index].count < Limits.answersPerSecond else { return false }
                entries[index].count &+= 1
                return true
            }
            if isOver, free == nil { free = index }
        }
        guard let free else { return false }
        entries[free] = Entry(high: address.high, low: low, start: time, count: 1)
        return true
    }

    /// Index of the first of the four places.
    private func bucket(_ high: UInt64, _ low: UInt64) -> Int {
        var hash = (high ^ seed) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ hash >> 32 ^ low) &* 0xD6E8_FEB8_6659_FD93
        hash = (hash ^ hash >> 32 ^ seed) &* 0xD6E8_FEB8_6659_FD93
        hash ^= hash >> 32
        return Int(truncatingIfNeeded: hash & UInt64(entries.count / Self.ways &- 1)) &* Self.ways
    }
}
