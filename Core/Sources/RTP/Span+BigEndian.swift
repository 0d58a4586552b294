// Fixed positions that a length check has covered are read and written with these; what has to be walked, with
// ByteReader. Every subscript is bounds-checked all the same.

extension Span<UInt8> {
    @inline(__always)
    package func uint16(at index: Int) -> UInt16 { UInt16(self[index]) << 8 | UInt16(self[index &+ 1]) }

    @inline(__always)
    package func uint24(at index: Int) -> UInt32 {
        UInt32(self[index]) << 16 | UInt32(self[index &+ 1]) << 8 | UInt32(self[index &+ 2])
    }

    @inline(__always)
    package func uint32(at index: Int) -> UInt32 {
        UInt32(self[index]) << 24 | UInt32(self[index &+ 1]) << 16 | UInt32(self[index &+ 2]) << 8
            | UInt32(self[index &+ 3])
    }

    @inline(__always)
    package func uint64(at index: Int) -> UInt64 { UInt64(uint32(at: index)) << 32 | UInt64(uint32(at: index &+ 4)) }
}

extension MutableSpan<UInt8> {
    @inline(__always)
    package mutating func set(_ value: UInt16, at index: Int) {
        self[index] = UInt8(truncatingIfNeeded: value >> 8)
        self[index &+ 1] = UInt8(truncatingIfNeeded: value)
    }

    @inline(__always)
    package mutating func set(_ value: UInt32, at index: Int) {
        self[index] = UInt8(truncatingIfNeeded: value >> 24)
        self[index &+ 1] = UInt8(truncatingIfNeeded: value >> 16)
        self[index &+ 2] = UInt8(truncatingIfNeeded: value >> 8)
        self[index &+ 3] = UInt8(truncatingIfNeeded: value)
    }
}
