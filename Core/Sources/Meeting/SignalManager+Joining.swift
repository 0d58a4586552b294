internal import Units

// Joining, resuming, losing the connection, leaving.
extension SignalManager {
    /// Whether a caller may become a member right now; nil is yes. The lobby is asked separately: it is not a refusal.
    func refusal(of caller: Caller) -> (code: ErrorCode, sentence: String, retry: Retry)? {
        if isBanned(caller) { return (.denied, "You were removed from this meeting and cannot come back.", .none) }
        let isReturningHost = isHostDevice(caller.device)
        if settings.locked, hasPeople, !isReturningHost {
            return (.roomLocked, "This meeting is locked. Ask somebody inside to unlock it.", .later)
        }
        guard seats.count < configuration.roomLimit else {
            return (.roomFull, "This meeting is full: it takes \(configuration.roomLimit) people.", .later)
        }
        return nil
    }

    /// Whether a caller waits in the lobby. With the lobby on everybody does but a device that was host here,
    /// also when nobody is in the room yet: coming early is no way around the lobby.
    func mustWait(_ caller: Caller, wall: UnixMilliseconds) -> Bool {
        guard settings.lobby, !isHostDevice(caller.device) else { return false }
        return hasPeople || lobbyOutlasts(wall)
    }

    private func isBanned(_ caller: Caller) -> Bool {
        bans.contains { ban in
            (ban.device != nil && ban.device == caller.device)
                || (ban.address == caller.address && ban.foldedName == caller.name.folded)
        }
    }

    /// A host who left and comes back on the same device. A second tab of a host who is here is no host.
    private func isHostDevice(_ device: TokenHash?) -> Bool {
        guard let device, settings.hostDevices.contains(device) else { return false }
        return !seats.contains { $0.device == device }
    }

    /// Makes a caller a member: he gets `welcome`, the others `joined`, each pair its `link` unless media goes by the SFU.
    mutating func join(
        _ caller: Caller,
        as id: ParticipantID,
        resume token: String,
        answering re: Int64?,
        waiting: [ServerMessage.WaitingGuest],
        at moment: Moment
    ) -> [Effect] {
        if !hasPeople { beginMeeting(at: moment) }
        let role: Role = !hasPeople || isHostDevice(caller.device) ? .host : .member
        var seat = Seat(
            id: id,
            name: caller.name,
            role: role,
            kind: caller.kind,
            device: caller.device,
            address: caller.address,
            joinedAt: moment.wall,
            connection: caller.connection,
            resume: configuration.hash(token)
        )
        var effects = emit(.joined(seat.participant))
        seat.joinedSeq = seq
        seats.append(seat)
        settings.lastUsedAt = moment.wall
        if role == .host { remember(hostDevice: caller.device) }
        effects.append(.store([.room(settings), .seat(name, seat.record)], ticket: nil))
        effects += welcome(seats.count - 1, token: token, re: re, waiting: waiting, at: moment)
        effects += tellTopology(to: seats.count - 1)
        guard topology.links(members: topologyMembers) else { return effects }
        for other in seats where other.id != id {
            effects += emit(.link(with: other.id, polite: true, fresh: false), to: .only([id]))
            effects += emit(.link(with: id, polite: false, fresh: false), to: .only([other.id]))
        }
        return effects
    }

    /// The first one enters: settings of the meeting before do not bind this one, its chat stays.
    mutating func beginMeeting(at moment: Moment) {
        settings.startedAt = moment.wall
        settings.locked = false
        if moment.wall - settings.lastUsedAt > Limits.settingsOutlastMilliseconds { settings.relayOnly = false }
        guard !lobbyOutlasts(moment.wall) else { return }
        settings.lobby = false
        settings.hostDevices = []
    }

    /// The lobby of an empty room stays on for a day while one of its hosts can still come back to open it.
    private func lobbyOutlasts(_ wall: UnixMilliseconds) -> Bool {
        settings.lobby && !settings.hostDevices.isEmpty
            && wall - settings.lastUsedAt <= Limits.settingsOutlastMilliseconds
    }

    mutating func remember(hostDevice device: TokenHash?) {
        guard let device, !settings.hostDevices.contains(device) else { return }
        settings.hostDevices.append(device)
        if settings.hostDevices.count > Limits.hostDevices { settings.hostDevices.removeFirst() }
    }

