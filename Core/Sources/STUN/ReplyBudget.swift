public import Units

/// Counts what each source got, so that a forged source address does not turn the server against whoever owns it.
///
/// A fixed table, four places for each hash. A source is an IPv4 address or the /64 of an IPv6 one; its second starts
/// with its first request. An address from which somebody has sent back a nonce is no forgery: for ten minutes it gets
/// more, because whole schools sit behind one address. When the four places are taken by sources of this very second, a new
/// one gets nothing: only a flood from thousands of addresses fills them, and then silence is the answer. Nothing is allocated
/// after `init`.
public struct ReplyBudget: Sendable {
    private struct Entry {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// Start of the source's second in milliseconds, made odd; zero for a free place.
        var start: UInt32 = 0
        /// When somebody vouched for the source, in milliseconds, made odd; zero when nobody did.
        var vouched: UInt32 = 0
        var count: UInt8 = 0

        func isOver(at time: UInt32) -> Bool {
            let age = time &- start
            return start == 0 || (age >= 1_000 && !Self.isAhead(age))
        }

        func isVouchedFor(at time: UInt32) -> Bool {
            let age = time &- vouched
            return vouched != 0 && (age < Limits.vouchedMilliseconds || Self.isAhead(age))
        }

        /// Whether an age is negative: the threads that ask look at their clocks at different moments.
        private static func isAhead(_ age: UInt32) -> Bool { age > .max - 10_000 }
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
        let time = Self.milliseconds(now)
        guard let index = place(of: address, at: time) else { return false }
        if entries[index].isOver(at: time) {
            entries[index].start = time
            entries[index].count = 0
        }
        let isKnown = entries[index].isVouchedFor(at: time)
        guard entries[index].count < (isKnown ? Limits.vouchedAnswersPerSecond : Limits.answersPerSecond) else {
            return false
        }
        entries[index].count &+= 1
        return true
    }

    /// Somebody at `address` has shown that he receives what is sent there: for ten minutes it gets more answers.
    public mutating func vouch(for address: IPAddress, now: Timestamp) {
        let time = Self.milliseconds(now)
        guard let index = place(of: address, at: time) else { return }
        if entries[index].start == 0 { entries[index].start = time }
        entries[index].vouched = time
    }

    /// Odd, so that it is never zero.
    private static func milliseconds(_ now: Timestamp) -> UInt32 {
        UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000) | 1
    }

    /// The place that an address has or gets; nil when others of this second have all of its four. Two of four are kept for
    /// addresses that were vouched for: a flood of strangers does not drive them out.
    private mutating func place(of address: IPAddress, at time: UInt32) -> Int? {
        let low = address.v4 == nil ? 0 : address.low
        let first = bucket(address.high, low)
        var free: Int?
        var vouchedFree: Int?
        var vouchedCount = 0
        for index in first..<(first &+ Self.ways) {
            if entries[index].start != 0, entries[index].high == address.high, entries[index].low == low {
                return index
            }
            let isVouchedFor = entries[index].isVouchedFor(at: time)
            vouchedCount &+= isVouchedFor ? 1 : 0
            guard entries[index].isOver(at: time) else { continue }
            if isVouchedFor { vouchedFree = index } else { free = index }
        }
        if free == nil, vouchedCount > Self.ways / 2 { free = vouchedFree }
        if let free { entries[free] = Entry(high: address.high, low: low) }
        return free
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
