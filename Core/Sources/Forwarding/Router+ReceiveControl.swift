import RTP
public import Units
import Wire

// RTCP ends here: what clients say is heeded, and never passed on (media checklist, 21).
extension Router {
    /// Takes a compound RTCP packet after it was decrypted.
    public mutating func receiveControl(_ bytes: Span<UInt8>, from transport: TransportIndex, at now: Timestamp) {
        self.now = now
        guard let peer = find(transport) else { return }
        guard let compound = try? RTCPCompound(parsing: bytes) else { return counters.count(.badControl) }
        fanOut.stop()
        var blocks = compound.blocks
        while let block = blocks.next(in: bytes) {
            switch block.type {
            case .senderReport:
                if let report = SenderReport(block, in: bytes) { take(report, from: peer) }
                takeReports(block, bytes, from: peer)
            case .receiverReport: takeReports(block, bytes, from: peer)
            case .goodbye: takeGoodbye(block, bytes, from: peer)
            case .transportFeedback: takeNACK(block, bytes, from: peer)
            case .payloadFeedback: takeKeyFrameRequest(block, bytes, from: peer)
            default: break
            }
        }
    }

    /// The slot of a peer that is sent with an SSRC. Feedback about another's is not heeded.
    private mutating func slot(_ ssrc: SSRC, of peer: Int) -> Int? {
        guard let slot = keys[KeyTable.key(.slot, of: peer, ssrc.rawValue)] else {
            counters.count(.foreignFeedback)
            return nil
        }
        return slot
    }

    /// What a publisher's clock says: the base of the reports to all that receive the stream.
    private mutating func take(_ report: SenderReport, from peer: Int) {
        guard let source = bound(report.ssrc, of: peer), !source.isRepair else { return }
        streams[source.stream].report = report
        streams[source.stream].reportArrival = now
    }

    private mutating func takeReports(_ block: RTCPBlock, _ bytes: Span<UInt8>, from peer: Int) {
        var reports = block.reports(in: bytes)
        while let report = reports.next(in: bytes) {
            guard let slot = slot(report.ssrc, of: peer), slots[slot].ssrc == report.ssrc else { continue }
            slots[slot].isBound = true
            guard report.lastReport != 0, report.lastReport == slots[slot].report else { continue }
            let held = Duration.nanoseconds(Int64(report.delay) &* 1_000_000_000 / 65_536)
            let passed = now - slots[slot].reportSent
            guard passed >= held else { continue }
            measured(max(.milliseconds(1), min(passed - held, .seconds(2))), slot, peer)
        }
    }

    /// A round trip of a subscriber: one eighth of the difference counts.
    private mutating func measured(_ roundTrip: Duration, _ slot: Int, _ peer: Int) {
        peers[peer].roundTrip += (roundTrip - peers[peer].roundTrip) / 8
        let publication = Int(slots[slot].publication)
        guard publication >= 0 else { return }
        // The longest one counts, and is forgotten slowly when its subscriber has gone.
        let longest = publications[publication].roundTrip
        publications[publication].roundTrip = max(peers[peer].roundTrip, longest - longest / 64)
    }

    /// Nobody but who sends a stream can end it.
    private mutating func takeGoodbye(_ block: RTCPBlock, _ bytes: Span<UInt8>, from peer: Int) {
        guard var sources = LeavingSources(block, in: bytes) else { return counters.count(.badControl) }
        while let ssrc = sources.next(in: bytes) {
            guard let source = bound(ssrc, of: peer) else {
                counters.count(.foreignFeedback)
                continue
            }
            guard !source.isRepair else {
                streams[source.stream].repair = nil
                unbind(ssrc, of: peer)
                continue
            }
            let publication = Int(streams[source.stream].publication)
            end(stream: source.stream)
            guard publications[publication].streamCount == 0, publications[publication].isLive else { continue }
            publications[publication].isLive = false
            hasEvents = true
        }
    }

    private mutating func takeNACK(_ block: RTCPBlock, _ bytes: Span<UInt8>, from peer: Int) {
        guard var nack = GenericNACK(block, in: bytes), let slot = slot(nack.media, of: peer),
            slots[slot].ssrc == nack.media
        else { return }
        while let number = nack.next(in: bytes) { askedForRepeat(number, slot) }
    }

    private mutating func takeKeyFrameRequest(_ block: RTCPBlock, _ bytes: Span<UInt8>, from peer: Int) {
        if let request = PictureLossIndication(block, in: bytes) {
            if let slot = slot(request.media, of: peer) { askedForKeyFrame(slot) }
        } else if var request = FullIntraRequest(block, in: bytes) {
            while let entry = request.next(in: bytes) {
                if let slot = slot(entry.media, of: peer) { askedForKeyFrame(slot) }
            }
        }
    }
}
