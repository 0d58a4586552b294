import RTP
public import Units

/// One m-line that a simulated client receives on, and who plays what comes.
public struct ReceiveSlot: Sendable {
    public let mid: String
    public let isAudio: Bool
    /// What the answer named; nil until there is one, or when it refused the line.
    public internal(set) var ssrc: SSRC?
    public internal(set) var repairSSRC: SSRC?
    /// The stream that the answer put it in.
    public internal(set) var stream: String?
    public internal(set) var audio = AudioSink()
    public internal(set) var video = VideoSink()
    /// The last sender report's two clocks, and when it came.
    var report: (time: NTPTime, timestamp: RTPTimestamp, arrival: Timestamp)?
    /// Sender reports that came.
    public internal(set) var reports = 0
    /// What the receiver report before said: numbers expected and packets received.
    private var before: (expected: Int, received: Int) = (0, 0)

    init(mid: String, isAudio: Bool) {
        self.mid = mid
        self.isAudio = isAudio
    }

    public var counts: SinkCounts { isAudio ? audio.counts : video.counts }
    /// The client that is played.
    public var source: UInt32? { isAudio ? audio.source : video.source }

    mutating func note(_ fault: MediaFault) {
        if isAudio { audio.note(fault) } else { video.counts.note(fault) }
    }

    /// Nanoseconds from the world's clock to the one that the sender reports speak of: equal for the audio and video of one
    /// participant when lips are in sync. Nil before there is a report and media.
    public var clockOffset: Int64? {
        guard let report, let latest = isAudio ? audio.latest : video.latest else { return nil }
        let rate: Int64 = isAudio ? 48_000 : 90_000
        let ticks = Int64(latest.timestamp - report.timestamp)
        let moment = report.time.advanced(byNanoseconds: ticks * 1_000_000_000 / rate)
        return moment - NTPTime(rawValue: 0).advanced(byNanoseconds: Int64(clamping: latest.captured.nanoseconds))
    }

    /// What the next receiver report says about the slot.
    mutating func reportBlock(at now: Timestamp) -> ReportBlock? {
        let range = isAudio ? (audio.first, audio.highest) : (video.first, video.highest)
        guard let ssrc, let highest = range.1 else { return nil }
        let expected = Int(highest - range.0) + 1
        let received = counts.packets
        let fresh = (expected: expected - before.expected, received: received - before.received)
        before = (expected, received)
        let lost = max(0, fresh.expected - fresh.received)
        let delay = report.map { (now - $0.arrival).wholeNanoseconds &* 65_536 / 1_000_000_000 } ?? 0
        return ReportBlock(
            ssrc: ssrc,
            fractionLost: fresh.expected > 0 ? UInt8(clamping: lost * 256 / fresh.expected) : 0,
            cumulativeLost: Int32(clamping: expected - received),
            highestSequence: UInt32(truncatingIfNeeded: highest),
            jitter: 0,
            lastReport: report?.time.middle ?? 0,
            delay: UInt32(truncatingIfNeeded: delay)
        )
    }
}
