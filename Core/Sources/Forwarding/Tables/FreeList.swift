import Wire

/// Hands out the places of a table that is kept beside it. The last one given back is the first taken, while it is warm.
struct FreeList: ~Copyable, Sendable {
    private var freed = FlatArray<Int32>(repeating: 0, count: 8)
    private var freedCount = 0
    /// One more than the highest place ever taken: how long the table has to be.
    private(set) var end = 0

    var isEmpty: Bool { freedCount == 0 }

    /// A place. The caller makes sure that the table is as long as `end`.
    mutating func take() -> Int {
        if freedCount > 0 {
            freedCount &-= 1
            return Int(freed[freedCount])
        }
        end &+= 1
        if freed.count < end { freed.grow(to: end &* 2, with: 0) }
        return end &- 1
    }

    /// Makes one more place, and keeps it free.
    mutating func grow() -> Int {
        end &+= 1
        if freed.count < end { freed.grow(to: end &* 2, with: 0) }
        give(end &- 1)
        return end &- 1
    }

    /// A place that was given back; nil when there is none. For the packet path, where no table may grow.
    mutating func takeFreed() -> Int? { freedCount > 0 ? take() : nil }

    mutating func give(_ place: Int) {
        guard freedCount < freed.count else { return }
        freed[freedCount] = Int32(truncatingIfNeeded: place)
        freedCount &+= 1
    }
}
