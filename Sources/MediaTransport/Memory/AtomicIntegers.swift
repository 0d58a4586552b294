import Glibc
import Synchronization

/// A fixed number of atomic integers, zero at first. Pages that nobody wrote take no memory.
// SAFETY: the pointer never changes, and what it points to is touched by atomic operations only.
@safe final class AtomicIntegers: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    init(count: Int) {
        precondition(count > 0, "no integers")
        self.count = count
        // Zeroed memory is an atomic that holds zero; calloc leaves large blocks untouched.
        guard let memory = unsafe calloc(count, MemoryLayout<Atomic<UInt64>>.stride) else {
            preconditionFailure("no memory")
        }
        unsafe base = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    }

    deinit { unsafe free(base) }

    func load(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "index outside the table")
        return unsafe base[index].load(ordering: .acquiring)
    }

    func store(_ index: Int, _ value: UInt64) {
        precondition(index >= 0 && index < count, "index outside the table")
        unsafe base[index].store(value, ordering: .releasing)
    }
}
