internal import Meeting

// What must hold. A violation stops the world and is reported with the seed.
extension SignallingSimulation {
    /// Why the manager was called.
    enum Cause {
        case message(ClientMessage?, ConnectionID)
        case loaded(RoomName)
        case other
    }

    /// One input of the manager: calls it, checks what must hold after every step, performs the effects.
    mutating func transition(
        _ cause: Cause,
        _ input: (inout MeetingManager, inout SplitMix64) -> [Effect]
    ) {
        guard var manager else { return }
        let before = rooms.map { manager.participants(of: $0) }
        let effects = input(&manager, &serverRandom)
        self.manager = manager
        report(manager.violations())
        learnDevices(effects)
        checkDepartures(before, rooms.map { manager.participants(of: $0) }, effects)
        for (room, before) in zip(rooms, before) {
            checkRoles(room, before, manager.participants(of: room), cause)
        }
        perform(effects)
        report(sfu.twice)
        for case .send(.topology(_, _, .commit), _, _, _) in effects { outcome.commits += 1 }
    }

    mutating func report(_ violations: [String]) {
        outcome.violations += violations.map { "seed \(seed), \(now / 1_000_000) ms: \($0)" }
    }

    /// Whose seat has ended is named once, and nobody else.
    private mutating func checkDepartures(
        _ before: [[ServerMessage.Participant]],
        _ after: [[ServerMessage.Participant]],
        _ effects: [Effect]
    ) {
        let seated = Set(after.joined().map(\.id))
        let gone = before.joined().map(\.id).filter { !seated.contains($0) }
        var departed: [ParticipantID] = []
        for case .departed(let participant) in effects { departed.append(participant) }
        if departed.sorted() != gone.sorted() { report(["\(gone.count) seats ended, \(departed.count) were named"]) }
    }

    private mutating func learnDevices(_ effects: [Effect]) {
        for case .store(let changes, _) in effects {
            for case .seat(_, let seat) in changes { devices[seat.participant] = seat.device }
        }
    }

    /// Nobody becomes host but by a host's order, as the first in an empty room, as the longest present when all hosts are
    /// gone, or on a device that was host of this meeting (T-AUTH-3).
    private mutating func checkRoles(
        _ room: RoomName,
        _ before: [ServerMessage.Participant],
        _ after: [ServerMessage.Participant],
        _ cause: Cause
    ) {
        if case .loaded(room) = cause, before.isEmpty {
            return checkLoaded(room, after)
        }
        let hostsBefore = before.filter { $0.role == .host }.map(\.id)
        let hostsLeft = after.contains { hostsBefore.contains($0.id) }
        for participant in after where participant.role == .host && !hostsBefore.contains(participant.id) {
            let known = devices[participant.id].map { hostDevices[room]?.contains($0) ?? false } ?? false
            let isNew = !before.contains { $0.id == participant.id }
            if isNew, before.isEmpty || known { continue }
            if !isNew, !hostsLeft, isHeir(participant, of: after) { continue }
            if wasPromoted(participant.id, by: hostsBefore, cause, before) { continue }
            report(["\(participant.name) became host for no reason"])
        }
        rememberHosts(room, before, after, cause)
    }

    private mutating func checkLoaded(_ room: RoomName, _ after: [ServerMessage.Participant]) {
        let stored = disk.rooms[room]?.seats ?? []
        let heir = stored.contains { $0.role == .host } ? nil : stored.first?.participant
        for seat in stored
        where seat.participant != heir && !after.contains(where: { $0.id == seat.participant && $0.role == seat.role })
        {
            report(["\(seat.name) is not what was stored of him"])
        }
        hostDevices[room] = Set(disk.rooms[room]?.settings.hostDevices ?? [])
        for participant in after
        where participant.role == .host && !stored.contains(where: { $0.participant == participant.id }) {
            let known = devices[participant.id].map { hostDevices[room]?.contains($0) ?? false } ?? false
            if !stored.isEmpty, !known { report(["\(participant.name) came in as host"]) }
        }
        rememberHosts(room, [], after, .other)
    }

    private func isHeir(_ participant: ServerMessage.Participant, of after: [ServerMessage.Participant]) -> Bool {
        let heir = after.first { $0.isConnected } ?? after.first
        return heir?.id == participant.id
    }

    private func wasPromoted(
        _ id: ParticipantID,
        by hosts: [ParticipantID],
        _ cause: Cause,
        _ before: [ServerMessage.Participant]
    ) -> Bool {
        guard case .message(.moderate(let order), let connection) = cause, order.action == .promote,
            order.participant == id, let index = links[connection]?.client, let sender = clients[index].id
        else { return false }
        return hosts.contains(sender)
    }

    private mutating func rememberHosts(
        _ room: RoomName,
        _ before: [ServerMessage.Participant],
        _ after: [ServerMessage.Participant],
        _ cause: Cause
    ) {
        if case .message(.moderate(let order), _) = cause, let target = order.participant, let device = devices[target]
        {
            let wasHost = before.contains { $0.id == target && $0.role == .host }
            let isHost = after.contains { $0.id == target && $0.role == .host }
            let isGone = before.contains { $0.id == target } && !after.contains { $0.id == target }
            if wasHost && !isHost || isGone { hostDevices[room]?.remove(device) }
        }
        for participant in after where participant.role == .host {
            if let device = devices[participant.id] { hostDevices[room, default: []].insert(device) }
        }
    }

