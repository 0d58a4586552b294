// What members say: relay, state, chat, reactions.
extension SignalManager {
    /// One message of a member. `hello`, `leave` and `ping` never come here.
    mutating func receive(
        _ message: ClientMessage,
        from participant: ParticipantID,
        id: Int64?,
        tickets: inout TicketSource,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard let index = index(of: participant) else { return [] }
        if message.peer == .sfu { return receiveForSFU(message, from: index, id: id, at: moment) }
        switch message {
        case .offer(let negotiation):
            return relay(.offer(from: participant, negotiation), to: negotiation.peer, from: index, id: id)
        case .answer(let negotiation):
            return relay(.answer(from: participant, negotiation), to: negotiation.peer, from: index, id: id)
        case .candidate(let trickle):
            return relay(.candidate(from: participant, trickle), to: trickle.peer, from: index, id: id)
        case .state(let change): return changeState(index, change, id: id, at: moment)
        case .want(let tracks, let neg): return want(tracks, neg: neg, from: index)
        case .chat(let text, let receiver, let clientId):
            let draft = ChatRecord(
                id: "",
                from: participant,
                name: seats[index].name.description,
                to: receiver,
                text: text,
                clientId: clientId,
                at: moment.wall
            )
            return chat(draft, index, id: id, tickets: &tickets, at: moment, random: &random)
        case .react(let emoji): return react(emoji, index, id: id, at: moment)
        case .hello, .leave, .ping, .moderate, .unknown: return []
        }
    }

    private mutating func relay(
        _ message: ServerMessage,
        to receiver: ParticipantID,
        from index: Int,
        id: Int64?
    ) -> [Effect] {
        guard receiver != seats[index].id, self.index(of: receiver) != nil else {
            return refuse(index, .noSuchParticipant, "That person is not in this meeting.", re: id)
        }
        return permitted(message).map { emit($0, to: .only([receiver])) } ?? []
    }

    /// What of a message may reach another member: all of it, unless the room hides addresses. Nil: nothing.
    func permitted(_ message: ServerMessage) -> ServerMessage? {
        settings.relayOnly ? AddressFilter.relayOnly(message) : message
    }

    private mutating func changeState(
        _ index: Int,
        _ change: ClientMessage.StateChange,
        id: Int64?,
        at moment: Moment
    ) -> [Effect] {
        let publishes = change.microphone == .on || change.camera == .on || change.screen == .on
        guard seats[index].role != .viewer || !publishes else {
            return refuse(index, .notAllowed, "You are here to watch and listen.", re: id)
        }
        var seat = seats[index]
        seat.microphone = change.microphone ?? seat.microphone
        seat.camera = change.camera ?? seat.camera
        seat.screen = change.screen ?? seat.screen
        seat.away = change.away ?? seat.away
        if let hand = change.hand { seat.handAt = hand ? seat.handAt ?? moment.wall : nil }
        let isChanged = seat != seats[index]
        seats[index] = seat
        if isChanged { return emitUpdate(of: index, answering: id) }
        guard let id, let connection = seat.connection else { return [] }
        return [.send(.updated(seat.participant), seq: nil, re: id, to: [connection])]
    }

    /// Notes which tracks this member shows, for his slots. In a mesh it is the publishers' business as well.
    private mutating func want(_ tracks: [ClientMessage.WantedTrack], neg: Int64?, from index: Int) -> [Effect] {
        let viewer = seats[index].id
        var wanted: [TrackID] = []
        for track in tracks where track.participant != viewer && !track.source.isAudio {
            let id = TrackID(track.participant, track.source)
            if !wanted.contains(id) { wanted.append(id) }
        }
        media[viewer, default: MediaLink()].wanted = wanted
        media[viewer]?.confirm(neg)
        // On the way back to a mesh it names what is still shown by the SFU, so it says nothing of the new links.
        return topology.mode == .mesh ? relay(want: tracks, from: index) : []
    }

    /// Tells each publisher which of its tracks this member shows and how large; one no longer named hears an empty list.
    private mutating func relay(want tracks: [ClientMessage.WantedTrack], from index: Int) -> [Effect] {
        let viewer = seats[index].id
        var publishers: [ParticipantID] = []
        for track in tracks where track.participant != viewer && !publishers.contains(track.participant) {
            if self.index(of: track.participant) != nil { publishers.append(track.participant) }
        }
        var effects: [Effect] = []
        for publisher in publishers {
            effects += emit(
                .want(from: viewer, tracks.filter { $0.participant == publisher }),
                to: .only([publisher])
            )
        }
        for publisher in seats[index].wantedFrom where !publishers.contains(publisher) {
            if self.index(of: publisher) != nil { effects += emit(.want(from: viewer, []), to: .only([publisher])) }
        }
        seats[index].wantedFrom = publishers
        return effects
    }

    private mutating func react(_ emoji: String, _ index: Int, id: Int64?, at moment: Moment) -> [Effect] {
        guard Reactions.all.contains(emoji) else {
            return refuse(index, .badMessage, "That is not one of the reactions.", re: id)
        }
        guard seats[index].reactionBucket.take(now: moment.now) else {
            return refuse(index, .rateLimited, "Too many reactions at once.", retry: .later, re: id)
        }
        let message = ServerMessage.reaction(participant: seats[index].id, emoji: emoji)
        let asker = id == nil ? nil : seats[index].connection
        let others = seats.compactMap { $0.connection == asker ? nil : $0.connection }
        var effects: [Effect] = []
        if let asker { effects.append(.send(message, seq: nil, re: id, to: [asker])) }
        if !others.isEmpty { effects.append(.send(message, seq: nil, re: nil, to: others)) }
        return effects
    }
}
