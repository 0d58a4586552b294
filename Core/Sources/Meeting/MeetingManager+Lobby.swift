internal import Units

// The lobby: guests wait outside the room until a host lets them in.
extension MeetingManager {
    mutating func wait(
        _ caller: Caller,
        _ room: RoomName,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard !(lobbies[room]?.isFull ?? false) else {
            return refuse(
                caller.connection,
                .roomFull,
                "Too many people are waiting already.",
                retry: .later,
                re: caller.helloID
            )
        }
        let guest = Guest(id: ParticipantID(random: &random), caller: caller, since: moment.wall)
        connections[caller.connection]?.place = .guest(room, guest.id)
        let position = lobbies[room, default: Lobby()].append(guest)
        let answer = ServerMessage.waiting(you: guest.id, position: position, now: moment.wall)
        return reply(answer, re: caller.helloID, to: caller.connection) + tellHosts(of: room)
    }

    /// A guest left by himself or lost his connection.
    mutating func guestGone(_ guest: ParticipantID, from room: RoomName, at moment: Moment) -> [Effect] {
        guard lobbies[room]?.take(guest).isEmpty == false else { return [] }
        let effects = (lobbies[room]?.positions(wall: moment.wall) ?? []) + tellHosts(of: room)
        forgetIfEmpty(room)
        return effects
    }

    /// Who waits, to all hosts.
    private mutating func tellHosts(of room: RoomName) -> [Effect] {
        guard let manager = rooms[room] else { return [] }
        let hosts = manager.seats.filter { $0.role == .host }.map(\.id)
        guard !hosts.isEmpty else { return [] }
        return rooms[room]?.emit(.lobby(lobbies[room]?.seenByHosts ?? []), to: .only(hosts)) ?? []
    }

    /// After a seat was freed or a host made: guests who need not wait any longer come in, new hosts learn who waits,
    /// and a room that nobody needs is forgotten. When all members have gone and no host can come back, the meeting is over
    /// for its guests too: the lobby never opens by itself.
    mutating func settle(
        _ room: RoomName,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        var effects: [Effect] = []
        if let guests = lobbies[room]?.guests, !guests.isEmpty, let manager = rooms[room] {
            if !manager.hasPeople, !manager.mustWait(guests[0].caller, wall: moment.wall) {
                for guest in lobbies[room]?.take(nil) ?? [] { effects += goodbye(guest.caller.connection, .ended) }
            } else if manager.hasPeople, !manager.settings.lobby {
                effects += letIn(guests, room, at: moment, random: &random)
                effects += lobbies[room]?.positions(wall: moment.wall) ?? []
            }
            effects += tellHosts(of: room)
        }
        forgetIfEmpty(room)
        return effects
    }
}

// MARK: - Orders

extension MeetingManager {
    /// A host's order. Everybody else gets `not-allowed`, whatever the order is (T-AUTH-4).
    mutating func moderate(
        _ order: ClientMessage.Moderation,
        id: Int64?,
        by participant: ParticipantID,
        in room: RoomName,
        on connection: ConnectionID,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard let index = rooms[room]?.index(of: participant), let role = rooms[room]?.seats[index].role else {
            return []
        }
        guard SignalManager.mayModerate(role) else {
            return refuse(connection, .notAllowed, "Only a host may do that.", re: id)
        }
        switch order.action {
        case .admit: return admit(order, id: id, by: index, in: room, on: connection, at: moment, random: &random)
        case .deny: return deny(order, id: id, by: index, in: room, on: connection, at: moment)
        case .lobby: return setLobby(order, id: id, by: index, in: room, on: connection, at: moment, random: &random)
        case .end: return end(room, by: participant, id: id, at: moment)
        default:
            let removed = order.participant.flatMap { rooms[room]?.seat($0)?.connection }
            let effects = rooms[room]?.moderate(order, by: index, id: id, at: moment) ?? []
            let isRemoval = order.action == .remove || order.action == .ban
            if isRemoval, let removed { connections[removed]?.place = .leaving }
            guard isRemoval || order.action == .promote else { return effects }
            return effects + settle(room, at: moment, random: &random)
        }
    }

