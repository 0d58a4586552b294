extension MutableSpan<UInt8> {
    /// Puts a big-endian value at a place that the caller has made sure of; traps outside.
    @inlinable public mutating func write(_ value: UInt16, at index: Int) {
        self[index] = UInt8(truncatingIfNeeded: value >> 8)
        self[index &+ 1] = UInt8(truncatingIfNeeded: value)
    }

    /// The same with four bytes.
    @inlinable public mutating func write(_ value: UInt32, at index: Int) {
        write(UInt16(truncatingIfNeeded: value >> 16), at: index)
        write(UInt16(truncatingIfNeeded: value), at: index &+ 2)
    }

    /// The same with eight bytes.
    @inlinable public mutating func write(_ value: UInt64, at index: Int) {
        write(UInt32(truncatingIfNeeded: value >> 32), at: index)
        write(UInt32(truncatingIfNeeded: value), at: index &+ 4)
    }
}
