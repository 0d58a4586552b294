/// Writes big-endian integers into room that the caller has. It never grows the room.
///
/// What does not fit is not written and remembered: ask `count` once at the end instead of checking every call.
/// Like `ByteReader` it keeps only a position; give it the same room every time.
public struct ByteWriter: Hashable, Sendable {
    private var offset = 0
    private var overflowed = false

    public init() {}

    /// Bytes written so far; nil when something did not fit.
    public var count: Int? { overflowed ? nil : offset }

    public mutating func write(_ value: UInt8, to room: inout MutableSpan<UInt8>) {
        writeBigEndian(UInt64(value), count: 1, to: &room)
    }

    public mutating func write(_ value: UInt16, to room: inout MutableSpan<UInt8>) {
        writeBigEndian(UInt64(value), count: 2, to: &room)
    }

    public mutating func write(_ value: UInt32, to room: inout MutableSpan<UInt8>) {
        writeBigEndian(UInt64(value), count: 4, to: &room)
    }

    public mutating func write(_ value: UInt64, to room: inout MutableSpan<UInt8>) {
        writeBigEndian(value, count: 8, to: &room)
    }

    /// Copies a range of other bytes.
    public mutating func write(_ bytes: Span<UInt8>, to room: inout MutableSpan<UInt8>) {
        guard !overflowed, bytes.count <= room.count &- offset else {
            overflowed = true
            return
        }
        for index in bytes.indices { room[offset &+ index] = bytes[index] }
        offset &+= bytes.count
    }

    /// Writes zeros until the count is a multiple of `alignment`. Never leaves old bytes in the gap.
    public mutating func pad(to alignment: Int, in room: inout MutableSpan<UInt8>) {
        while !overflowed, offset % alignment != 0 { write(UInt8(0), to: &room) }
    }

    /// Puts a value over two bytes that were written before; does nothing when they were not.
    public func overwrite(_ value: UInt16, at index: Int, in room: inout MutableSpan<UInt8>) {
        guard index >= 0, index &+ 2 <= offset, offset <= room.count else { return }
        room[index] = UInt8(truncatingIfNeeded: value >> 8)
        room[index &+ 1] = UInt8(truncatingIfNeeded: value)
    }

    private mutating func writeBigEndian(_ value: UInt64, count: Int, to room: inout MutableSpan<UInt8>) {
        guard !overflowed, count <= room.count &- offset else {
            overflowed = true
            return
        }
        for index in 0..<count {
            let shift = 8 &* (count &- 1 &- index)
            room[offset &+ index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
        }
        offset &+= count
    }
}