    /// Until it has its welcome a connection hears of nothing but itself.
    mutating func checkAllowed(_ item: Downstream, on connection: ConnectionID) {
        guard case .message(let message, let seq, let re) = item else { return }
        outcome.messages += 1
        trace(now)
        trace(connection.number)
        trace(seq ?? 0)
        trace(UInt64(bitPattern: re ?? -1))
        if tracesText { trace(message.text(seq: seq, re: re)) } else { trace(message.type.utf8) }
        switch message {
        case .welcome, .resumed: links[connection]?.isWelcomed = true
        case .waiting, .error, .bye, .pong: break
        default:
            if links[connection]?.isWelcomed != true { report(["\(message.type) to somebody who is not in the room"]) }
        }
        checkAddresses(message, on: connection)
    }

    /// Nobody in a room that hides addresses is told another's, but of what was relayed for him.
    private mutating func checkAddresses(_ message: ServerMessage, on connection: ConnectionID) {
        switch message {
        case .offer, .answer, .candidate: break
        default: return
        }
        let text = String(decoding: message.text(), as: UTF8.self)
        outcome.relayed += 1
        guard let client = links[connection]?.client, text.contains(Self.ownAddress) else { return }
        outcome.addressesTold += 1
        if manager?.hidesAddresses(clients[client].room) == true {
            report(["\(clients[client].name) is told an address in a room that hides them"])
        }
    }

    // MARK: When all is quiet

    /// All agree: members with the server on who is here, with the disk on what was said.
    mutating func checkAtQuiescence() {
        guard outcome.violations.isEmpty, let manager else { return }
        for room in rooms {
            let members = manager.participants(of: room)
            let inside = clients.indices.filter { clients[$0].room == room && clients[$0].presence == .inside }
            if members.contains(where: { !$0.isConnected }) { report(["\(room): a seat is held for nobody"]) }
            if Set(members.map(\.id)) != Set(inside.compactMap { clients[$0].id }) {
                report(["\(room): the server has \(members.count) members, \(inside.count) think they are in"])
            }
            for index in inside { checkAgreement(clients[index], members, disk.rooms[room]?.chat ?? []) }
            checkChat(room, disk.rooms[room]?.chat ?? [])
            checkMediaAtQuiescence(room, inside)
        }
        for client in clients where client.presence == .dialling {
            report(["\(client.name) is still not in"])
        }
        let open = clients.reduce(0) { $0 + $1.connections.count }
        if manager.figures.connections != open { report(["\(manager.figures.connections) connections, \(open) open"]) }
    }

    private mutating func checkAgreement(
        _ client: SimulatedClient,
        _ members: [ServerMessage.Participant],
        _ stored: [ChatRecord]
    ) {
        let byID = { (left: ServerMessage.Participant, right: ServerMessage.Participant) in left.id < right.id }
        if client.participants.sorted(by: byID) != members.sorted(by: byID) {
            report(["\(client.name) sees other people than the server"])
        }
        if client.credential.map({ $0.until <= moment.wall || $0.participant != client.id }) ?? true {
            report(["\(client.name) has no TURN credentials of his own that are good"])
        }
        let readable = stored.filter { $0.to == nil || $0.to == client.id || $0.from == client.id }
        let read = client.chat.filter { !client.notStored.contains($0.id) }
        if read.suffix(Limits.chatHistory) != readable.suffix(Limits.chatHistory) {
            report([
                "\(client.name) has read \(read.count) messages, on disk are \(readable.count), or in another order"
            ])
        }
        if !client.unacknowledged.isEmpty, !stored.isEmpty || disk.isFull { checkUnacknowledged(client) }
    }

    /// What the server refused (the receiver is gone, too many) is never acknowledged; the rest is in the end.
    private mutating func checkUnacknowledged(_ client: SimulatedClient) {
        for message in client.unacknowledged where message.to == nil && client.unacknowledged.count < 20 {
            report(["\(client.name) waits for the acknowledgement of \(message.clientId)"])
        }
    }

    private mutating func checkChat(_ room: RoomName, _ stored: [ChatRecord]) {
        let ids = Set(stored.map(\.id))
        for (where_, id) in acknowledged where where_ == room && !ids.contains(id) {
            report(["\(room): acknowledged message \(id) is lost"])
        }
        if Set(stored.map { "\($0.from) \($0.clientId)" }).count != stored.count {
            report(["\(room): a message is stored twice"])
        }
    }

    /// Nothing is left of those who left.
    mutating func checkThatAllIsGone() {
        guard outcome.violations.isEmpty, let manager else { return }
        if manager.figures != (0, 0, 0, 0) { report(["after everybody left the server still has \(manager.figures)"]) }
        if !sfu.links.isEmpty { report(["the SFU still has \(sfu.links.count) links"]) }
        if links.values.contains(where: \.isOpenAtServer) { report(["connections are left"]) }
        // A disk that refused writes may have kept a seat: it is given up when its room is next read.
        for room in rooms where !disk.wasFull && disk.rooms[room]?.seats.isEmpty == false {
            report(["\(room): seats are left on disk"])
        }
    }
}
