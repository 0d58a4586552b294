internal import Units

// A member's link to the SFU: his offers, and what the SFU says of it. The SFU itself is elsewhere; here its words are
// passed on and noted. What follows from them (slots, pauses, topology) is `arrange`'s.
extension SignalManager {
    /// `offer`, `answer` and `candidate` to `"sfu"`.
    mutating func receiveForSFU(
        _ message: ClientMessage,
        from index: Int,
        id: Int64?,
        at moment: Moment
    ) -> [Effect] {
        switch message {
        case .offer(let negotiation): return offer(negotiation, from: index, id: id, at: moment)
        case .answer:
            return refuse(index, .notAllowed, "The media server never offers, so there is nothing to answer.", re: id)
        // It never sends to an address that was only told: it answers the checks that come.
        default: return []
        }
    }

    private mutating func offer(
        _ negotiation: ClientMessage.Negotiation,
        from index: Int,
        id: Int64?,
        at moment: Moment
    ) -> [Effect] {
        let participant = seats[index].id
        var link = media[participant, default: MediaLink()]
        // One that the SFU has had: the client came back and did not know.
        if let offered = link.offeredNeg, negotiation.neg <= offered { return [] }
        guard link.offers.take(now: moment.now) else {
            media[participant] = link
            return refuse(index, .rateLimited, "Too many offers at once.", retry: .later, re: id)
        }
        guard Set(negotiation.tracks.map(\.source)).count == negotiation.tracks.count else {
            return refuse(index, .badMessage, "A participant has at most one track of each source.", re: id)
        }
        link.offer(negotiation.neg, id: id)
        media[participant] = link
        return [
            .sfu(
                .offer(
                    participant,
                    name,
                    neg: negotiation.neg,
                    sdp: negotiation.sdp,
                    tracks: negotiation.tracks,
                    re: id
                )
            )
        ]
    }

    /// The SFU has answered a member's newest offer; an answer to an older one is dropped.
    mutating func sfuAnswered(
        _ participant: ParticipantID,
        neg: Int64,
        sdp: String,
        lines: [SFULine],
        at moment: Moment
    ) -> [Effect] {
        guard let index = index(of: participant), var link = media[participant], link.isOpen,
            link.offeredNeg == neg, link.answeredNeg != neg
        else { return [] }
        let tracks = lines.compactMap { line in
            line.source.map { ClientMessage.TrackBinding(mid: line.mid, source: $0) }
        }
        let answer = ClientMessage.Negotiation(peer: participant, neg: neg, sdp: sdp, tracks: tracks)
        let re = link.offerID
        link.answeredNeg = neg
        link.offerID = nil
        link.unconfirmed = answer
        link.agree(lines, now: moment.now)
        link.answerSeq = seq + 1
        media[participant] = link
        return tell(.answer(from: .sfu, answer), to: index, re: re)
    }

    /// The SFU cannot take a member's newest offer: what was agreed before goes on, and he may offer again with the same `neg`.
    mutating func sfuRefused(
        _ participant: ParticipantID,
        neg: Int64,
        _ code: ErrorCode,
        _ sentence: String
    ) -> [Effect] {
        guard let index = index(of: participant), var link = media[participant], link.isOpen,
            link.offeredNeg == neg, link.answeredNeg != neg
        else { return [] }
        let re = link.offerID
        link.offeredNeg = link.answeredNeg
        link.offerID = nil
        media[participant] = link
        return refuse(index, code, sentence, retry: code == .badMessage ? .none : .later, re: re)
    }

    mutating func sfuConnected(_ participant: ParticipantID, _ isConnected: Bool, at moment: Moment) {
        guard media[participant]?.isOpen == true, let index = index(of: participant) else { return }
        media[participant]?.isConnected = isConnected
        noteMedia(of: index, isConnected, at: moment)
    }

    /// A track has begun to come, or comes no more: who is shown it hears why he sees nothing.
    mutating func sfuTrack(_ track: TrackID, isLive: Bool) -> [Effect] {
        guard media[track.participant]?.published.contains(track.source) == true else { return [] }
        let isNews =
            isLive
            ? media[track.participant]?.stalled.remove(track.source) != nil
            : media[track.participant]?.stalled.insert(track.source).inserted == true
        guard isNews, !track.source.isAudio else { return [] }
        let viewers = seats.compactMap { seat in
            media[seat.id]?.slots.contains { $0.track == track } == true ? seat.connection : nil
        }
        guard !viewers.isEmpty else { return [] }
        let given = ServerMessage.GivenTrack(track: track, reason: isLive ? nil : .publisher)
        return [.send(.given([given]), seq: nil, re: nil, to: viewers)]
    }

    /// Who speaks, the loudest first: everybody is told, without `seq`. The SFU says so at most five times a second.
    mutating func sfuSpeaking(_ participants: [ParticipantID], at moment: Moment) -> [Effect] {
        guard topology.usesSFU else { return [] }
        let speakers = participants.filter { isForwarded(TrackID($0, .microphone)) }
        loudest.heard(speakers, now: moment.now)
        noteSpeakers(speakers, at: moment)
        let connections = seats.compactMap(\.connection)
        return connections.isEmpty ? [] : [.send(.speaking(speakers), seq: nil, re: nil, to: connections)]
    }

    /// What a client that was away, and has seen everything up to `lastSeq`, is told of its link to the SFU: an answer that
    /// it missed, and how things are.
    mutating func sfuState(for index: Int, lastSeq: UInt64, at moment: Moment) -> [Effect] {
        guard var link = media[seats[index].id] else { return [] }
        if link.answerSeq <= lastSeq, lastSeq <= seq { link.unconfirmed = nil }
        if link.usableAt != nil { link.usableAt = moment.now + Limits.slotsUsableAfter }
        media[seats[index].id] = link
        var effects: [Effect] = []
        if let answer = link.unconfirmed { effects += tell(.answer(from: .sfu, answer), to: index) }
        if let need = link.need { effects += tell(.need(audio: need.audio, video: need.video), to: index) }
        let slots = link.slots.filter(\.isUsable)
        if !slots.isEmpty { effects += tell(.slots(slots.map { .init(mid: $0.mid, track: $0.track) }), to: index) }
        return effects
    }

    /// The member's page begins its link to the SFU anew, or he is gone.
    mutating func closeMedia(of participant: ParticipantID) -> [Effect] {
        let isOpen = media[participant]?.isOpen == true
        media[participant]?.reset()
        return isOpen ? [.sfu(.close(participant))] : []
    }
}
