import Foundation
import GRDB
import Meeting

extension RoomRecord {
    /// Reads a room with its seats, bans and latest chat; nil when there is none.
    init?(_ name: RoomName, _ database: Database) throws {
        guard
            let row = try Row.fetchOne(
                database.cachedStatement(
                    sql: "SELECT locked, lobby, relayOnly, startedAt, lastUsedAt FROM room WHERE name = ?"
                ),
                arguments: [name.description]
            )
        else { return nil }
        self.init(
            settings: RoomSettings(
                name: name,
                locked: row[0],
                lobby: row[1],
                relayOnly: row[2],
                hostDevices: try Self.hostDevices(name, database),
                startedAt: row[3],
                lastUsedAt: row[4]
            ),
            seats: try Self.seats(name, database),
            bans: try Self.bans(name, database),
            chat: try Self.chat(name, database)
        )
    }

    private static func hostDevices(_ name: RoomName, _ database: Database) throws -> [TokenHash] {
        try rows("SELECT device FROM hostDevice WHERE room = ? ORDER BY position", name, database)
            .map { TokenHash($0[0] as Data) }
    }

    /// A seat whose role or kind this release does not know is left out: nobody gets a role by a guess.
    private static func seats(_ name: RoomName, _ database: Database) throws -> [SeatRecord] {
        try rows(
            """
            SELECT participant, name, role, kind, resume, previousResume, device, address, joinedAt
            FROM seat WHERE room = ? ORDER BY joinedAt, number
            """,
            name,
            database
        ).compactMap { row in
            guard let role = Role(rawValue: row[2]), let kind = ClientKind(rawValue: row[3]) else { return nil }
            return SeatRecord(
                participant: ParticipantID(row[0]),
                name: row[1],
                role: role,
                kind: kind,
                resume: TokenHash(row[4] as Data),
                previousResume: (row[5] as Data?).map(TokenHash.init),
                device: (row[6] as Data?).map(TokenHash.init),
                address: TokenHash(row[7] as Data),
                joinedAt: row[8]
            )
        }
    }

    private static func bans(_ name: RoomName, _ database: Database) throws -> [BanRecord] {
        try rows("SELECT device, address, foldedName, at FROM ban WHERE room = ? ORDER BY number", name, database)
            .map { row in
                BanRecord(
                    device: (row[0] as Data?).map(TokenHash.init),
                    address: TokenHash(row[1] as Data),
                    foldedName: row[2],
                    at: row[3]
                )
            }
    }

    private static func chat(_ name: RoomName, _ database: Database) throws -> [ChatRecord] {
        try rows(
            """
            SELECT id, sender, name, receiver, text, clientId, at
            FROM chat WHERE room = ? ORDER BY number DESC LIMIT \(Limits.chatHistory)
            """,
            name,
            database
        ).reversed().map { row in
            ChatRecord(
                id: row[0],
                from: ParticipantID(row[1]),
                name: row[2],
                to: (row[3] as String?).map(ParticipantID.init),
                text: row[4],
                clientId: row[5],
                at: row[6]
            )
        }
    }

    private static func rows(_ sql: String, _ name: RoomName, _ database: Database) throws -> [Row] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: [name.description])
    }
}
