/// Room for plain values that one owner has: no reference count, no copy, and a checked index.
///
/// The tables of the packet path are made of it, where an `Array` inside a larger value costs a retain and a release at
/// every look. It grows only when told to.
@safe
public struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline let storage: UnsafeMutableBufferPointer<Element>

    /// `count` times the same value.
    public init(repeating value: Element, count: Int) {
        unsafe storage = .allocate(capacity: max(count, 0))
        unsafe storage.initialize(repeating: value)
    }

    deinit { unsafe storage.deallocate() }

    @inlinable public var count: Int { unsafe storage.count }

    /// The element at an index, which is always checked: an index comes from a table that a peer fills.
    @inlinable public subscript(index: Int) -> Element {
        @_transparent
        unsafeAddress {
            precondition(unsafe index >= 0 && index < storage.count, "an index outside a table")
            return unsafe UnsafePointer(storage.baseAddress.unsafelyUnwrapped + index)
        }
        @_transparent
        unsafeMutableAddress {
            precondition(unsafe index >= 0 && index < storage.count, "an index outside a table")
            return unsafe storage.baseAddress.unsafelyUnwrapped + index
        }
    }

    /// The same elements, and `value` behind them until there are `count`.
    public mutating func grow(to count: Int, with value: Element) {
        guard count > self.count else { return }
        let larger = FlatArray(repeating: value, count: count)
        for index in 0..<self.count { unsafe larger.storage[index] = storage[index] }
        self = larger
    }
}

// SAFETY: the pointer is private to the value, which cannot be copied; who has the value is its only user.
extension FlatArray: @unchecked Sendable where Element: Sendable {}
