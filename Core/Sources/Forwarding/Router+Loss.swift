import RTP
import Units
import Wire

// What publishers are asked for again (RFC 4585 §6.2.1; media checklist, 19).
extension Router {
    /// Notes a gap of extended numbers. One too large for the table is given up: only a key frame helps.
    mutating func noteMissing(from first: Int64, to end: Int64, _ stream: Int) {
        guard first < end, publications[Int(streams[stream].publication)].subscribers.count > 0 else { return }
        let base = stream &* Limits.missingPackets
        guard end &- first <= Int64(Limits.missingPackets &- streams[stream].missingCount) else {
            streams[stream].missingCount = 0
            streams[stream].nackDue = nil
            if !publications[Int(streams[stream].publication)].isAudio { wantKeyFrame(of: stream) }
            return
        }
        let due = now + Limits.reordering
        for number in first..<end {
            missing[base &+ streams[stream].missingCount] = MissingPacket(number: number, due: due)
            streams[stream].missingCount &+= 1
        }
        guard streams[stream].nackDue.map({ $0 > due }) ?? true else { return }
        streams[stream].nackDue = due
        schedule(due)
    }

    /// One of them has come.
    mutating func foundMissing(_ number: Int64, _ stream: Int) {
        let base = stream &* Limits.missingPackets
        for index in 0..<streams[stream].missingCount where missing[base &+ index].number == number {
            forgetMissing(index, stream)
            return
        }
    }

    /// Writes a NACK of those that are due, and gives up those that were asked for often enough.
    mutating func writeNACK(_ stream: Int, _ writer: inout RTCPWriter, _ room: inout MutableSpan<UInt8>) {
        guard let due = streams[stream].nackDue, due <= now else { return }
        let base = stream &* Limits.missingPackets
        let peer = Int(publications[Int(streams[stream].publication)].peer)
        let again = now + max(.milliseconds(20), min(peers[peer].roundTrip, .milliseconds(500)))
        var isBegun = false
        var index = 0
        while index < streams[stream].missingCount {
            guard missing[base &+ index].due <= now else {
                index &+= 1
                continue
            }
            guard missing[base &+ index].tries < Limits.nackTries else {
                forgetMissing(index, stream)
                continue
            }
            if !isBegun { writer.nack(from: peers[peer].ownSSRC, about: streams[stream].ssrc, to: &room) }
            isBegun = true
            writer.lost(SequenceNumber(UInt16(truncatingIfNeeded: missing[base &+ index].number)), to: &room)
            missing[base &+ index].tries &+= 1
            missing[base &+ index].due = again
            counters.requested &+= 1
            index &+= 1
        }
        scheduleNACK(stream)
    }

    private mutating func scheduleNACK(_ stream: Int) {
        let base = stream &* Limits.missingPackets
        streams[stream].nackDue = nil
        for index in 0..<streams[stream].missingCount {
            let due = missing[base &+ index].due
            if streams[stream].nackDue.map({ due < $0 }) ?? true { streams[stream].nackDue = due }
        }
        if let due = streams[stream].nackDue { schedule(due) }
    }

    /// The order of the rest stays, which makes short NACKs.
    private mutating func forgetMissing(_ index: Int, _ stream: Int) {
        let base = stream &* Limits.missingPackets
        streams[stream].missingCount &-= 1
        var place = index
        while place < streams[stream].missingCount {
            missing[base &+ place] = missing[base &+ place &+ 1]
            place &+= 1
        }
        if streams[stream].missingCount == 0 { streams[stream].nackDue = nil }
    }
}
