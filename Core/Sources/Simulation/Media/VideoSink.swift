import RTP
public import Units

/// A time in which a picture stood still although its source went on.
public struct Freeze: Hashable, Sendable {
    public let end: Timestamp
    public let duration: Duration
}

/// What a sink asks its sender for.
struct SinkWishes {
    var lost: [SequenceNumber] = []
    var wantsKeyFrame = false
}

/// A decoder of one video slot: puts packets in order, asks for those that are missing, for a key frame when that does not
/// help, and checks that what it gets could be shown.
public struct VideoSink: Sendable {
    struct Packet: Sendable {
        var timestamp: RTPTimestamp
        var isLast: Bool
        var descriptor: VP8Descriptor
        var mark: FrameMark
    }

    public internal(set) var counts = SinkCounts()
    public internal(set) var freezes: [Freeze] = []
    /// Frames that were whole, of which some were not decodable.
    public internal(set) var wholeFrames = 0
    public internal(set) var keyFrames = 0
    /// PLIs that were sent.
    public internal(set) var keyFrameRequests = 0
    public internal(set) var nacks = 0
    public internal(set) var source: UInt32?
    public internal(set) var lastShown: Timestamp?
    /// When the latest frame was made, and its timestamp.
    public internal(set) var latest: (captured: Timestamp, timestamp: RTPTimestamp)?

    static let freeze = Duration.milliseconds(300)
    private static let nackDelay = Duration.milliseconds(20)
    private static let nackInterval = Duration.milliseconds(100)
    private static let nackTries = 10
    private static let requestInterval = Duration.milliseconds(500)
    /// How long a frame may be missing before a key frame is asked for.
    private static let patience = Duration.milliseconds(400)
    private static let largestGap: Int64 = 512

    private struct Missing: Sendable {
        var number: Int64
        var due: Timestamp
        var tries = 0
    }

    var packets: [Int64: Packet] = [:]
    private(set) var highest: Int64?
    private(set) var first: Int64 = 0
    private var missing: [Missing] = []
    /// The number that the next frame starts with; nil before the first and when the chain is broken.
    var next: Int64?
    /// What the frame before was.
    var last: Packet?
    var decoded: Set<UInt32> = []
    private var stuckSince: Timestamp?
    private var nextRequest: Timestamp?

    public init() {}

    mutating func receive(
        _ header: RTPHeader,
        _ payload: Range<Int>,
        isRepair: Bool,
        in bytes: Span<UInt8>,
        at now: Timestamp
    ) {
        if isRepair { counts.retransmissions += 1 }
        let start = Int64(header.sequenceNumber.rawValue) + 65_536
        let number = header.sequenceNumber.extended(near: highest ?? start)
        guard packets[number] == nil, number >= next ?? .min, number > (highest ?? 0) - Self.largestGap else {
            counts.duplicates += 1
            return
        }
        guard let descriptor = VP8Descriptor(payload, in: bytes),
            let mark = FrameMark(Self.markRange(payload, descriptor), in: bytes)
        else {
            counts.note(.foreign)
            return
        }
        counts.packets += 1
        packets[number] = Packet(
            timestamp: header.timestamp,
            isLast: header.marker,
            descriptor: descriptor,
            mark: mark
        )
        arrived(number, isRepair, now)
        if packets.count > 2 * Int(Self.largestGap) { forget(before: number - Self.largestGap) }
        decode(now)
        watch(now)
    }

    /// Behind the descriptor, and in the first packet behind the frame's own header.
    private static func markRange(_ payload: Range<Int>, _ descriptor: VP8Descriptor) -> Range<Int> {
        let tag = descriptor.isFrameStart ? (descriptor.isKeyFrameStart ? 10 : 3) : 0
        return min(payload.lowerBound + descriptor.length + tag, payload.upperBound)..<payload.upperBound
    }

    private mutating func arrived(_ number: Int64, _ isRepair: Bool, _ now: Timestamp) {
        guard let before = highest else {
            highest = number
            first = number
            return
        }
        if let index = missing.firstIndex(where: { $0.number == number }) {
            missing.remove(at: index)
            counts.missing -= 1
            if isRepair { counts.repaired += 1 }
        }
        guard number > before else { return }
        highest = number
        counts.missing += Int(number - before) - 1
        guard number - before <= Self.largestGap else {
            // Nobody repairs that much.
            breakChain()
            return
        }
        for lost in (before + 1)..<number { missing.append(Missing(number: lost, due: now + Self.nackDelay)) }
    }

    /// Forgets what cannot be put together any more; only a key frame helps.
    mutating func breakChain() {
        next = nil
        missing = []
        packets = packets.filter { $0.key == highest }
    }

    /// Packets and gaps before a number are of no interest any more.
    mutating func forget(before number: Int64) {
        missing.removeAll { $0.number < number }
        packets = packets.filter { $0.key >= number }
    }

    // MARK: - Wishes

    /// Notices when nothing can be shown for long.
    private mutating func watch(_ now: Timestamp) {
        if packets.isEmpty, missing.isEmpty {
            stuckSince = nil
        } else if stuckSince == nil {
            stuckSince = now
        }
        if next == nil, highest != nil, nextRequest == nil { nextRequest = now }
    }

    /// A frame was shown.
    mutating func moved(_ now: Timestamp) {
        stuckSince = nil
        nextRequest = nil
    }

    /// A picture that cannot be shown came: ask at once, but not more often than `requestInterval`.
    mutating func wantKeyFrame(_ now: Timestamp) {
        if nextRequest == nil { nextRequest = now }
    }

    var nextDeadline: Timestamp? {
        let patience = stuckSince.map { $0 + Self.patience }
        return [missing.map(\.due).min(), nextRequest ?? patience].compactMap(\.self).min()
    }

    /// What is to be asked for by now.
    mutating func wishes(at now: Timestamp) -> SinkWishes {
        var wishes = SinkWishes()
        for index in missing.indices where missing[index].due <= now {
            wishes.lost.append(SequenceNumber(UInt16(truncatingIfNeeded: missing[index].number)))
            missing[index].tries += 1
            missing[index].due = now + Self.nackInterval
        }
        let isHopeless = missing.contains { $0.tries >= Self.nackTries }
        missing.removeAll { $0.tries >= Self.nackTries }
        let isStuck = stuckSince.map { $0 + Self.patience <= now } ?? false
        if (isHopeless || isStuck) && nextRequest == nil { nextRequest = now }
        if let due = nextRequest, due <= now {
            nextRequest = now + Self.requestInterval
            wishes.wantsKeyFrame = true
            keyFrameRequests += 1
        }
        nacks += wishes.lost.count
        return wishes
    }
}
