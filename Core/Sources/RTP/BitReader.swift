/// Reads fields of a few bits, most significant first, from bytes that a peer sent. Keeps only a position, like
/// ByteReader.
struct BitReader: Sendable, BitwiseCopyable {
    /// Index of the next bit.
    private(set) var offset: Int
    private let end: Int

    /// Reads all of `bytes`.
    init(_ bytes: Span<UInt8>) {
        offset = 0
        end = 8 &* bytes.count
    }

    /// Reads the bits of a range.
    init(_ bits: Range<Int>) {
        offset = bits.lowerBound
        end = bits.upperBound
    }

    var remaining: Int { end &- offset }

    /// The next `count` bits, 0 to 32 of them: f(n) of the AV1 specification. Nil at the end.
    mutating func read(_ count: Int, _ bytes: Span<UInt8>) -> UInt32? {
        guard count >= 0, count <= 32, count <= remaining, end <= 8 &* bytes.count else { return nil }
        var value: UInt64 = 0
        var left = count
        while left > 0 {
            let used = offset & 7
            let taken = min(8 &- used, left)
            let bits = UInt64(bytes[offset >> 3]) >> UInt64(8 &- used &- taken) & ((1 << UInt64(taken)) &- 1)
            value = value << UInt64(taken) | bits
            offset &+= taken
            left &-= taken
        }
        return UInt32(truncatingIfNeeded: value)
    }

    mutating func readFlag(_ bytes: Span<UInt8>) -> Bool? { read(1, bytes).map { $0 == 1 } }

    /// A number below `bound` in as few bits as it takes: ns(n) of the AV1 specification.
    mutating func readNonSymmetric(below bound: Int, _ bytes: Span<UInt8>) -> Int? {
        guard bound > 1 else { return bound == 1 ? 0 : nil }
        let width = Int.bitWidth &- bound.leadingZeroBitCount
        let short = (1 << width) &- bound
        guard let first = read(width &- 1, bytes) else { return nil }
        guard Int(first) >= short else { return Int(first) }
        guard let extra = read(1, bytes) else { return nil }
        return Int(first) << 1 &- short &+ Int(extra)
    }
}

/// Writes fields of a few bits. What does not fit is remembered, like ByteWriter does.
struct BitWriter: Sendable, BitwiseCopyable {
    private var offset = 0
    private var overflowed = false

    /// Bytes written, the last one filled with zeros; nil when something did not fit.
    var count: Int? { overflowed ? nil : (offset &+ 7) >> 3 }

    /// Writes the low `count` bits of a value, 0 to 32.
    mutating func write(_ value: UInt32, _ count: Int, to room: inout MutableSpan<UInt8>) {
        guard !overflowed, offset &+ count <= 8 &* room.count else {
            overflowed = true
            return
        }
        for index in 0..<count {
            if offset & 7 == 0 { room[offset >> 3] = 0 }
            let bit = UInt8(truncatingIfNeeded: value >> UInt32(count &- 1 &- index)) & 1
            room[offset >> 3] |= bit << UInt8(7 &- (offset & 7))
            offset &+= 1
        }
    }

    /// Copies a range of bits.
    mutating func copy(_ bits: Range<Int>, of bytes: Span<UInt8>, to room: inout MutableSpan<UInt8>) {
        var reader = BitReader(bits)
        while reader.remaining > 0 {
            let count = min(reader.remaining, 32)
            guard let value = reader.read(count, bytes) else {
                overflowed = true
                return
            }
            write(value, count, to: &room)
        }
    }
}
