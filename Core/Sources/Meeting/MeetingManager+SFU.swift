internal import Units

// What the media server says, in answer to the effects `.sfu`. Whatever it says of somebody who is gone is dropped.
extension MeetingManager {
    /// The SFU has an answer to an offer.
    ///
    /// - Parameters:
    ///   - neg: the offer's.
    ///   - lines: every m-line of the answer that is not rejected, in order.
    public mutating func sfuAnswered(
        _ participant: ParticipantID,
        neg: Int64,
        sdp: String,
        lines: [SFULine],
        at moment: Moment
    ) -> [Effect] {
        if let seated = seatEntering(participant, sdp: sdp, lines: lines, at: moment) { return seated }
        guard let room = mediaRooms[participant] else { return [] }
        let effects =
            rooms[room]?.sfuAnswered(participant, neg: neg, sdp: sdp, lines: lines, at: moment) ?? []
        return arranged(effects, [room], at: moment)
    }

    /// The SFU does not take an offer; what was agreed before goes on.
    ///
    /// - Parameters:
    ///   - code: `badMessage` for a description that cannot be answered, `serverError` when there is no SFU.
    ///   - sentence: why, for the client.
    public mutating func sfuRefused(
        _ participant: ParticipantID,
        neg: Int64,
        code: ErrorCode = .badMessage,
        _ sentence: String,
        at moment: Moment
    ) -> [Effect] {
        if let refused = refuseEntering(participant, code, sentence) { return refused }
        guard let room = mediaRooms[participant] else { return [] }
        let effects = rooms[room]?.sfuRefused(participant, neg: neg, code, sentence) ?? []
        return arranged(effects, [room], at: moment)
    }

    /// A participant's transport stands (keys and a path), or no more.
    public mutating func sfuConnected(
        _ participant: ParticipantID,
        _ isConnected: Bool,
        at moment: Moment
    ) -> [Effect] {
        guard let room = mediaRooms[participant] else { return [] }
        rooms[room]?.sfuConnected(participant, isConnected, at: moment)
        return arranged([], [room], at: moment)
    }

    /// A participant's track has begun to come, or comes no more although it is not paused.
    public mutating func sfuTrack(
        _ participant: ParticipantID,
        _ source: Source,
        isLive: Bool,
        at moment: Moment
    ) -> [Effect] {
        guard let room = mediaRooms[participant] else { return [] }
        return rooms[room]?.sfuTrack(TrackID(participant, source), isLive: isLive) ?? []
    }

    /// Who speaks in a room, the loudest first; at most five times a second.
    public mutating func sfuSpeaking(
        _ room: RoomName,
        _ participants: [ParticipantID],
        at moment: Moment
    ) -> [Effect] {
        let before = rooms[room]?.loudest.members
        let effects = rooms[room]?.sfuSpeaking(participants, at: moment) ?? []
        let isNews =
            rooms[room]?.loudest.members != before
            || rooms[room]?.seats.contains(where: \.access.isPlayback) == true
        return isNews ? arranged(effects, [room], at: moment) : effects
    }

    /// The effects of an input, and what follows from it for the media of the rooms that it concerned.
    mutating func arranged(_ effects: [Effect], _ names: Set<RoomName>, at moment: Moment) -> [Effect] {
        var effects = effects
        for name in names.sorted() { effects += rooms[name]?.arrange(at: moment) ?? [] }
        for case .sfu(let order) in effects {
            switch order {
            case .offer(let participant, let room, _, _, _, _):
                // Who is entering is nobody in the room yet.
                if entering[participant] == nil { mediaRooms[participant] = room }
            case .close(let participant): mediaRooms[participant] = nil
            case .assign, .pause: break
            }
        }
        return effects
    }

    /// The room that a connection is a member of.
    func roomOfMember(_ connection: ConnectionID) -> RoomName? {
        guard case .member(let room, _) = connections[connection]?.place else { return nil }
        return room
    }
}
