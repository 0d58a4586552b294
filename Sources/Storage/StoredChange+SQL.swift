import Foundation
import GRDB
import Meeting

extension StoredChange {
    /// Performs the change inside the caller's transaction. Doing the same change twice leaves what doing it once leaves.
    func write(_ database: Database) throws {
        switch self {
        case .room(let settings): try settings.write(database)
        case .seat(let room, let seat): try seat.write(database, in: room)
        case .ban(let room, let ban): try ban.write(database, in: room)
        case .chat(let room, let message): try message.write(database, in: room)
        case .freeSeat(let room, let participant):
            try database.perform(
                "DELETE FROM seat WHERE room = ? AND participant = ?",
                [room.description, participant.description]
            )
        case .freeAllSeats(let room):
            try database.perform("DELETE FROM seat WHERE room = ?", [room.description])
        }
    }
}

extension RoomSettings {
    fileprivate func write(_ database: Database) throws {
        try database.perform(
            """
            INSERT INTO room (name, locked, lobby, relayOnly, startedAt, lastUsedAt) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET locked = excluded.locked, lobby = excluded.lobby,
                relayOnly = excluded.relayOnly, startedAt = excluded.startedAt, lastUsedAt = excluded.lastUsedAt
            """,
            [name.description, locked, lobby, relayOnly, startedAt, lastUsedAt]
        )
        try database.perform("DELETE FROM hostDevice WHERE room = ?", [name.description])
        for (position, device) in hostDevices.enumerated() {
            try database.perform("INSERT INTO hostDevice VALUES (?, ?, ?)", [name.description, position, device.data])
        }
    }
}

extension SeatRecord {
    fileprivate func write(_ database: Database, in room: RoomName) throws {
        try database.perform(
            """
            INSERT INTO seat (room, participant, name, role, kind, resume, previousResume, device, address, joinedAt)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (room, participant) DO UPDATE SET name = excluded.name, role = excluded.role,
                kind = excluded.kind, resume = excluded.resume, previousResume = excluded.previousResume,
                device = excluded.device, address = excluded.address, joinedAt = excluded.joinedAt
            """,
            [
                room.description, participant.description, name.storable, role.rawValue, kind.rawValue, resume.data,
                previousResume?.data, device?.data, address.data, joinedAt,
            ]
        )
    }
}

extension BanRecord {
    fileprivate func write(_ database: Database, in room: RoomName) throws {
        try database.perform(
            "DELETE FROM ban WHERE room = ? AND device IS ? AND address = ? AND foldedName = ?",
            [room.description, device?.data, address.data, foldedName.storable]
        )
        try database.perform(
            "INSERT INTO ban (room, device, address, foldedName, at) VALUES (?, ?, ?, ?, ?)",
            [room.description, device?.data, address.data, foldedName.storable, at]
        )
    }
}

extension ChatRecord {
    /// A message that is there already (same room, sender and `clientId`) is left as it is.
    fileprivate func write(_ database: Database, in room: RoomName) throws {
        try database.perform(
            """
            INSERT INTO chat (room, id, sender, name, receiver, text, clientId, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (room, sender, clientId) DO NOTHING
            """,
            [
                room.description, id, from.description, name.storable, to?.description, text.storable,
                clientId.storable, at,
            ]
        )
    }
}

extension Database {
    /// Runs one statement, compiled once per connection.
    func perform(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

extension TokenHash {
    var data: Data { Data(bytes) }

    init(_ data: Data) { self.init([UInt8](data)) }
}

extension String {
    /// SQLite's text ends at U+0000; the symbol for it (U+2400) is kept in its place so that nothing after it is lost.
    var storable: String {
        utf8.contains(0) ? String(unicodeScalars.lazy.map { $0.value == 0 ? "\u{2400}" : Character($0) }) : self
    }
}
