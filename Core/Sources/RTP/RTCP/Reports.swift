public import Units

/// What a receiver says about one stream (RFC 3550 §6.4.1).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                            SSRC                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | fraction lost |       cumulative number of packets lost       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           extended highest sequence number received           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      interarrival jitter                      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         last SR (LSR)                         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                   delay since last SR (DLSR)                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
public struct ReportBlock: Hashable, Sendable, BitwiseCopyable {
    static let length = 24

    /// The stream the report is about.
    public var ssrc: SSRC
    /// 256ths of the packets expected since the last report.
    public var fractionLost: UInt8
    /// 24 bits with sign: negative when more came than were expected (duplicates).
    public var cumulativeLost: Int32
    /// Turns of the sequence number in the upper half.
    public var highestSequence: UInt32
    /// Of the stream's clock.
    public var jitter: UInt32
    /// The middle 32 bits of the last sender report's time; 0 when none came.
    public var lastReport: UInt32
    /// 1/65,536 s from that report's arrival to this one.
    public var delay: UInt32

    public init(
        ssrc: SSRC,
        fractionLost: UInt8,
        cumulativeLost: Int32,
        highestSequence: UInt32,
        jitter: UInt32,
        lastReport: UInt32,
        delay: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = max(min(cumulativeLost, 0x7F_FFFF), -0x80_0000)
        self.highestSequence = highestSequence
        self.jitter = jitter
        self.lastReport = lastReport
        self.delay = delay
    }

    /// `offset` has 24 bytes behind it.
    init(at offset: Int, in bytes: Span<UInt8>) {
        ssrc = SSRC(bytes.uint32(at: offset))
        fractionLost = bytes[offset &+ 4]
        cumulativeLost = Int32(bitPattern: bytes.uint24(at: offset &+ 5) << 8) >> 8
        highestSequence = bytes.uint32(at: offset &+ 8)
        jitter = bytes.uint32(at: offset &+ 12)
        lastReport = bytes.uint32(at: offset &+ 16)
        delay = bytes.uint32(at: offset &+ 20)
    }
}

/// Walks over the report blocks of an SR or RR.
public struct ReportBlocks: Sendable, BitwiseCopyable {
    private var offset: Int
    private let end: Int

    init(at offset: Int, count: UInt8) {
        self.offset = offset
        end = offset &+ ReportBlock.length &* Int(count)
    }

    /// The next report; nil after the last.
    public mutating func next(in bytes: Span<UInt8>) -> ReportBlock? {
        guard offset < end, end <= bytes.count else { return nil }
        defer { offset &+= ReportBlock.length }
        return ReportBlock(at: offset, in: bytes)
    }
}

/// SR: what a sender says about a stream it sends (RFC 3550 §6.4.1), and about those it receives.
public struct SenderReport: Hashable, Sendable, BitwiseCopyable {
    public var ssrc: SSRC
    /// When the report was made, on the sender's wall clock.
    public var time: NTPTime
    /// The same moment on the stream's clock: with `time`, what lines up audio and video.
    public var timestamp: RTPTimestamp
    public var packets: UInt32
    /// Bytes of payload.
    public var octets: UInt32

    public init(ssrc: SSRC, time: NTPTime, timestamp: RTPTimestamp, packets: UInt32, octets: UInt32) {
        self.ssrc = ssrc
        self.time = time
        self.timestamp = timestamp
        self.packets = packets
        self.octets = octets
    }

    /// Nil when the block is no SR, or shorter than its count of reports says.
    public init?(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        guard block.type == .senderReport, block.has(24 &+ ReportBlock.length &* Int(block.count), in: bytes) else {
            return nil
        }
        let start = block.content.lowerBound
        ssrc = SSRC(bytes.uint32(at: start))
        time = NTPTime(bytes.uint64(at: start &+ 4))
        timestamp = RTPTimestamp(bytes.uint32(at: start &+ 12))
        packets = bytes.uint32(at: start &+ 16)
        octets = bytes.uint32(at: start &+ 20)
    }
}

/// RR: what a receiver that sends nothing says (RFC 3550 §6.4.2).
public struct ReceiverReport: Hashable, Sendable, BitwiseCopyable {
    public let ssrc: SSRC

    /// Nil when the block is no RR, or shorter than its count of reports says.
    public init?(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        guard block.type == .receiverReport, block.has(4 &+ ReportBlock.length &* Int(block.count), in: bytes) else {
            return nil
        }
        ssrc = SSRC(bytes.uint32(at: block.content.lowerBound))
    }
}

extension RTCPBlock {
    /// The report blocks of an SR or RR; none when the block is another, or shorter than its count says.
    public func reports(in bytes: Span<UInt8>) -> ReportBlocks {
        let skipped = type == .senderReport ? 24 : 4
        guard type == .senderReport || type == .receiverReport,
            has(skipped &+ ReportBlock.length &* Int(count), in: bytes)
        else { return ReportBlocks(at: 0, count: 0) }
        return ReportBlocks(at: content.lowerBound &+ skipped, count: count)
    }

    /// Whether the content has that many bytes, and `bytes` has the content.
    func has(_ length: Int, in bytes: Span<UInt8>) -> Bool {
        content.count >= length && content.upperBound <= bytes.count
    }
}
