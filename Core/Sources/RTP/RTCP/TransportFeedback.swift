public import Units

/// Transport-wide feedback: which packets of a transport arrived, and when
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|  FMT=15 |    PT=205     |           length              |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                     SSRC of packet sender                     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      SSRC of media source                     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      base sequence number     |      packet status count      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 reference time                | fb pkt. count |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          packet chunk         |         packet chunk          |
/// :                               :        recv delta …           :
/// ```
/// It exists only when every status has its chunk and every received packet its delta. Walks over the packets.
public struct TransportFeedback: Sendable, BitwiseCopyable {
    /// What happened to one packet.
    public struct Packet: Hashable, Sendable, BitwiseCopyable {
        public let number: SequenceNumber
        /// 250 µs each since the reference clock's zero; nil when the packet had not arrived. Compare it with others of
        /// the same feedback, or unwrap `referenceTime` first.
        public let arrival: Int64?
    }

    /// Ticks of 250 µs that make one step of the reference time, 64 ms.
    static let ticksPerReference: Int64 = 256

    public let sender: SSRC
    public let media: SSRC
    public let base: SequenceNumber
    /// 1 to `Limits.feedbackStatuses`.
    public let count: Int
    /// 64 ms each, 24 bits: it wraps every twelve days.
    public let referenceTime: UInt32
    /// Counts feedbacks, so that a lost one is noticed.
    public let feedbackCount: UInt8
    private var chunks: StatusChunks
    private var deltas: Int
    private let end: Int
    private var index = 0
    private var arrival: Int64

    /// Nil when the block is no such feedback, its lengths are not sound, it speaks of no packet or of more than
    /// `Limits.feedbackStatuses`, or has the reserved status.
    public init?(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        guard block.type == .transportFeedback, block.count == FeedbackFormat.transport, block.has(16, in: bytes) else {
            return nil
        }
        let start = block.content.lowerBound
        sender = SSRC(bytes.uint32(at: start))
        media = SSRC(bytes.uint32(at: start &+ 4))
        base = SequenceNumber(bytes.uint16(at: start &+ 8))
        count = Int(bytes.uint16(at: start &+ 10))
        referenceTime = bytes.uint24(at: start &+ 12)
        feedbackCount = bytes[start &+ 15]
        guard count > 0, count <= Limits.feedbackStatuses else { return nil }
        // 24 bits in two's complement, although nobody sends a negative one.
        arrival = Int64(Int32(bitPattern: referenceTime << 8) >> 8) &* Self.ticksPerReference
        end = block.content.upperBound
        chunks = StatusChunks(start &+ 16..<block.content.upperBound)
        var walk = chunks
        var deltaBytes = 0
        for _ in 0..<count {
            guard let status = walk.next(in: bytes), status != .reserved else { return nil }
            deltaBytes &+= Int(status.rawValue)
        }
        deltas = walk.offset
        guard deltas &+ deltaBytes <= end else { return nil }
    }

    /// The next packet, in the order of numbers; nil after the last.
    public mutating func next(in bytes: Span<UInt8>) -> Packet? {
        guard index < count, end <= bytes.count, let status = chunks.next(in: bytes) else { return nil }
        let number = base + index
        index &+= 1
        switch status {
        case .missing, .reserved: return Packet(number: number, arrival: nil)
        case .smallDelta:
            arrival &+= Int64(bytes[deltas])
            deltas &+= 1
        case .largeDelta:
            arrival &+= Int64(Int16(bitPattern: bytes.uint16(at: deltas)))
            deltas &+= 2
        }
        return Packet(number: number, arrival: arrival)
    }

    /// The reference time without wraps, in its 64 ms: the one nearest to that of the feedback before.
    public func referenceTime(near previous: Int64) -> Int64 {
        let difference = UInt32(truncatingIfNeeded: Int64(referenceTime) &- previous) & 0xFF_FFFF
        return previous &+ Int64(Int32(bitPattern: difference << 8) >> 8)
    }
}

/// What two bits say of a packet; the raw value is how many bytes its delta has.
enum PacketStatus: UInt8, Sendable, BitwiseCopyable {
    case missing
    case smallDelta
    case largeDelta
    case reserved
}

/// Walks over the statuses in the chunks (transport-wide-cc-extensions-01 §3.1.3, §3.1.4).
///
/// ```
///  0                   1            0                   1            0                   1
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-++-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-++-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |0| S |       run length        ||1|0|    14 × one bit          ||1|1|     7 × two bits          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-++-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-++-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
struct StatusChunks: Sendable, BitwiseCopyable {
    /// Where the next chunk stands.
    private(set) var offset: Int
    private let end: Int
    private var chunk: UInt16 = 0
    private var left = 0

    init(_ range: Range<Int>) {
        offset = range.lowerBound
        end = range.upperBound
    }

    mutating func next(in bytes: Span<UInt8>) -> PacketStatus? {
        while left == 0 {
            guard offset &+ 2 <= end else { return nil }
            chunk = bytes.uint16(at: offset)
            offset &+= 2
            if chunk & 0x8000 == 0 {
                left = Int(chunk & 0x1FFF)
            } else {
                left = chunk & 0x4000 == 0 ? 14 : 7
            }
        }
        left &-= 1
        if chunk & 0x8000 == 0 { return PacketStatus(rawValue: UInt8(chunk >> 13 & 3)) }
        if chunk & 0x4000 == 0 { return chunk >> UInt16(left) & 1 == 1 ? .smallDelta : .missing }
        return PacketStatus(rawValue: UInt8(chunk >> UInt16(2 &* left) & 3))
    }
}
