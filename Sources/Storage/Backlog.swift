import Meeting

/// The state the disk refused and still has to get: for every room, seat and ban only its latest change, in order.
///
/// Chat is not kept: its sender has been told that it was not stored.
struct Backlog {
    private enum Key: Hashable {
        case room(RoomName)
        case seat(RoomName, ParticipantID)
        case allSeats(RoomName)
        case ban(RoomName, device: TokenHash?, address: TokenHash, foldedName: String)
    }

    private var order: [Key: Int] = [:]
    private var entries: [Int: StoredChange] = [:]
    private var next = 0

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    /// Oldest first.
    var changes: [StoredChange] { entries.sorted { $0.key < $1.key }.map(\.value) }

    /// Adds the newest change; false when it is lost because `StorageLimits.backlogChanges` others are waiting.
    mutating func add(_ change: StoredChange) -> Bool {
        guard let key = Self.key(change) else { return true }
        if case .freeAllSeats(let room) = change { forgetSeats(of: room) }
        if let position = order[key] { entries[position] = nil }
        guard entries.count < StorageLimits.backlogChanges else {
            order[key] = nil
            return false
        }
        order[key] = next
        entries[next] = change
        next += 1
        return true
    }

    /// Forgets one that can never be written.
    mutating func remove(_ change: StoredChange) {
        guard let key = Self.key(change), let position = order.removeValue(forKey: key) else { return }
        entries[position] = nil
    }

    private mutating func forgetSeats(of room: RoomName) {
        for (key, position) in order {
            guard case .seat(room, _) = key else { continue }
            entries[position] = nil
            order[key] = nil
        }
    }

    private static func key(_ change: StoredChange) -> Key? {
        switch change {
        case .room(let settings): .room(settings.name)
        case .seat(let room, let seat): .seat(room, seat.participant)
        case .freeSeat(let room, let participant): .seat(room, participant)
        case .freeAllSeats(let room): .allSeats(room)
        case .ban(let room, let ban):
            .ban(room, device: ban.device, address: ban.address, foldedName: ban.foldedName)
        case .chat: nil
        }
    }
}
