import RTP
import Units
import Wire

// Sender reports of slots, receiver reports to publishers, source descriptions, estimates.
extension Router {
    /// Reports as many as fit one packet: first on what the peer sends, then on its slots. What does not fit stays
    /// pending.
    mutating func writeReports(to peer: Int, _ room: inout MutableSpan<UInt8>) -> Int? {
        var writer = RTCPWriter()
        var left = min(room.count, Self.controlSize)
        if peers[peer].reportSlot < 0 {
            left &-= writeReceiverReport(peer, &writer, &room)
            peers[peer].reportSlot = peers[peer].firstSlot
        }
        while peers[peer].reportSlot >= 0, left >= Self.senderReportSize {
            let slot = Int(peers[peer].reportSlot)
            peers[peer].reportSlot = slots[slot].next
            left &-= writeSenderReport(slot, &writer, &room)
        }
        if peers[peer].reportSlot >= 0 { peers[peer].pending.insert(.reports) }
        return writer.finish(&room)
    }

    /// SR (28), SDES with a CNAME of 16 (32).
    private static var senderReportSize: Int { 60 }

    /// An RR with a block for each stream that the peer sends, its own CNAME, and an estimate if it wants one. Answers
    /// how many bytes that is at most.
    private mutating func writeReceiverReport(
        _ peer: Int,
        _ writer: inout RTCPWriter,
        _ room: inout MutableSpan<UInt8>
    ) -> Int {
        writer.receiverReport(peers[peer].ownSSRC, to: &room)
        var size = 8
        var worst: UInt8 = 0
        var bytes: Int64 = 0
        var wantsEstimate = false
        var sources = InlineArray<20, SSRC>(repeating: SSRC(0))
        var count = 0
        var publication = Int(peers[peer].firstPublication)
        while publication >= 0 {
            for index in 0..<publications[publication].streamCount where count < Limits.boundSources {
                let stream = Int(publications[publication].streams[index])
                guard streams[stream].window.highest >= 0 else { continue }
                bytes &+= streams[stream].reception.bytes
                let block = report(stream)
                worst = max(worst, block.fractionLost)
                writer.report(block, to: &room)
                size &+= 24
                sources[count] = streams[stream].ssrc
                count &+= 1
            }
            if publications[publication].formats.usesREMB, !publications[publication].usesTransportFeedback {
                wantsEstimate = true
            }
            publication = Int(publications[publication].next)
        }
        writer.cname(Self.cname(seedName).span, of: peers[peer].ownSSRC, to: &room)
        if wantsEstimate, count > 0 {
            estimate(peer, lost: worst, bytes: bytes)
            writer.receiverEstimate(
                peers[peer].estimate,
                from: peers[peer].ownSSRC,
                about: sources.span.extracting(0..<count),
                to: &room
            )
        }
        return size &+ 32 &+ 20 &+ 4 &* count
    }

    private mutating func report(_ stream: Int) -> ReportBlock {
        var last: UInt32 = 0
        var delay: UInt32 = 0
        if let report = streams[stream].report {
            last = report.time.middle
            let passed = min((now - streams[stream].reportArrival).wholeNanoseconds, 60_000_000_000)
            delay = UInt32(truncatingIfNeeded: passed &* 65_536 / 1_000_000_000)
        }
        return streams[stream].reception.report(streams[stream].ssrc, lastReport: last, delay: delay)
    }

    /// What a publisher may send that has no transport-wide feedback: an eighth more while nothing is lost and it uses
    /// what it has, less by half of what is lost above a tenth.
    private mutating func estimate(_ peer: Int, lost: UInt8, bytes: Int64) {
        let rate = UInt64(max(0, bytes)) &* 8
        var next = peers[peer].estimate
        if lost > 26 {
            next = next &* UInt64(512 &- Int(lost)) / 512
        } else if lost < 6, rate > next / 2 {
            next &+= next / 8
        }
        peers[peer].estimate = max(150_000, min(next, 5_000_000))
    }

    /// The publisher's own report moved onto the slot's clock (media checklist, 21): the same wall clock for all streams
    /// of a participant, so that lips stay in sync. None before his first one. Answers its bytes.
    private mutating func writeSenderReport(
        _ slot: Int,
        _ writer: inout RTCPWriter,
        _ room: inout MutableSpan<UInt8>
    ) -> Int {
        guard slots[slot].stream >= 0, slots[slot].publication >= 0, slots[slot].packets > 0 else { return 0 }
        let stream = Int(slots[slot].stream)
        guard slots[slot].epoch == streams[stream].epoch, let base = streams[stream].report else { return 0 }
        // Both clocks go on by the time that has passed; an error in it moves along the line that they make.
        let passed = min((now - streams[stream].reportArrival).wholeNanoseconds, 3_600_000_000_000)
        let ticks = Int(passed / 1_000 &* UInt64(slots[slot].clockRate) / 1_000_000)
        let nanoseconds = Int64(truncatingIfNeeded: UInt64(ticks) &* 1_000_000_000 / UInt64(slots[slot].clockRate))
        let report = SenderReport(
            ssrc: slots[slot].ssrc,
            time: base.time.advanced(byNanoseconds: nanoseconds),
            timestamp: base.timestamp + (slots[slot].timestampOffset &+ ticks),
            packets: slots[slot].packets,
            octets: slots[slot].octets
        )
        writer.senderReport(report, to: &room)
        let publisher = Int(publications[Int(slots[slot].publication)].peer)
        writer.cname(Self.cname(peers[publisher].name).span, of: slots[slot].ssrc, to: &room)
        slots[slot].report = report.time.middle
        slots[slot].reportSent = now
        return Self.senderReportSize
    }

    /// Sixteen hexadecimal digits.
    private static func cname(_ name: UInt64) -> InlineArray<16, UInt8> {
        InlineArray { index in
            let digit = UInt8(truncatingIfNeeded: name >> UInt64(60 &- 4 &* index)) & 15
            return digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
        }
    }
}
