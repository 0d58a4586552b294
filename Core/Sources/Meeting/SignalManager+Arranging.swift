internal import Units

// What follows from who is here, what is on and what is wanted: the topology's steps, pauses, needs and slots.
// All of it is computed anew from the state, so that no input can be forgotten; only what differs is said.
extension SignalManager {
    /// Brings the media in line with the state. Called after every input that may have changed it; does nothing otherwise.
    mutating func arrange(at moment: Moment) -> [Effect] {
        var effects = moveTopology(at: moment)
        effects += tellNeeds()
        guard topology.usesSFU || media.values.contains(where: \.isUnsettled) else { return effects }
        effects += tellPauses()
        effects += assignSlots(at: moment)
        return effects
    }

    // MARK: Topology

    private mutating func moveTopology(at moment: Moment) -> [Effect] {
        var effects: [Effect] = []
        guard !seats.isEmpty else { return effects }
        var next = topology
        while let step = next.nextStep(members: topologyMembers, isReady: isReady, now: moment.now) {
            topology = next
            switch step {
            case .prepare(let mode):
                effects += emit(.topology(epoch: topology.epoch, mode, .prepare))
                if mode == .mesh { effects += linkAnew() }
            case .commit(let mode):
                effects += emit(.topology(epoch: topology.epoch, mode, .commit))
                // The links from person to person end, and what was said on them with them.
                if mode == .sfu { for index in seats.indices { seats[index].wantedFrom = [] } }
            }
        }
        // Taking no step may still have set a clock.
        topology = next
        return effects
    }

    /// Whether all who are connected have what a mode needs: links to the SFU for one, no tile by the SFU for the other.
    private func isReady(for mode: TopologyMode) -> Bool {
        seats.allSatisfy { seat in
            guard seat.connection != nil, !seat.access.isHeadless else { return true }
            let link = media[seat.id]
            return mode == .sfu ? link?.isConnected == true : link?.wanted.isEmpty ?? true
        }
    }

    /// Each pair builds a link. The one there was may be closed on one side and not on the other.
    private mutating func linkAnew() -> [Effect] {
        var effects: [Effect] = []
        for (index, seat) in seats.enumerated() {
            for earlier in seats[..<index] {
                effects += emit(.link(with: earlier.id, polite: true, fresh: true), to: .only([seat.id]))
                effects += emit(.link(with: seat.id, polite: false, fresh: true), to: .only([earlier.id]))
            }
        }
        return effects
    }

    /// What a newcomer's `welcome` does not say: a move that is going on.
    mutating func tellTopology(to index: Int) -> [Effect] {
        guard let preparing = topology.preparing else { return [] }
        return emit(.topology(epoch: topology.epoch, preparing.mode, .prepare), to: .only([seats[index].id]))
    }

    // MARK: Tracks

    /// Whether a source is on by its owner's word.
    private func isOn(_ source: Source, of seat: Seat) -> Bool {
        switch source {
        case .microphone: seat.microphone == .on
        case .camera: seat.camera == .on
        case .screen, .screenAudio: seat.screen == .on
        }
    }

    /// Whether a track can be shown: its m-line is there, its owner has it on, his transport stands. Also of somebody whose
    /// WebSocket is down: media outlives it.
    func isForwarded(_ track: TrackID) -> Bool {
        seat(track.participant).map { isForwarded(track.source, of: $0) } ?? false
    }

    private func isForwarded(_ source: Source, of seat: Seat) -> Bool {
        guard topology.usesSFU, let link = media[seat.id], link.isConnected else { return false }
        return link.published.contains(source) && isOn(source, of: seat)
    }

    private mutating func tellPauses() -> [Effect] {
        var effects: [Effect] = []
        for seat in seats {
            for source in media[seat.id]?.published ?? [] {
                let isPaused = !isOn(source, of: seat)
                guard media[seat.id]?.paused.contains(source) != isPaused else { continue }
                if isPaused { media[seat.id]?.paused.insert(source) } else { media[seat.id]?.paused.remove(source) }
                effects.append(.sfu(.pause(TrackID(seat.id, source), isPaused)))
            }
        }
        return effects
    }

