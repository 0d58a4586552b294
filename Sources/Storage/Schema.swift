import GRDB

/// The tables, version by version. A migration that has been released is never edited; the next one is appended.
enum Schema {
    /// Brings any older database to the newest version.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1", migrate: version1)
        migrator.registerMigration("2", migrate: version2)
        return migrator
    }

    /// Rooms that hide addresses.
    private static func version2(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE room ADD COLUMN relayOnly INTEGER NOT NULL DEFAULT 0")
    }

    /// STRICT tables: a value read back has the type it was declared with, so that reading cannot trap.
    private static func version1(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE room (
                    name TEXT PRIMARY KEY NOT NULL,
                    locked INTEGER NOT NULL,
                    lobby INTEGER NOT NULL,
                    startedAt INTEGER NOT NULL,
                    lastUsedAt INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE hostDevice (
                    room TEXT NOT NULL REFERENCES room(name) ON DELETE CASCADE,
                    position INTEGER NOT NULL,
                    device BLOB NOT NULL,
                    PRIMARY KEY (room, position)
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE seat (
                    number INTEGER PRIMARY KEY,
                    room TEXT NOT NULL REFERENCES room(name) ON DELETE CASCADE,
                    participant TEXT NOT NULL,
                    name TEXT NOT NULL,
                    role TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    resume BLOB NOT NULL,
                    previousResume BLOB,
                    device BLOB,
                    address BLOB NOT NULL,
                    joinedAt INTEGER NOT NULL,
                    UNIQUE (room, participant)
                ) STRICT;

                CREATE TABLE ban (
                    number INTEGER PRIMARY KEY,
                    room TEXT NOT NULL REFERENCES room(name) ON DELETE CASCADE,
                    device BLOB,
                    address BLOB NOT NULL,
                    foldedName TEXT NOT NULL,
                    at INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX banByRoom ON ban(room);

                CREATE TABLE chat (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    room TEXT NOT NULL REFERENCES room(name) ON DELETE CASCADE,
                    id TEXT NOT NULL,
                    sender TEXT NOT NULL,
                    name TEXT NOT NULL,
                    receiver TEXT,
                    text TEXT NOT NULL,
                    clientId TEXT NOT NULL,
                    at INTEGER NOT NULL,
                    UNIQUE (room, sender, clientId)
                ) STRICT;
                CREATE INDEX chatByRoom ON chat(room, number);
                CREATE INDEX chatByTime ON chat(at);

                CREATE TABLE secret (
                    name TEXT PRIMARY KEY NOT NULL,
                    bytes BLOB NOT NULL
                ) STRICT, WITHOUT ROWID;
                """
        )
    }
}
