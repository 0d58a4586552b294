import GRDB
public import Meeting

extension MeetingStore {
    /// What a clean-up removed.
    public struct Expired: Equatable, Sendable {
        public var messages = 0
        public var rooms = 0
    }

    /// Deletes what nobody will ask for again, in small transactions between the commits of meetings.
    ///
    /// Chat older than `cutoff` goes from empty rooms; a room that is never empty keeps its latest `Limits.chatHistory`
    /// messages. Then rooms without seats, bans, chat and lobby go, an hour after their last use. The space is given back.
    public func deleteExpired(chatOlderThan cutoff: UnixMilliseconds, now: UnixMilliseconds) async throws -> Expired {
        var expired = Expired()
        expired.messages = try await deleteInChunks(
            """
            DELETE FROM chat WHERE number IN (
                SELECT number FROM chat WHERE at < ? AND (
                    NOT EXISTS (SELECT 1 FROM seat WHERE seat.room = chat.room)
                    OR number <= (SELECT number FROM chat AS newer WHERE newer.room = chat.room
                        ORDER BY number DESC LIMIT 1 OFFSET \(Limits.chatHistory)))
                LIMIT \(StorageLimits.expiryChunk))
            """,
            cutoff
        )
        let (lastUse, overflow) = now.subtractingReportingOverflow(StorageLimits.emptyRoomGrace)
        expired.rooms = try await deleteInChunks(
            """
            DELETE FROM room WHERE name IN (
                SELECT name FROM room
                    WHERE lastUsedAt <= ? - (lobby OR relayOnly) * \(Limits.settingsOutlastMilliseconds)
                    AND NOT EXISTS (SELECT 1 FROM seat WHERE seat.room = room.name)
                    AND NOT EXISTS (SELECT 1 FROM ban WHERE ban.room = room.name)
                    AND NOT EXISTS (SELECT 1 FROM chat WHERE chat.room = room.name)
                LIMIT \(StorageLimits.expiryChunk))
            """,
            overflow ? .min : lastUse
        )
        try await giveBackSpace()
        return expired
    }

    private func deleteInChunks(_ sql: String, _ limit: UnixMilliseconds) async throws -> Int {
        var deleted = 0
        while true {
            let count = try await pool.write { database in
                try database.execute(sql: sql, arguments: [limit])
                return database.changesCount
            }
            deleted += count
            if count < StorageLimits.expiryChunk { return deleted }
        }
    }

    private func giveBackSpace() async throws {
        while true {
            let (before, after) = try await pool.writeWithoutTransaction { database in
                let before = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
                try database.execute(sql: "PRAGMA incremental_vacuum(\(StorageLimits.vacuumPages))")
                return (before, try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0)
            }
            if after == 0 || after >= before { return }
        }
    }
}
