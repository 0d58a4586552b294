/// Reads big-endian integers from bytes that a peer sent. Every read is checked; nothing is copied.
///
/// It keeps only a position and is given the bytes at each call, so it can be stored and copied where a span cannot.
/// Give it the same bytes every time. Inlinable, because every packet is read with it.
public struct ByteReader: Hashable, Sendable {
    @usableFromInline var position: Int
    /// Index behind the last byte it may read.
    public let end: Int

    /// Index of the next byte.
    @inlinable public var offset: Int { position }

    /// Reads all of `bytes`.
    @inlinable public init(_ bytes: Span<UInt8>) {
        position = 0
        end = bytes.count
    }

    /// Reads a part of the bytes, for example an attribute's value.
    @inlinable public init(_ range: Range<Int>) {
        position = max(range.lowerBound, 0)
        end = max(range.upperBound, position)
    }

    /// How many bytes are left.
    @inlinable public var remaining: Int { end &- position }

    /// Passes `count` bytes and says where they are; nil, without moving, when there are fewer.
    @inlinable public mutating func skip(_ count: Int) -> Range<Int>? {
        guard count >= 0, count <= remaining else { return nil }
        let start = position
        position &+= count
        return start..<position
    }

    /// The next byte; nil at the end.
    @inlinable public mutating func readUInt8(_ bytes: Span<UInt8>) -> UInt8? {
        readBigEndian(bytes, count: 1).map { UInt8(truncatingIfNeeded: $0) }
    }

    /// The next two bytes; nil, without moving, when there are fewer.
    @inlinable public mutating func readUInt16(_ bytes: Span<UInt8>) -> UInt16? {
        readBigEndian(bytes, count: 2).map { UInt16(truncatingIfNeeded: $0) }
    }

    /// The next four bytes; nil, without moving, when there are fewer.
    @inlinable public mutating func readUInt32(_ bytes: Span<UInt8>) -> UInt32? {
        readBigEndian(bytes, count: 4).map { UInt32(truncatingIfNeeded: $0) }
    }

    /// The next eight bytes; nil, without moving, when there are fewer.
    @inlinable public mutating func readUInt64(_ bytes: Span<UInt8>) -> UInt64? {
        readBigEndian(bytes, count: 8)
    }

    @inlinable mutating func readBigEndian(_ bytes: Span<UInt8>, count: Int) -> UInt64? {
        guard count <= remaining, end <= bytes.count else { return nil }
        var value: UInt64 = 0
        for index in position..<(position &+ count) { value = value << 8 | UInt64(bytes[index]) }
        position &+= count
        return value
    }
}
