/// Walks over the blocks of a redundant audio payload (RFC 2198 §3): older frames first, the primary one last.
///
/// ```
///  0                   1                    2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3  4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |F=1| block PT  |  timestamp offset (14)    | block length (10) |   for each redundant block
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |F=0| block PT  |   the primary block; then the data of all, in the same order
/// +-+-+-+-+-+-+-+-+
/// ```
public struct RedundantAudio: Sendable, BitwiseCopyable {
    public struct Block: Hashable, Sendable {
        public let payloadType: UInt8
        /// How much earlier than the packet's timestamp, 0 to 16,383.
        public let timestampOffset: Int
        public let data: Range<Int>
        public let isPrimary: Bool
    }

    /// 1 to `Limits.redundantBlocks`.
    public let count: Int
    private var header: Int
    private var data: Int
    private let end: Int
    private var index = 0

    /// Reads a payload. Nil when a header or a block goes beyond its end, or there are more than
    /// `Limits.redundantBlocks`.
    public init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
        guard payload.lowerBound >= 0, payload.upperBound <= bytes.count else { return nil }
        var offset = payload.lowerBound
        var length = 0
        var count = 1
        while true {
            guard offset < payload.upperBound else { return nil }
            guard bytes[offset] & 0x80 != 0 else { break }
            guard offset &+ 4 <= payload.upperBound, count < Limits.redundantBlocks else { return nil }
            length &+= Int(bytes.uint16(at: offset &+ 2) & 0x3FF)
            offset &+= 4
            count &+= 1
        }
        guard offset &+ 1 &+ length <= payload.upperBound else { return nil }
        self.count = count
        header = payload.lowerBound
        data = offset &+ 1
        end = payload.upperBound
    }

    /// The next block; nil after the primary one.
    public mutating func next(in bytes: Span<UInt8>) -> Block? {
        guard index < count, end <= bytes.count else { return nil }
        index &+= 1
        let payloadType = bytes[header] & 0x7F
        let start = data
        guard index < count else {
            return Block(payloadType: payloadType, timestampOffset: 0, data: start..<end, isPrimary: true)
        }
        let fields = bytes.uint24(at: header &+ 1)
        data = start &+ Int(fields & 0x3FF)
        header &+= 4
        return Block(
            payloadType: payloadType,
            timestampOffset: Int(fields >> 10),
            data: start..<data,
            isPrimary: false
        )
    }

    /// The primary block, for receivers that did not ask for redundancy.
    public static func primary(_ payload: Range<Int>, in bytes: Span<UInt8>) -> Block? {
        guard var blocks = RedundantAudio(payload, in: bytes) else { return nil }
        var last: Block?
        while let block = blocks.next(in: bytes) { last = block }
        return last
    }
}
