internal import Meeting

/// The storage of a simulated server: what is queued is lost in a crash, what is committed stays.
struct SimulatedDisk {
    private(set) var rooms: [RoomName: RoomRecord] = [:]
    /// Given, not yet written.
    var queue: [(changes: [StoredChange], ticket: Ticket?)] = []
    /// Writes answered since the server started.
    var answered = 0
    /// Every write fails.
    var isFull = false
    /// A write has failed.
    private(set) var wasFull = false

    /// Writes the whole queue in one commit, or none of it.
    mutating func commit() -> (tickets: [Ticket], isOnDisk: Bool) {
        let batch = queue
        queue = []
        answered += batch.count
        if isFull { wasFull = true }
        if !isFull {
            for write in batch { for change in write.changes { apply(change) } }
        }
        return (batch.compactMap(\.ticket), !isFull)
    }

    mutating func crash() {
        queue = []
        answered = 0
    }

    private mutating func apply(_ change: StoredChange) {
        switch change {
        case .room(let settings):
            if rooms[settings.name] == nil {
                rooms[settings.name] = RoomRecord(settings: settings)
            } else {
                rooms[settings.name]?.settings = settings
            }
        case .seat(let room, let seat):
            if let index = rooms[room]?.seats.firstIndex(where: { $0.participant == seat.participant }) {
                rooms[room]?.seats[index] = seat
            } else {
                rooms[room]?.seats.append(seat)
            }
        case .freeSeat(let room, let id): rooms[room]?.seats.removeAll { $0.participant == id }
        case .freeAllSeats(let room): rooms[room]?.seats = []
        case .ban(let room, let ban): rooms[room]?.bans.append(ban)
        case .chat(let room, let record): rooms[room]?.chat.append(record)
        }
    }
}
