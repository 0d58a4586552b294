// What must hold after every input, for tests, the simulation and the fuzzers. Never called by the server.
extension MeetingManager {
    /// Sentences about what is wrong inside; empty when all is well.
    public func violations() -> [String] {
        var found: [String] = []
        for (name, room) in rooms {
            found += room.violations().map { "\(name): \($0)" }
            for seat in room.seats {
                guard let connection = seat.connection else { continue }
                if connections[connection]?.place != .member(name, seat.id) {
                    found.append("\(name): the seat of \(seat.id) is bound to a connection that is not his")
                }
            }
            let isEntered = entering.values.contains { $0.room == name }
            if room.isEmpty, room.pendingChat.isEmpty, lobbies[name]?.isEmpty ?? true, !isEntered {
                found.append("\(name): an empty room is kept")
            }
        }
        for (name, lobby) in lobbies {
            if lobby.guests.count > Limits.lobbyGuests { found.append("\(name): too many guests") }
            for guest in lobby.guests where connections[guest.caller.connection]?.place != .guest(name, guest.id) {
                found.append("\(name): guest \(guest.id) has no connection")
            }
        }
        for (participant, room) in mediaRooms where rooms[room]?.media[participant]?.isOpen != true {
            found.append("\(participant) is known to the SFU and to no room")
        }
        for (connection, known) in connections { found += violations(of: connection, known) }
        if rooms.count + loading.count > Limits.rooms { found.append("too many rooms") }
        if loading.values.contains(where: { $0.count > Limits.loadingPerRoom }) { found.append("too many parked") }
        if ticketRooms.count != rooms.values.reduce(0, { $0 + $1.pendingChat.count }) {
            found.append("tickets and unwritten messages differ")
        }
        return found.sorted()
    }

    private func violations(of connection: ConnectionID, _ known: Connection) -> [String] {
        switch known.place {
        case .member(let room, let id) where rooms[room]?.seat(id)?.connection != connection:
            ["connection \(connection.number) is a second one of \(id)"]
        case .guest(let room, let id) where lobbies[room]?.guests.contains { $0.id == id } != true:
            ["connection \(connection.number) waits in no lobby"]
        case .loading(let room) where loading[room]?.contains { $0.connection == connection } != true:
            ["connection \(connection.number) waits for a room that nobody reads"]
        default: []
        }
    }

    /// Whether a room hides addresses now.
    public func hidesAddresses(_ room: RoomName) -> Bool { rooms[room]?.settings.relayOnly ?? false }

    /// Where a room's media is, and what each member is shown on which m-line; nil when it is not in memory.
    public func mediaState(
        of room: RoomName
    ) -> (mode: TopologyMode, preparing: TopologyMode?, epoch: UInt64, shown: [ParticipantID: [String: TrackID]])? {
        guard let room = rooms[room] else { return nil }
        let shown = room.media.mapValues { link in
            link.slots.reduce(into: [String: TrackID]()) { $0[$1.mid] = $1.track }
        }
        return (room.topology.mode, room.topology.preparing?.mode, room.topology.epoch, shown)
    }

    /// The members of a room as members see them, in the order of joining; empty when it is not in memory.
    public func participants(of room: RoomName) -> [ServerMessage.Participant] {
        rooms[room]?.seats.map(\.participant) ?? []
    }
}

extension SignalManager {
    func violations() -> [String] {
        var found: [String] = []
        // Seats out of storage are held whatever the limit is now.
        let joined = seats.filter { $0.joinedSeq > 0 }
        if joined.count > configuration.roomLimit { found.append("too many members") }
        if Set(seats.map(\.id)).count != seats.count { found.append("a participant sits twice") }
        if hasPeople, !seats.contains(where: { $0.role == .host }) { found.append("a meeting without host") }
        if seats.contains(where: { $0.access.isHeadless && ($0.role == .host || $0.connection == nil) }) {
            found.append("a headless member is host, or has no connection")
        }
        if seats.contains(where: { ($0.connection == nil) != ($0.graceEnds != nil) }) {
            found.append("a seat is neither connected nor on its grace")
        }
        if chat.count > 2 * Limits.chatHistory || pendingChat.count > Limits.pendingChat
            || notStored.count > Limits.notStored || bans.count > Limits.bans
            || settings.hostDevices.count > Limits.hostDevices
        {
            found.append("a list is over its limit")
        }
        if log.held.bytes > 2 * Limits.replayBytes + 2 * Limits.sdpBytes
            || log.held.entries > 2 * Limits.replayMessages + 1
        {
            found.append("the replay log is over its limit")
        }
        return found + mediaViolations()
    }
}

extension SignalManager {
    private func mediaViolations() -> [String] {
        var found: [String] = []
        if !Set(media.keys).isSubset(of: seats.map(\.id)) { found.append("somebody who is gone has a link to the SFU") }
        if configuration.meshLimit == 0, topology.mode != .sfu || topology.preparing != nil {
            found.append("a room without a mesh is not of the SFU alone")
        }
        for (participant, link) in media {
            let shown = link.slots.compactMap(\.track)
            if Set(shown).count != shown.count { found.append("\(participant) is shown a track twice") }
            if shown.contains(where: { $0.participant == participant }) {
                found.append("\(participant) is shown himself")
            }
            if link.slots.contains(where: { $0.track != nil && !$0.isUsable }) {
                found.append("\(participant) is shown something on an m-line he does not have yet")
            }
            if link.slots.contains(where: { $0.track.map(\.source.isAudio) ?? $0.isAudio != $0.isAudio }) {
                found.append("\(participant) is shown sound as video")
            }
            if !shown.allSatisfy(isForwarded) { found.append("\(participant) is shown what nobody sends") }
            if let need = link.need, need.audio + need.video + Limits.ownLines > Limits.sfuLines {
                found.append("\(participant) needs too much")
            }
        }
        return found
    }
}
