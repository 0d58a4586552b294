import Meeting

extension Optional<RoomRecord> {
    /// Applies a change that is not on disk yet, so that a room read now is the room as its members left it.
    ///
    /// Like the write itself it may be applied to a record that has it already.
    mutating func apply(_ change: StoredChange) {
        if case .room(let settings) = change {
            if self == nil { self = RoomRecord(settings: settings) }
            self?.settings = settings
            return
        }
        guard var record = self else { return }
        record.apply(change)
        self = record
    }
}

extension RoomRecord {
    fileprivate mutating func apply(_ change: StoredChange) {
        switch change {
        case .room: break
        case .seat(_, let seat):
            if let index = seats.firstIndex(where: { $0.participant == seat.participant }) {
                seats[index] = seat
            } else {
                seats.append(seat)
            }
        case .freeSeat(_, let participant): seats.removeAll { $0.participant == participant }
        case .freeAllSeats: seats = []
        case .ban(_, let ban):
            bans.removeAll { ($0.device, $0.address, $0.foldedName) == (ban.device, ban.address, ban.foldedName) }
            bans.append(ban)
        case .chat(_, let message):
            guard !chat.contains(where: { $0.from == message.from && $0.clientId == message.clientId }) else { return }
            chat.append(message)
            chat.removeFirst(max(0, chat.count - Limits.chatHistory))
        }
    }
}

extension StoredChange {
    /// The room it belongs to.
    var room: RoomName {
        switch self {
        case .room(let settings): settings.name
        case .seat(let room, _), .freeSeat(let room, _), .freeAllSeats(let room), .ban(let room, _), .chat(let room, _):
            room
        }
    }
}
