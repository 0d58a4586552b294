/// An array of plain values that one thread owns: nothing is counted, nothing is copied on write, an index outside traps.
///
/// It is what the packet path reads and writes; an `Array` in its place would be checked for other owners at each change.
@safe struct PlainTable<Element: BitwiseCopyable>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    /// How many elements there are.
    private(set) var count: Int

    init(repeating element: Element, count: Int) {
        unsafe base = .allocate(capacity: max(count, 1))
        unsafe base.initialize(repeating: element, count: count)
        self.count = count
    }

    /// Elements made one by one.
    init(count: Int, _ element: (Int) -> Element) {
        unsafe base = .allocate(capacity: max(count, 1))
        for index in 0..<count { unsafe (base + index).initialize(to: element(index)) }
        self.count = count
    }

    deinit { unsafe base.deallocate() }

    /// Index of an element of this table: our own number, never a peer's.
    subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count, "index outside the table")
            return unsafe base[index]
        }
        _modify {
            precondition(index >= 0 && index < count, "index outside the table")
            yield unsafe &base[index]
        }
    }

    /// Makes the table larger. The only call that allocates; never made for a packet.
    mutating func grow(to larger: Int, repeating element: Element) {
        guard larger > count else { return }
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        unsafe moved.moveInitialize(from: base, count: count)
        unsafe (moved + count).initialize(repeating: element, count: larger - count)
        unsafe base.deallocate()
        unsafe base = moved
        count = larger
    }
}
