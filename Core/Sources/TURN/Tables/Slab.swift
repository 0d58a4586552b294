import Wire

/// What a `Slab` holds. `next` links free places, and is the owner's while a place is taken.
protocol SlabElement: BitwiseCopyable {
    static var empty: Self { get }
    var next: UInt32 { get set }
}

/// Places for values that are named by their index, which does not change while the place is taken.
/// Grows by doubling up to its limit, and only in `take`.
struct Slab<Element: SlabElement>: ~Copyable {
    /// No index.
    static var none: UInt32 { .max }

    private var elements = FlatArray<Element>(repeating: .empty, count: 16)
    private var free = Slab.none
    private let limit: Int
    /// Places taken.
    private(set) var count = 0
    /// One more than the highest index ever taken.
    private(set) var end = 0

    init(limit: Int) { self.limit = limit }

    subscript(index: Int) -> Element {
        _read { yield elements[index] }
        _modify { yield &elements[index] }
    }

    /// A place, with whatever its last owner left in it; nil when `limit` are taken.
    mutating func take() -> Int? {
        guard count < limit else { return nil }
        count &+= 1
        if free != Self.none {
            let index = Int(free)
            free = elements[index].next
            return index
        }
        if end == elements.count { elements.grow(to: min(elements.count &* 2, max(limit, 16)), with: .empty) }
        end &+= 1
        return end &- 1
    }

    mutating func give(_ index: Int) {
        elements[index].next = free
        free = UInt32(truncatingIfNeeded: index)
        count &-= 1
    }
}
