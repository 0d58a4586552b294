public import Units
import Wire

/// Remembers when the packets of one transport arrived and tells their sender, in transport-wide feedback
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
///
/// Record every packet that is authentic and carries the extension, whatever its SSRC: retransmissions, padding,
/// streams nobody knows. One that is left out looks lost, and the sender slows down for it (media checklist, 10). Write
/// every 50 to 100 ms. Room for `Limits.arrivals` packets is taken once; what is older than that is forgotten.
public struct ArrivalLog: ~Copyable, Sendable {
    private static let never = UInt64.max

    /// Arrival in nanoseconds, at the extended number modulo the capacity.
    private var arrivals = FlatArray<UInt64>(repeating: ArrivalLog.never, count: Limits.arrivals)
    private var statuses = FlatArray<UInt8>(repeating: 0, count: Limits.arrivals)
    /// The number the next feedback starts with, and the one behind the highest that came. Extended numbers.
    private var next: Int64 = 0
    private var behind: Int64 = 0
    private var hasStarted = false
    private var feedbackCount: UInt8 = 0

    public init() {}

    /// Whether there is anything to report.
    public var isEmpty: Bool { next >= behind }

    /// Notes a packet. The first arrival of a number counts.
    public mutating func record(_ number: SequenceNumber, at now: Timestamp) {
        if !hasStarted {
            hasStarted = true
            next = Int64(number.rawValue) &+ 65_536
            behind = next
        }
        let extended = number.extended(near: behind)
        if extended >= behind {
            advance(to: extended &+ 1)
        } else if extended < behind &- Int64(Limits.arrivals) {
            return
        } else {
            // It came late: what was reported as lost is reported again from there on.
            next = min(next, extended)
        }
        let index = Self.index(extended)
        if arrivals[index] == Self.never { arrivals[index] = min(now.nanoseconds, Self.never &- 1) }
    }

    /// Writes one feedback as an RTCP packet of its own and answers how many bytes it has; nil when there is nothing to
    /// report or `room` has fewer than 32 bytes. Call it until it answers nil: after a long gap one is not enough.
    public mutating func write(from sender: SSRC, about media: SSRC, to room: inout MutableSpan<UInt8>) -> Int? {
        // Losses at the end are no losses yet, but `behind` follows a packet that came, so there is one.
        guard room.count >= 32, next < behind, let first = firstArrival() else { return nil }
        let reference =
            Int64(arrivals[Self.index(first)] / Self.nanosecondsPerTick) / TransportFeedback.ticksPerReference
        let count = chooseStatuses(reference, room: room.count &- 20)
        room.set(0x8000_0000 | UInt32(FeedbackFormat.transport) << 24 | 205 << 16, at: 0)
        room.set(sender.rawValue, at: 4)
        room.set(media.rawValue, at: 8)
        room.set(UInt16(truncatingIfNeeded: next), at: 12)
        room.set(UInt16(truncatingIfNeeded: count), at: 14)
        room.set(UInt32(truncatingIfNeeded: reference) << 8 | UInt32(feedbackCount), at: 16)
        var offset = writeChunks(count, to: &room)
        offset = writeDeltas(count, reference, at: offset, to: &room)
        while offset % 4 != 0 {
            room[offset] = 0
            offset &+= 1
        }
        room.set(UInt16(truncatingIfNeeded: offset / 4 &- 1), at: 2)
        feedbackCount &+= 1
        next &+= Int64(count)
        return offset
    }

    // MARK: The window

    private static let nanosecondsPerTick: UInt64 = 250_000

    private static func index(_ extended: Int64) -> Int { Int(extended) & (Limits.arrivals &- 1) }

    /// Makes room for the numbers up to `end`, forgetting those that lose theirs.
    private mutating func advance(to end: Int64) {
        let capacity = Int64(Limits.arrivals)
        for number in max(behind, end &- capacity)..<end { arrivals[Self.index(number)] = Self.never }
        behind = end
        next = max(next, end &- capacity)
    }

    private func firstArrival() -> Int64? {
        for number in next..<behind where arrivals[Self.index(number)] != Self.never { return number }
        return nil
    }

    // MARK: Writing

    /// Decides how many packets this feedback speaks of, and the status of each: until the room is used, or a delta
    /// does not fit 16 bits.
    private mutating func chooseStatuses(_ reference: Int64, room: Int) -> Int {
        var previous = reference &* TransportFeedback.ticksPerReference
        var deltaBytes = 0
        var count = 0
        for number in next..<behind {
            // At worst seven statuses need a chunk of two bytes; up to three bytes of padding.
            guard deltaBytes &+ 2 &* (count / 7 &+ 1) &+ 5 <= room else { break }
            let arrival = arrivals[Self.index(number)]
            var status = PacketStatus.missing
            if arrival != Self.never {
                let ticks = Int64(arrival / Self.nanosecondsPerTick)
                let delta = ticks &- previous
                guard delta == Int64(Int16(truncatingIfNeeded: delta)) else { break }
                status = delta >= 0 && delta <= 255 ? .smallDelta : .largeDelta
                previous = ticks
            }
            statuses[count] = status.rawValue
            deltaBytes &+= Int(status.rawValue)
            count &+= 1
        }
        return count
    }

    /// Run lengths where packets are alike, else vectors of one or two bits. Answers where the deltas go.
    private func writeChunks(_ count: Int, to room: inout MutableSpan<UInt8>) -> Int {
        var offset = 20
        var index = 0
        while index < count {
            var run = 1
            while index &+ run < count, statuses[index &+ run] == statuses[index] { run &+= 1 }
            var alike = 0
            while alike < 14, index &+ alike < count, statuses[index &+ alike] < 2 { alike &+= 1 }
            let chunk: UInt16
            if run >= 14 || run >= 7 && alike < 14 || index &+ run == count {
                chunk = UInt16(statuses[index]) << 13 | UInt16(truncatingIfNeeded: run)
                index &+= run
            } else if alike == 14 || index &+ alike == count {
                chunk = 0x8000 | vector(at: index, bits: 1, count)
                index &+= 14
            } else {
                chunk = 0xC000 | vector(at: index, bits: 2, count)
                index &+= 7
            }
            room.set(chunk, at: offset)
            offset &+= 2
        }
        return offset
    }

    /// 14 bits of statuses; packets behind the last read as missing.
    private func vector(at index: Int, bits: Int, _ count: Int) -> UInt16 {
        var chunk: UInt16 = 0
        for place in 0..<(14 / bits) {
            let status = index &+ place < count ? statuses[index &+ place] : 0
            chunk = chunk << UInt16(bits) | UInt16(status)
        }
        return chunk
    }

    private func writeDeltas(_ count: Int, _ reference: Int64, at start: Int, to room: inout MutableSpan<UInt8>) -> Int
    {
        var offset = start
        var previous = reference &* TransportFeedback.ticksPerReference
        for index in 0..<count where statuses[index] != 0 {
            let ticks = Int64(arrivals[Self.index(next &+ Int64(index))] / Self.nanosecondsPerTick)
            let delta = ticks &- previous
            previous = ticks
            if statuses[index] == PacketStatus.smallDelta.rawValue {
                room[offset] = UInt8(truncatingIfNeeded: delta)
                offset &+= 1
            } else {
                room.set(UInt16(truncatingIfNeeded: delta), at: offset)
                offset &+= 2
            }
        }
        return offset
    }
}