    // MARK: Slots

    /// Tells those who need more slots than they were told. The others' sound counts whether it is on or not; video as wanted.
    /// In a mesh that the next to come will end, too, so that the slots are there when he comes.
    private mutating func tellNeeds() -> [Effect] {
        guard topology.usesSFU || seats.count >= topology.meshLimit else { return [] }
        var effects: [Effect] = []
        let members = Set(seats.map(\.id))
        let screens = seats.count { $0.screen == .on }
        for (index, seat) in seats.enumerated() where seat.connection != nil && !seat.access.isHeadless {
            let before = media[seat.id]?.need
            var need = before ?? SlotNeed()
            let wanted = media[seat.id]?.wanted.count { members.contains($0.participant) } ?? 0
            let otherScreens = screens - (seat.screen == .on ? 1 : 0)
            need.grow(audio: seats.count - 1 + otherScreens, video: wanted)
            guard need != before else { continue }
            media[seat.id, default: MediaLink()].need = need
            effects += tell(.need(audio: need.audio, video: need.video), to: index)
        }
        return effects
    }

    private mutating func assignSlots(at moment: Moment) -> [Effect] {
        var tracks: [TrackID] = []
        for seat in seats {
            tracks += Source.allCases.filter { isForwarded($0, of: seat) }.map { TrackID(seat.id, $0) }
        }
        let audio = tracks.filter(\.source.isAudio)
        let video = tracks.filter { !$0.source.isAudio }
        var effects: [Effect] = []
        for index in seats.indices { effects += assignSlots(of: index, video, audio, at: moment) }
        return effects
    }

    private mutating func assignSlots(
        of index: Int,
        _ video: [TrackID],
        _ audio: [TrackID],
        at moment: Moment
    ) -> [Effect] {
        let id = seats[index].id
        let isHere = seats[index].connection != nil
        guard var link = media[id], !link.slots.isEmpty else { return [] }
        if isHere, let usableAt = link.usableAt, usableAt <= moment.now { link.confirm(nil) }
        var shown = link.wanted.filter(video.contains)
        var heard = audible(audio, by: id)
        if seats[index].access.isPlayback {
            shown = watched(video.filter { $0.participant != id }, by: link, seats[index].access)
            heard = listened(audio.filter { $0.participant != id }, by: link, seats[index].access)
        }
        // Who cannot be told which tile is whose keeps what he has.
        if !isHere { shown.removeAll { track in !link.slots.contains { $0.track == track } } }
        let before = link.slots
        link.slots = SlotAssigner.assigned(before, video: shown, audio: heard)
        let changed = zip(before, link.slots).filter { $0.track != $1.track }.map(\.1)
        // New ones are told even when nothing is in them: a client may remember something of an earlier link.
        let told = link.slots.filter { $0.isUsable && !$0.isTold || changed.contains($0) }
        if isHere { for slot in link.slots.indices where link.slots[slot].isUsable { link.slots[slot].isTold = true } }
        media[id] = link
        guard !told.isEmpty else { return [] }
        let message = ServerMessage.slots(told.map { .init(mid: $0.mid, track: $0.track) })
        return tell(message, to: index) + changed.map { .sfu(.assign(id, mid: $0.mid, $0.track)) }
    }

    /// What somebody hears, the most important first: all the others while there are slots for so many; of more the sound
    /// of screens and the few who speak.
    private func audible(_ all: [TrackID], by listener: ParticipantID) -> [TrackID] {
        let others = all.filter { $0.participant != listener }
        let loud = loudest.members.map { TrackID($0, .microphone) }.filter(others.contains)
        let ranked = loud + others.filter { !loud.contains($0) }
        guard others.count > Limits.audioSlots else { return ranked }
        return ranked.filter { $0.source == .screenAudio }
            + ranked.filter { $0.source == .microphone }.prefix(Limits.loudest)
    }
}

extension MediaLink {
    /// Whether there is something to take back or to tell, also in a mesh.
    fileprivate var isUnsettled: Bool {
        usableAt != nil || slots.contains { $0.track != nil || $0.isUsable && !$0.isTold }
    }
}