    private mutating func welcome(
        _ index: Int,
        token: String,
        re: Int64?,
        waiting: [ServerMessage.WaitingGuest],
        at moment: Moment
    ) -> [Effect] {
        let seat = seats[index]
        guard let connection = seat.connection else { return [] }
        let message = ServerMessage.Welcome(
            you: seat.id,
            role: seat.role,
            room: info,
            participants: seats.map(\.participant),
            chat: history(for: seat.id),
            iceServers: iceServers(for: index, on: connection, at: moment),
            resume: token,
            waiting: seat.role == .host ? waiting : [],
            now: moment.wall
        )
        return [
            .hold(connection), .send(.welcome(message), seq: seq, re: re, to: [connection]), .ping(connection),
        ]
    }
}

// MARK: - Coming back

extension SignalManager {
    /// The seat that a resume token opens: by its newest token, or by the one before while nothing has shown that the
    /// newest arrived (`heard`). A network that breaks between the answer and its arrival must not cost anybody the seat,
    /// also while the server does not know yet that the connection is dead; but of two that race with one token, one wins.
    func seatIndex(resumedBy token: TokenHash, now: Timestamp) -> Int? {
        seats.firstIndex { seat in
            if seat.resume == token { return true }
            guard seat.previousResume == token else { return false }
            return seat.connection == nil || seat.resumedAt.map { now - $0 > Limits.resumeRace } ?? true
        }
    }

    /// Binds a seat to a new connection. The token used is spent; `token` is its successor.
    ///
    /// - Parameter lastSeq: the newest message the client has; nil when it remembers nothing (its page was reloaded).
    mutating func resume(
        _ index: Int,
        on connection: ConnectionID,
        usedToken: TokenHash,
        newToken token: String,
        lastSeq: UInt64?,
        answering re: Int64?,
        waiting: [ServerMessage.WaitingGuest],
        at moment: Moment
    ) -> [Effect] {
        var effects: [Effect] = []
        if let old = seats[index].connection {
            effects += [.send(.bye(.replaced, retry: .none), seq: nil, re: nil, to: [old]), .close(old, code: .normal)]
        }
        forgetRequests(of: seats[index].id)
        seats[index].previousResume = usedToken
        seats[index].resumedAt = moment.now
        seats[index].resume = configuration.hash(token)
        seats[index].graceEnds = nil
        let wasAway = seats[index].connection == nil
        seats[index].connection = nil
        if wasAway {
            // Goes to the others now, and ends the replay below: what happened to the seat meanwhile said "reconnecting".
            var back = seats[index].participant
            back.isConnected = true
            effects += emit(.updated(back))
        }
        let missed = lastSeq.flatMap { $0 <= seq ? log.missed(by: seats[index].id, after: $0) : nil }
        seats[index].connection = connection
        effects.append(.store([.seat(name, seats[index].record)], ticket: nil))
        guard let missed else {
            // A new page has no link to the SFU; one that lives keeps it.
            if lastSeq == nil { effects += closeMedia(of: seats[index].id) }
            effects += welcome(index, token: token, re: re, waiting: waiting, at: moment)
            effects += tellTopology(to: index)
            effects += sfuState(for: index, lastSeq: lastSeq ?? 0, at: moment)
            return effects + relink(index, lastSeq: lastSeq)
        }
        let seat = seats[index]
        // Its `seq` is the client's own: if the connection breaks before the missed messages came, they are still missed.
        let answer = ServerMessage.resumed(
            you: seat.id,
            role: seat.role,
            resume: token,
            iceServers: iceServers(for: index, on: connection, at: moment),
            now: moment.wall
        )
        effects += [.hold(connection), .send(answer, seq: lastSeq, re: re, to: [connection])]
        for entry in missed {
            // What was said before addresses were hidden is not told any more.
            guard let message = permitted(entry.message) else { continue }
            effects.append(.send(message, seq: entry.seq, re: nil, to: [connection]))
        }
        effects += sfuState(for: index, lastSeq: lastSeq ?? 0, at: moment)
        effects.append(.ping(connection))
        return effects
    }

