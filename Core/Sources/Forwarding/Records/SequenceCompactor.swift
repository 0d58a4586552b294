/// Numbers a stream's packets as if those that are left out had never been: padding leaves no gap that subscribers would
/// ask for.
///
/// Only the newest packet can be left out. What comes late gets the number that was free for it. Extended numbers
/// throughout; the map is one-to-one and keeps the order.
struct SequenceCompactor: BitwiseCopyable, Sendable {
    private static let kept = 32

    /// The last numbers left out, the one with count n at n modulo `kept`.
    private var skipped = InlineArray<32, Int64>(repeating: -1)
    private var count: Int64 = 0

    /// Leaves out a number that is higher than all others so far.
    mutating func skip(_ number: Int64) {
        skipped[Int(count) & (Self.kept &- 1)] = number
        count &+= 1
    }

    /// The number without those left out before it; nil when it lies too far back to tell, or was left out itself.
    func compact(_ number: Int64) -> Int64? {
        var before = count
        let oldest = max(0, count &- Int64(Self.kept))
        while before > oldest {
            let last = skipped[Int(before &- 1) & (Self.kept &- 1)]
            if last == number { return nil }
            if last < number { return number &- before }
            before &-= 1
        }
        return before == 0 ? number : nil
    }
}
