import RTP
import Units
import Wire

// Who needs a key frame, and how often its source is asked (media checklist, 20).
extension Router {
    /// A slot cannot go on without a key frame. Audio has none.
    mutating func wantKeyFrame(_ slot: Int) {
        let publication = Int(slots[slot].publication)
        guard publication >= 0, !slots[slot].isAudio, !publications[publication].isPaused,
            publications[publication].active >= 0
        else { return }
        wantKeyFrame(of: Int(publications[publication].active))
    }

    mutating func wantKeyFrame(of stream: Int) {
        guard !streams[stream].gate.isWanted else { return }
        streams[stream].gate.want()
        let peer = Int(publications[Int(streams[stream].publication)].peer)
        guard let due = streams[stream].gate.due(roundTrip: peers[peer].roundTrip, at: now) else { return }
        if due <= now { note(.requests, for: peer) } else { schedule(due) }
    }

    /// A subscriber's decoder asks (PLI, FIR). It did not know yet of a key frame that was sent within its round trip.
    mutating func askedForKeyFrame(_ slot: Int) {
        counters.keyFramesAsked &+= 1
        if slots[slot].stream >= 0, let sent = slots[slot].keyFrameSent,
            now - sent < peers[Int(slots[slot].peer)].roundTrip
        {
            counters.count(.staleKeyFrameRequest)
            return
        }
        wantKeyFrame(slot)
    }

    /// Writes a PLI, or a FIR where only that was agreed, when its time has come.
    mutating func writeKeyFrameRequest(_ stream: Int, _ writer: inout RTCPWriter, _ room: inout MutableSpan<UInt8>) {
        let publication = Int(streams[stream].publication)
        let peer = Int(publications[publication].peer)
        guard let due = streams[stream].gate.due(roundTrip: peers[peer].roundTrip, at: now) else { return }
        guard publications[publication].subscribers.count > 0 else { return streams[stream].gate.settle() }
        guard due <= now else { return schedule(due) }
        streams[stream].gate.ask(at: now)
        counters.keyFrameRequests &+= 1
        if publications[publication].formats.usesOnlyFIR {
            writer.fullIntraRequest(
                from: peers[peer].ownSSRC,
                about: streams[stream].ssrc,
                number: streams[stream].gate.command,
                to: &room
            )
        } else {
            writer.pictureLoss(from: peers[peer].ownSSRC, about: streams[stream].ssrc, to: &room)
        }
        if let again = streams[stream].gate.due(roundTrip: peers[peer].roundTrip, at: now) { schedule(again) }
    }
}
