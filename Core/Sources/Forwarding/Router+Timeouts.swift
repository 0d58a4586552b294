public import Units
import Wire

// What is due.
extension Router {
    static var sweepInterval: Duration { .milliseconds(250) }

    /// Looks for what is due: feedback, reports, repeated requests, old packets, silence. Does nothing before
    /// `nextDeadline`.
    public mutating func handleTimeout(at now: Timestamp) {
        self.now = now
        guard let due = deadline, due <= now else { return }
        deadline = nil
        for peer in 0..<peerPlaces.end where peers[peer].index >= 0 { checkPeer(peer) }
        for publication in 0..<publicationPlaces.end where publications[publication].peer >= 0 {
            checkStreams(publication)
        }
        if let due = sweepDue {
            if due <= now { sweep() } else { schedule(due) }
        }
    }

    private mutating func checkPeer(_ peer: Int) {
        if let due = peers[peer].feedbackDue {
            if due <= now { note(.feedback, for: peer) } else { schedule(due) }
        }
        guard let due = peers[peer].reportDue else { return }
        guard due <= now else { return schedule(due) }
        let next = now + Self.reportInterval
        peers[peer].reportDue = next
        peers[peer].reportSlot = -1
        note(.reports, for: peer)
        schedule(next)
    }

    private mutating func checkStreams(_ publication: Int) {
        let peer = Int(publications[publication].peer)
        for index in 0..<publications[publication].streamCount {
            let stream = Int(publications[publication].streams[index])
            if let due = streams[stream].nackDue {
                if due <= now { note(.requests, for: peer) } else { schedule(due) }
            }
            if let due = streams[stream].gate.due(roundTrip: peers[peer].roundTrip, at: now) {
                if due <= now { note(.requests, for: peer) } else { schedule(due) }
            }
        }
    }

    /// Old packets are released, silent sources are told of, and who talks is looked at.
    private mutating func sweep() {
        sweepDue = nil
        var isBusy = false
        for publication in 0..<publicationPlaces.end where publications[publication].peer >= 0 {
            trimCache(publication, at: now)
            if publications[publication].cacheStart < publications[publication].cacheEnd { isBusy = true }
            guard publications[publication].isLive else { continue }
            isBusy = true
            if now - publications[publication].lastPacket > Limits.stall {
                publications[publication].isLive = false
                hasEvents = true
            }
        }
        rankSpeakers()
        guard isBusy || speakers.count > 0 else { return }
        let due = now + Self.sweepInterval
        sweepDue = due
        schedule(due)
    }
}