    /// Tells a member who got a fresh `welcome` which links to have. Both ends build anew where he can have none:
    /// all of them when his page was reloaded, else those to people who came after what he saw last.
    private mutating func relink(_ index: Int, lastSeq: UInt64?) -> [Effect] {
        guard topology.links(members: topologyMembers) else { return [] }
        let id = seats[index].id
        var effects: [Effect] = []
        for (otherIndex, other) in seats.enumerated() where other.id != id {
            let isLater = index > otherIndex
            let fresh = lastSeq.map { other.joinedSeq > $0 } ?? true
            effects += emit(.link(with: other.id, polite: isLater, fresh: fresh), to: .only([id]))
            if fresh { effects += emit(.link(with: id, polite: !isLater, fresh: true), to: .only([other.id])) }
        }
        return effects
    }

    /// Anything came from the member: his newest token has arrived, the one before is void.
    mutating func heard(from participant: ParticipantID) -> [Effect] {
        guard let index = index(of: participant), seats[index].previousResume != nil else { return [] }
        seats[index].previousResume = nil
        return [.store([.seat(name, seats[index].record)], ticket: nil)]
    }
}

// MARK: - Going

extension SignalManager {
    /// The connection broke: the seat is held, the others see the member as reconnecting.
    mutating func disconnected(
        _ participant: ParticipantID,
        connection: ConnectionID,
        grace: Duration,
        at moment: Moment
    ) -> [Effect] {
        guard let index = index(of: participant), seats[index].connection == connection else { return [] }
        // Who came by HTTP has no way back to his seat.
        guard !seats[index].access.isHeadless else { return free(index, .lost, at: moment) }
        forgetRequests(of: participant)
        seats[index].connection = nil
        seats[index].iceServersDue = nil
        seats[index].graceEnds = moment.now + grace
        return emit(.updated(seats[index].participant), to: .allBut(participant))
    }

    /// Frees seats whose grace is over.
    mutating func expire(at moment: Moment) -> [Effect] {
        var effects: [Effect] = []
        while let index = seats.firstIndex(where: { $0.graceEnds.map { $0 <= moment.now } ?? false }) {
            effects += free(index, .lost, at: moment)
        }
        return effects
    }

    /// The earliest end of a grace, the next renewal of ICE servers, the next step of the media.
    var nextDeadline: Timestamp? {
        guard !seats.isEmpty else { return nil }
        let deadlines = seats.map { seat in
            let next = earlier(seat.iceServersDue, media[seat.id]?.usableAt)
            return seat.connection == nil ? seat.graceEnds : earlier(next, seat.mediaEnds)
        }
        return earlier(deadlines.compactMap(\.self).min(), topology.nextDeadline)
    }

    private func earlier(_ left: Timestamp?, _ right: Timestamp?) -> Timestamp? {
        [left, right].compactMap(\.self).min()
    }

    /// Takes a member out for good and makes sure that somebody who is left is host.
    mutating func free(_ index: Int, _ reason: LeaveReason, at moment: Moment) -> [Effect] {
        let seat = seats.remove(at: index)
        settings.lastUsedAt = moment.wall
        var changes: [StoredChange] = [.freeSeat(name, seat.id), .room(settings)]
        var effects = emit(.left(seat.participant, reason))
        if !seats.contains(where: { $0.role == .host }), let heir = heir {
            seats[heir].role = .host
            remember(hostDevice: seats[heir].device)
            changes += [.seat(name, seats[heir].record), .room(settings)]
            effects += emitUpdate(of: heir)
        }
        effects += closeMedia(of: seat.id)
        media[seat.id] = nil
        loudest.remove(seat.id)
        for viewer in media.keys {
            media[viewer]?.voices.remove(seat.id)
            media[viewer]?.faces.remove(seat.id)
        }
        effects += [.store(changes, ticket: nil), .departed(seat.id)]
        return effects
    }

    /// Who becomes host when none is left: the longest present, somebody connected before somebody lost.
    var heir: Int? {
        let people = seats.indices.filter { !seats[$0].access.isHeadless }
        let candidates = people.filter { seats[$0].role != .viewer }
        return candidates.first { seats[$0].connection != nil } ?? candidates.first ?? people.first
    }
}
