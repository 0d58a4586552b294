import GRDB
public import Meeting

extension MeetingStore {
    /// A room as it is now, changes that are still on their way to the disk included; nil when nothing is known of it.
    ///
    /// Reads on a connection of its own, so a slow commit does not hold it up.
    public func load(room: RoomName) async throws -> RoomRecord? {
        // Before the read: what commits in between is then applied twice, which changes nothing.
        let unsettled = unsettled(for: room)
        var record = try await pool.read { try RoomRecord(room, $0) }
        for change in unsettled { record.apply(change) }
        return record
    }

    /// The rooms in which somebody held a seat when the server stopped; asked once, at the start.
    public func roomsWithSeats() async throws -> [RoomRecord] {
        try await pool.read { database in
            try String.fetchAll(
                database,
                sql: "SELECT DISTINCT room FROM seat ORDER BY room LIMIT \(StorageLimits.roomsAtStart)"
            )
            .compactMap { RoomName($0) }
            .compactMap { try RoomRecord($0, database) }
        }
    }
}
