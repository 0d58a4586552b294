internal import Meeting

/// The media server as signalling sees it: it knows what it was offered, what it answered and what it was told to show.
struct SimulatedSFU {
    struct Link {
        let generation: Int
        let room: RoomName
        var offered: Int64
        /// Receiving m-lines of the newest answer.
        var slots: Set<String> = []
        var published: Set<Source> = []
        var isConnected = false
        var assigned: [String: TrackID] = [:]
        var paused: Set<Source> = []
    }

    var links: [ParticipantID: Link] = [:]
    private var generations = 0

    /// Takes an order; returns what about it the meeting should not have said.
    mutating func take(_ order: SFUOrder) -> [String] {
        switch order {
        case .offer(let participant, let room, let neg, _, let tracks, _):
            if let offered = links[participant]?.offered, neg < offered { return ["\(participant): an old offer"] }
            if links[participant] == nil {
                generations += 1
                links[participant] = Link(generation: generations, room: room, offered: neg)
            }
            links[participant]?.offered = neg
            return Set(tracks.map(\.source)).count == tracks.count ? [] : ["\(participant): a source twice"]
        case .assign(let participant, let mid, let track): return assign(participant, mid, track)
        case .pause(let track, let isPaused):
            guard links[track.participant]?.published.contains(track.source) == true else {
                return ["\(track) is paused and not there"]
            }
            let isNews = links[track.participant]?.paused.contains(track.source) != isPaused
            if isPaused {
                links[track.participant]?.paused.insert(track.source)
            } else {
                links[track.participant]?.paused.remove(track.source)
            }
            return isNews ? [] : ["\(track) is paused twice"]
        case .close(let participant):
            return links.removeValue(forKey: participant) == nil ? ["\(participant) is closed and not there"] : []
        }
    }

    private mutating func assign(_ participant: ParticipantID, _ mid: String, _ track: TrackID?) -> [String] {
        guard let link = links[participant], link.slots.contains(mid) else {
            return ["\(participant) has no slot \(mid) yet"]
        }
        links[participant]?.assigned[mid] = track
        guard let track else { return link.assigned[mid] == nil ? ["\(participant): \(mid) is freed twice"] : [] }
        if track.participant == participant { return ["\(participant) is shown himself"] }
        if link.assigned[mid] == track { return ["\(participant): \(mid) is assigned what it has"] }
        // Slots freed in the same breath may come later in the list, so who has a track twice is seen by `isConsistent`.
        guard let source = links[track.participant], source.isConnected, source.published.contains(track.source),
            !source.paused.contains(track.source)
        else { return ["\(participant) is shown \(track), which does not come"] }
        return []
    }

    /// Nobody is shown one track on two lines; looked at when all orders of a step are carried out.
    var twice: [String] {
        links.compactMap { participant, link in
            Set(link.assigned.values).count == link.assigned.count ? nil : "\(participant) is shown a track twice"
        }.sorted()
    }
}

/// What the simulated media server says, later.
enum SFUEvent {
    case answer(
        ParticipantID,
        generation: Int,
        neg: Int64,
        audio: Int,
        video: Int,
        tracks: [ClientMessage.TrackBinding]
    )
    case refuse(ParticipantID, generation: Int, neg: Int64)
    case connected(ParticipantID, generation: Int, Bool)
    case track(ParticipantID, generation: Int, Source, isLive: Bool)
}
