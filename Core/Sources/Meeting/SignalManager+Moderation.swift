// A host's orders that concern members. Those that concern the lobby are in MeetingManager+Lobby.swift.
extension SignalManager {
    /// Who may do what: one place, closed by default (T-AUTH-4).
    static func mayModerate(_ role: Role) -> Bool { role == .host }

    /// Carries out an order of the host at `index` on one member, or on everybody but him.
    mutating func moderate(_ order: ClientMessage.Moderation, by index: Int, id: Int64?, at moment: Moment) -> [Effect]
    {
        switch order.action {
        case .mute, .stopCamera, .stopScreen, .lowerHand: return calm(order, by: index, id: id)
        case .remove, .ban: return remove(order, by: index, id: id, at: moment)
        case .promote, .demote: return changeRole(order, by: index, id: id)
        case .lock, .unlock: return lock(order, by: index, id: id)
        case .relayOnly: return hideAddresses(order, by: index, id: id)
        case .admit, .deny, .lobby, .end: return []
        }
    }

    /// `mute`, `stop-camera`, `stop-screen`, `lower-hand`. Nobody can be switched on from outside.
    private mutating func calm(_ order: ClientMessage.Moderation, by index: Int, id: Int64?) -> [Effect] {
        let host = seats[index].id
        let targets: [Int]
        if let participant = order.participant {
            guard let target = self.index(of: participant) else { return noSuchParticipant(index, id) }
            targets = [target]
        } else {
            targets = seats.indices.filter { $0 != index }
        }
        var effects = emit(
            .moderated(.init(action: order.action, by: host, participant: order.participant)),
            answering: id,
            of: host
        )
        for target in targets {
            let before = seats[target]
            switch order.action {
            case .mute: seats[target].microphone = .off
            case .stopCamera: seats[target].camera = .off
            case .stopScreen: seats[target].screen = .off
            default: seats[target].handAt = nil
            }
            if seats[target] != before { effects += emitUpdate(of: target) }
        }
        return effects
    }

    private mutating func remove(
        _ order: ClientMessage.Moderation,
        by index: Int,
        id: Int64?,
        at moment: Moment
    ) -> [Effect] {
        guard let target = order.participant.flatMap({ self.index(of: $0) }) else {
            return noSuchParticipant(index, id)
        }
        let seat = seats[target]
        let isBan = order.action == .ban
        var effects: [Effect] = []
        if isBan {
            let ban = BanRecord(
                device: seat.device,
                address: seat.address,
                foldedName: seat.name.folded,
                at: moment.wall
            )
            bans.append(ban)
            if bans.count > Limits.bans { bans.removeFirst() }
            effects += storeBeforeAnswer([.ban(name, ban)], to: index)
        }
        // Who was sent out does not come back as host.
        settings.hostDevices.removeAll { $0 == seat.device }
        effects += storeBeforeAnswer([.freeSeat(name, seat.id), .room(settings)], to: index)
        effects += emit(
            .moderated(.init(action: order.action, by: seats[index].id, participant: seat.id)),
            to: .allBut(seat.id),
            answering: id,
            of: seats[index].id
        )
        effects += dismiss(target, isBan ? .banned : .removed)
        effects += free(target, isBan ? .banned : .removed, at: moment)
        return effects
    }

    /// Says goodbye to a member and closes his connection; his seat is freed by the caller.
    mutating func dismiss(_ index: Int, _ reason: ByeReason) -> [Effect] {
        guard let connection = seats[index].connection else { return [] }
        return [
            .send(.bye(reason, retry: .none), seq: nil, re: nil, to: [connection]), .close(connection, code: .normal),
        ]
    }

    private mutating func changeRole(_ order: ClientMessage.Moderation, by index: Int, id: Int64?) -> [Effect] {
        guard let target = order.participant.flatMap({ self.index(of: $0) }) else {
            return noSuchParticipant(index, id)
        }
        guard !seats[target].access.isHeadless else {
            return refuse(index, .notAllowed, "Nobody sits there who could be host.", re: id)
        }
        let isLastHost = seats[target].role == .host && seats.filter { $0.role == .host }.count == 1
        if order.action == .demote, isLastHost {
            return refuse(index, .notAllowed, "A meeting needs a host. Make somebody else host first.", re: id)
        }
        let role: Role = order.action == .promote ? .host : seats[target].role == .viewer ? .viewer : .member
        let answer = ServerMessage.Moderated(
            action: order.action,
            by: seats[index].id,
            participant: seats[target].id
        )
        guard seats[target].role != role else { return emit(.moderated(answer), answering: id, of: seats[index].id) }
        seats[target].role = role
        if role == .host {
            remember(hostDevice: seats[target].device)
        } else {
            settings.hostDevices.removeAll { $0 == seats[target].device }
        }
        return storeBeforeAnswer([.seat(name, seats[target].record), .room(settings)], to: index)
            + emit(.moderated(answer), answering: id, of: seats[index].id) + emitUpdate(of: target)
    }

    /// What a host was told is done must be done after a crash too: his answer waits for the disk.
    func storeBeforeAnswer(_ changes: [StoredChange], to index: Int) -> [Effect] {
        [.store(changes, ticket: nil)] + (seats[index].connection.map { [.hold($0)] } ?? [])
    }

    private mutating func lock(_ order: ClientMessage.Moderation, by index: Int, id: Int64?) -> [Effect] {
        settings.locked = order.action == .lock
        return emitSettings(order, by: index, id: id)
    }

    /// `relay-only` with `on`; without it, on. From here on nobody is given another's address (`AddressFilter`).
    private mutating func hideAddresses(_ order: ClientMessage.Moderation, by index: Int, id: Int64?) -> [Effect] {
        settings.relayOnly = order.on ?? true
        return emitSettings(order, by: index, id: id)
    }

    /// Tells everybody of changed settings and keeps them.
    mutating func emitSettings(_ order: ClientMessage.Moderation, by index: Int, id: Int64?) -> [Effect] {
        let message = ServerMessage.Moderated(
            action: order.action,
            by: seats[index].id,
            on: order.on,
            room: .init(locked: settings.locked, lobby: settings.lobby, relayOnly: settings.relayOnly)
        )
        return storeBeforeAnswer([.room(settings)], to: index)
            + emit(.moderated(message), answering: id, of: seats[index].id)
    }

    func noSuchParticipant(_ index: Int, _ id: Int64?) -> [Effect] {
        refuse(index, .noSuchParticipant, "That person is not in this meeting.", re: id)
    }
}