    private mutating func admit(
        _ order: ClientMessage.Moderation,
        id: Int64?,
        by index: Int,
        in room: RoomName,
        on connection: ConnectionID,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard let manager = rooms[room] else { return [] }
        let waiting = lobbies[room]?.guests.filter { order.participant == nil || $0.id == order.participant } ?? []
        guard !waiting.isEmpty else {
            return refuse(connection, .noSuchParticipant, "That person is not waiting any more.", re: id)
        }
        guard manager.seats.count < configuration.roomLimit else {
            return refuse(
                connection,
                .roomFull,
                "This meeting is full: it takes \(configuration.roomLimit) people.",
                retry: .later,
                re: id
            )
        }
        var effects = announce(order, id: id, by: index, in: room)
        effects += letIn(waiting, room, at: moment, random: &random)
        return effects + (lobbies[room]?.positions(wall: moment.wall) ?? []) + tellHosts(of: room)
    }

    private mutating func announce(
        _ order: ClientMessage.Moderation,
        id: Int64?,
        by index: Int,
        in room: RoomName
    ) -> [Effect] {
        guard let host = rooms[room]?.seats[index].id else { return [] }
        let message = ServerMessage.moderated(
            .init(action: order.action, by: host, participant: order.participant, on: order.on)
        )
        return rooms[room]?.emit(message, answering: id, of: host) ?? []
    }

    /// Seats guests in the order of waiting while there is room; who finds none goes on waiting.
    private mutating func letIn(
        _ waiting: [Guest],
        _ room: RoomName,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        var effects: [Effect] = []
        for guest in waiting {
            guard rooms[room]?.seats.count ?? .max < configuration.roomLimit else { break }
            _ = lobbies[room]?.take(guest.id)
            effects += seat(guest.caller, as: guest.id, room, re: nil, at: moment, random: &random)
        }
        return effects
    }

    private mutating func deny(
        _ order: ClientMessage.Moderation,
        id: Int64?,
        by index: Int,
        in room: RoomName,
        on connection: ConnectionID,
        at moment: Moment
    ) -> [Effect] {
        let denied = lobbies[room]?.take(order.participant) ?? []
        guard !denied.isEmpty else {
            return refuse(connection, .noSuchParticipant, "That person is not waiting any more.", re: id)
        }
        var effects = announce(order, id: id, by: index, in: room)
        for guest in denied {
            let connection = guest.caller.connection
            effects += refuse(connection, .denied, "The host did not let you in.", re: guest.caller.helloID)
            effects += goodbye(connection, .denied)
        }
        return effects + (lobbies[room]?.positions(wall: moment.wall) ?? []) + tellHosts(of: room)
    }

    /// `lobby` with `on`; without it, on. Switching it off lets in whoever waits.
    private mutating func setLobby(
        _ order: ClientMessage.Moderation,
        id: Int64?,
        by index: Int,
        in room: RoomName,
        on connection: ConnectionID,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        let isOn = order.on ?? true
        rooms[room]?.settings.lobby = isOn
        var effects = rooms[room]?.emitSettings(order, by: index, id: id) ?? []
        let waiting = lobbies[room]?.guests ?? []
        guard !isOn, !waiting.isEmpty else { return effects }
        effects += letIn(waiting, room, at: moment, random: &random)
        return effects + (lobbies[room]?.positions(wall: moment.wall) ?? []) + tellHosts(of: room)
    }

    /// Ends the meeting for all, guests included. The chat stays on disk.
    private mutating func end(_ room: RoomName, by host: ParticipantID, id: Int64?, at moment: Moment) -> [Effect] {
        guard var manager = rooms[room] else { return [] }
        manager.settings.lastUsedAt = moment.wall
        manager.settings.lobby = false
        manager.settings.relayOnly = false
        manager.settings.locked = false
        manager.settings.hostDevices = []
        let changes: [StoredChange] = [.freeAllSeats(room), .room(manager.settings)]
        var effects = manager.index(of: host).map { manager.storeBeforeAnswer(changes, to: $0) } ?? []
        effects += manager.emit(.moderated(.init(action: .end, by: host)), answering: id, of: host)
        for seat in manager.seats {
            if let connection = seat.connection { effects += goodbye(connection, .ended) }
        }
        for guest in lobbies[room]?.take(nil) ?? [] { effects += goodbye(guest.caller.connection, .ended) }
        for seat in manager.seats { effects += manager.closeMedia(of: seat.id) + [.departed(seat.id)] }
        manager.media = [:]
        manager.seats = []
        rooms[room] = manager
        forgetIfEmpty(room)
        return effects
    }
}
