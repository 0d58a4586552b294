internal import Units

// Members who came by WHIP or WHEP.
extension SignalManager {
    /// Whether anybody is here who can be asked and told. Without one a meeting has no host, and whoever comes next is its first.
    var hasPeople: Bool { seats.contains { !$0.access.isHeadless } }

    /// How many the topology has to serve: with a headless member more than any mesh takes, because he has no other link
    /// than that to the SFU.
    var topologyMembers: Int { seats.contains { $0.access.isHeadless } ? .max : seats.count }

    /// Makes a caller whose offer the SFU has taken a member: the others get `joined`, he his answer.
    ///
    /// - Parameter secret: never told to anybody, so that nobody resumes the seat.
    mutating func joinHeadless(
        _ caller: Caller,
        as id: ParticipantID,
        secret: String,
        sdp: String,
        _ lines: [SFULine],
        at moment: Moment
    ) -> [Effect] {
        if isEmpty { beginMeeting(at: moment) }
        var seat = Seat(
            id: id,
            name: caller.name,
            role: caller.access.isPlayback ? .viewer : .member,
            kind: caller.kind,
            device: nil,
            address: caller.address,
            access: caller.access,
            joinedAt: moment.wall,
            connection: caller.connection,
            resume: configuration.hash(secret),
            mediaEnds: moment.now + Limits.headlessWithoutMedia
        )
        var link = MediaLink()
        link.offer(Entering.neg, id: nil)
        link.answeredNeg = Entering.neg
        link.agree(lines, now: moment.now)
        // He cannot say what is on: what he offers to send is.
        let published = caller.access.isPlayback ? [] : link.published
        if published.contains(.microphone) { seat.microphone = .on }
        if published.contains(.camera) { seat.camera = .on }
        if published.contains(where: { $0 == .screen || $0 == .screenAudio }) { seat.screen = .on }
        link.voices = LoudestFew(limit: min(link.slots.count(where: \.isAudio), Limits.loudest))
        link.faces = LoudestFew(limit: link.slots.count { !$0.isAudio })
        media[id] = link
        var effects = emit(.joined(seat.participant))
        seat.joinedSeq = seq
        seats.append(seat)
        settings.lastUsedAt = moment.wall
        effects.append(.store([.room(settings)], ticket: nil))
        let servers = configuration.iceServers(id, caller.connection, moment.wall)
        let answer = ClientMessage.Negotiation(peer: id, neg: Entering.neg, sdp: sdp, tracks: [])
        effects.append(.send(.iceServers(servers), seq: nil, re: nil, to: [caller.connection]))
        effects.append(.send(.answer(from: .sfu, answer), seq: nil, re: nil, to: [caller.connection]))
        return effects
    }

    /// The connection of a headless member is his media: he has it, or goes when it has been gone for long enough.
    mutating func noteMedia(of index: Int, _ isConnected: Bool, at moment: Moment) {
        guard seats[index].access.isHeadless else { return }
        if isConnected {
            seats[index].mediaEnds = nil
            // Without our answer there would be no connection.
            media[seats[index].id]?.confirm(nil)
        } else if seats[index].mediaEnds == nil {
            seats[index].mediaEnds = moment.now + Limits.headlessWithoutMedia
        }
    }

    /// Headless members whose media has been gone for too long.
    mutating func expireHeadless(at moment: Moment) -> [Effect] {
        var effects: [Effect] = []
        while let index = seats.firstIndex(where: { $0.mediaEnds.map { $0 <= moment.now } ?? false }) {
            if let connection = seats[index].connection { effects.append(.close(connection, code: .normal)) }
            effects += free(index, .lost, at: moment)
        }
        return effects
    }
}

// MARK: - What a viewer is shown

extension SignalManager {
    /// Notes for each viewer who speaks, so that he sees and hears those.
    mutating func noteSpeakers(_ speakers: [ParticipantID], at moment: Moment) {
        let visible = speakers.filter { isForwarded(TrackID($0, .camera)) }
        for seat in seats where seat.access.isPlayback {
            media[seat.id]?.voices.heard(speakers, now: moment.now)
            media[seat.id]?.faces.heard(visible, now: moment.now)
        }
    }

    /// What a viewer's video slots show: the cameras of who spoke last, then screens, then the others' cameras; or all of
    /// one participant's.
    func watched(_ all: [TrackID], by link: MediaLink, _ access: Access) -> [TrackID] {
        if case .playback(let participant?) = access { return all.filter { $0.participant == participant } }
        let faces = link.faces.members.map { TrackID($0, .camera) }.filter(all.contains)
        let screens = all.filter { $0.source == .screen }
        return faces + screens + all.filter { $0.source == .camera && !faces.contains($0) }
    }

    /// What a viewer's audio slots play, if he has too few for all: who spoke last first.
    func listened(_ all: [TrackID], by link: MediaLink, _ access: Access) -> [TrackID] {
        if case .playback(let participant?) = access { return all.filter { $0.participant == participant } }
        let voices = link.voices.members.map { TrackID($0, .microphone) }.filter(all.contains)
        let screens = all.filter { $0.source == .screenAudio }
        let others = all.filter { $0.source == .microphone && !voices.contains($0) }
        // More than are heard at a time are no use to anybody, as with everybody else.
        return voices + screens + (all.count > Limits.audioSlots ? [] : others)
    }
}
