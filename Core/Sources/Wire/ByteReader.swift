/// Reads big-endian integers from bytes that a peer sent. Every read is checked; nothing is copied.
///
/// It keeps only a position and is given the bytes at each call, so it can be stored and copied where a span cannot.
/// Give it the same bytes every time.
public struct ByteReader: Hashable, Sendable {
    /// Index of the next byte.
    public private(set) var offset: Int
    /// Index behind the last byte it may read.
    public let end: Int

    /// Reads all of `bytes`.
    public init(_ bytes: Span<UInt8>) {
        offset = 0
        end = bytes.count
    }

    /// Reads a part of the bytes, for example an attribute's value.
    public init(_ range: Range<Int>) {
        offset = max(range.lowerBound, 0)
        end = max(range.upperBound, offset)
    }

    /// How many bytes are left.
    public var remaining: Int { end &- offset }

    /// Passes `count` bytes and says where they are; nil, without moving, when there are fewer.
    public mutating func skip(_ count: Int) -> Range<Int>? {
        guard count >= 0, count <= remaining else { return nil }
        let start = offset
        offset &+= count
        return start..<offset
    }

    /// The next byte; nil at the end.
    public mutating func readUInt8(_ bytes: Span<UInt8>) -> UInt8? {
        readBigEndian(bytes, count: 1).map { UInt8(truncatingIfNeeded: $0) }
    }

    /// The next two bytes; nil, without moving, when there are fewer.
    public mutating func readUInt16(_ bytes: Span<UInt8>) -> UInt16? {
        readBigEndian(bytes, count: 2).map { UInt16(truncatingIfNeeded: $0) }
    }

    /// The next four bytes; nil, without moving, when there are fewer.
    public mutating func readUInt32(_ bytes: Span<UInt8>) -> UInt32? {
        readBigEndian(bytes, count: 4).map { UInt32(truncatingIfNeeded: $0) }
    }

    /// The next eight bytes; nil, without moving, when there are fewer.
    public mutating func readUInt64(_ bytes: Span<UInt8>) -> UInt64? {
        readBigEndian(bytes, count: 8)
    }

    private mutating func readBigEndian(_ bytes: Span<UInt8>, count: Int) -> UInt64? {
        guard count <= remaining, end <= bytes.count else { return nil }
        var value: UInt64 = 0
        for index in offset..<(offset &+ count) { value = value << 8 | UInt64(bytes[index]) }
        offset &+= count
        return value
    }
}
