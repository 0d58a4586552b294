import RTP
public import Units

/// What was wrong with what a sink got, however bad the network was. A forwarder that is right makes none.
public enum MediaFault: Hashable, Sendable {
    /// A payload that no source wrote.
    case foreign
    /// A timestamp that does not follow the one before.
    case timestampBackwards
    /// A frame of a source came before, or an earlier one follows a later one.
    case frameBackwards
    /// Numbers follow each other, but the frame is not whole.
    case brokenFrame
    /// Numbers follow each other, but the picture identifier (or TL0PICIDX) does not.
    case pictureIDBreak
    case baseIndexBreak
    /// Numbers follow each other, but the frame is built on one that never came.
    case undecodable
    /// The payload type, or RTCP, is not what was agreed.
    case malformed
}

/// Where media that came is counted.
public struct SinkCounts: Hashable, Sendable {
    public var packets = 0
    public var duplicates = 0
    /// Packets that came by RTX and were missing.
    public var repaired = 0
    /// Packets that came as RTX, missing or not.
    public var retransmissions = 0
    /// What never came, of the numbers between the first and the highest.
    public var missing = 0
    /// Frames of each client's that could be played.
    public var frames: [UInt32: Int] = [:]
    /// At most `faultsKept` of them.
    public var faults: [MediaFault] = []

    static let faultsKept = 64

    mutating func note(_ fault: MediaFault) {
        if faults.count < Self.faultsKept { faults.append(fault) }
    }
}

/// A loudspeaker: checks what comes on one audio slot.
public struct AudioSink: Sendable {
    public private(set) var counts = SinkCounts()
    /// The client that was heard last.
    public private(set) var source: UInt32?
    public private(set) var lastHeard: Timestamp?
    /// When the latest packet was made, and its timestamp: with the sender report what lips are synced by.
    public private(set) var latest: (captured: Timestamp, timestamp: RTPTimestamp)?
    private(set) var highest: Int64?
    private(set) var first: Int64 = 0
    private var seen: Set<Int64> = []
    private var lastFrame: UInt32 = 0

    public init() {}

    mutating func note(_ fault: MediaFault) { counts.note(fault) }

    mutating func receive(_ header: RTPHeader, _ payload: Range<Int>, in bytes: Span<UInt8>, at now: Timestamp) {
        let start = Int64(header.sequenceNumber.rawValue) + 65_536
        let number = header.sequenceNumber.extended(near: highest ?? start)
        guard seen.insert(number).inserted else {
            counts.duplicates += 1
            return
        }
        counts.packets += 1
        guard let mark = FrameMark((payload.lowerBound + 1)..<payload.upperBound, in: bytes) else {
            counts.note(.foreign)
            return
        }
        counts.frames[mark.source, default: 0] += 1
        lastHeard = now
        guard let before = highest, number < before else {
            follow(number, mark, header.timestamp)
            return
        }
        counts.missing -= 1
    }

    private mutating func follow(_ number: Int64, _ mark: FrameMark, _ timestamp: RTPTimestamp) {
        if let highest {
            counts.missing += Int(number - highest) - 1
            if let latest, !timestamp.isAfter(latest.timestamp) { counts.note(.timestampBackwards) }
            if source == mark.source, mark.frame <= lastFrame { counts.note(.frameBackwards) }
        } else {
            first = number
        }
        highest = number
        if seen.count > 4_096 { seen = seen.filter { $0 > number - 1_024 } }
        source = mark.source
        lastFrame = mark.frame
        latest = (mark.captured, timestamp)
    }
}
