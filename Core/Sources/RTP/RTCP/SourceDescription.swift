public import Units

/// One item of a source description (RFC 3550 §6.5): CNAME and the like.
public struct SourceItem: Hashable, Sendable {
    /// The item that names a participant, the same for all of its streams.
    public static let cname: UInt8 = 1

    public let ssrc: SSRC
    public let type: UInt8
    /// Where the text stands, 0 to 255 bytes of UTF-8 nobody has checked.
    public let text: Range<Int>
}

/// Walks over the items of an SDES block (RFC 3550 §6.5).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                             SSRC                              |  a chunk, ends with a zero byte and padding
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |    CNAME=1    |     length    | text …
/// ```
public struct SourceItems: Sendable, BitwiseCopyable {
    private let start: Int
    private let end: Int
    private var offset: Int
    private var chunksLeft: UInt8
    private var ssrc: SSRC?

    /// Nil when the block is no SDES.
    public init?(_ block: RTCPBlock) {
        guard block.type == .sourceDescription else { return nil }
        start = block.content.lowerBound
        end = block.content.upperBound
        offset = start
        chunksLeft = block.count
    }

    /// The next item; nil after the last, or where the block is not sound.
    public mutating func next(in bytes: Span<UInt8>) -> SourceItem? {
        guard end <= bytes.count else { return nil }
        while true {
            guard let source = ssrc else {
                guard chunksLeft > 0, offset &+ 4 <= end else { return nil }
                chunksLeft &-= 1
                ssrc = SSRC(bytes.uint32(at: offset))
                offset &+= 4
                continue
            }
            guard offset < end else { return nil }
            guard bytes[offset] != 0 else {
                // The chunk ends; the next one starts at a word, and at least one zero byte is there.
                offset = start &+ ((offset &- start) / 4 &+ 1) &* 4
                ssrc = nil
                continue
            }
            guard offset &+ 2 <= end, offset &+ 2 &+ Int(bytes[offset &+ 1]) <= end else {
                chunksLeft = 0
                offset = end
                return nil
            }
            let text = (offset &+ 2)..<(offset &+ 2 &+ Int(bytes[offset &+ 1]))
            let type = bytes[offset]
            offset = text.upperBound
            return SourceItem(ssrc: source, type: type, text: text)
        }
    }
}

/// Walks over the sources that say BYE (RFC 3550 §6.6). The reason is not read.
public struct LeavingSources: Sendable, BitwiseCopyable {
    private var offset: Int
    private let end: Int

    /// Nil when the block is no BYE, or shorter than its count of sources says.
    public init?(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        guard block.type == .goodbye, block.has(4 &* Int(block.count), in: bytes) else { return nil }
        offset = block.content.lowerBound
        end = offset &+ 4 &* Int(block.count)
    }

    /// The next source; nil after the last.
    public mutating func next(in bytes: Span<UInt8>) -> SSRC? {
        guard offset < end, end <= bytes.count else { return nil }
        defer { offset &+= 4 }
        return SSRC(bytes.uint32(at: offset))
    }
}
