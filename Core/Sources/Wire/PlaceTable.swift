/// Places for values that cannot be copied, each named by an index that does not change while the place is taken.
///
/// Grows by doubling up to its limit, and only in `insert`. A value is read and changed where it stands.
@safe
public struct PlaceTable<Element: ~Copyable>: ~Copyable {
    @usableFromInline var elements: UnsafeMutablePointer<Element>
    /// What a place is: `taken`, or the next free place, or `none` behind the last.
    @usableFromInline var links: FlatArray<Int32>
    private var firstFree: Int32
    /// Places taken.
    public private(set) var count = 0
    public let limit: Int

    @usableFromInline static var taken: Int32 { -2 }
    private static var none: Int32 { -1 }

    /// At most `limit` values.
    public init(limit: Int) {
        self.limit = max(limit, 0)
        unsafe elements = .allocate(capacity: 0)
        links = FlatArray(repeating: Self.none, count: 0)
        firstFree = Self.none
    }

    deinit {
        for index in 0..<links.count where links[index] == Self.taken {
            unsafe (elements + index).deinitialize(count: 1)
        }
        unsafe elements.deallocate()
    }

    /// All places, taken or not.
    @inlinable public var indices: Range<Int> { 0..<links.count }

    /// Whether a place is taken; false for what is no place.
    @inlinable public func contains(_ index: Int) -> Bool {
        index >= 0 && index < links.count && links[index] == Self.taken
    }

    /// The value in a place that is taken.
    @inlinable public subscript(index: Int) -> Element {
        @_transparent
        unsafeAddress {
            precondition(contains(index), "a place that is free")
            return unsafe UnsafePointer(elements + index)
        }
        @_transparent
        unsafeMutableAddress {
            precondition(contains(index), "a place that is free")
            return unsafe elements + index
        }
    }

    /// Puts a value into a free place. Nil, and the value is gone, when all are taken.
    public mutating func insert(_ element: consuming Element) -> Int? {
        if firstFree == Self.none { grow() }
        guard firstFree != Self.none else { return nil }
        let index = Int(firstFree)
        firstFree = links[index]
        links[index] = Self.taken
        unsafe (elements + index).initialize(to: element)
        count &+= 1
        return index
    }

    /// Ends the value in a place that is taken and frees the place.
    public mutating func remove(_ index: Int) {
        guard contains(index) else { return }
        unsafe (elements + index).deinitialize(count: 1)
        links[index] = firstFree
        firstFree = Int32(truncatingIfNeeded: index)
        count &-= 1
    }

    private mutating func grow() {
        let old = links.count
        let new = min(max(8, old &* 2), limit)
        guard new > old else { return }
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: new)
        for index in 0..<old where links[index] == Self.taken {
            unsafe (larger + index).moveInitialize(from: elements + index, count: 1)
        }
        unsafe elements.deallocate()
        unsafe elements = larger
        links.grow(to: new, with: Self.none)
        for index in (old..<new).reversed() {
            links[index] = firstFree
            firstFree = Int32(truncatingIfNeeded: index)
        }
    }
}

// SAFETY: the pointer is private to the value, which cannot be copied; who has the value is its only user.
extension PlaceTable: @unchecked Sendable where Element: ~Copyable & Sendable {}
