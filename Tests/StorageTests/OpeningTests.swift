import Foundation
import GRDB
import Meeting
import Testing

@testable import Storage

@Suite("Opening the data directory", .timeLimit(.minutes(1)))
struct OpeningTests {
    let directory = TemporaryDirectory()
    private var database: String { directory.path + "/parley.sqlite" }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("The first start makes the directory for its owner only, and so the files in it")
    func made() async throws {
        let store = try openStore(directory)
        _ = await store.commit([.room(settings(try roomName()))])
        #expect(try permissions(directory.path) == 0o700)
        for suffix in ["", "-wal", "-shm"] { #expect(try permissions(database + suffix) == 0o600, "\(suffix)") }
    }

    @Test("Commits wait for fsync in WAL mode, foreign keys hold, freed pages can be given back")
    func pragmas() throws {
        let store = try openStore(directory)
        #expect(try store.integer("PRAGMA synchronous") == 2)
        #expect(try store.integer("PRAGMA foreign_keys") == 1)
        #expect(try store.integer("PRAGMA auto_vacuum") == 2)
        #expect(try store.pool.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test("A second server on the same directory is refused and told why; after closing it may open")
    func locked() async throws {
        let first = try openStore(directory)
        #expect(throws: StoreOpenError.inUse(path: directory.path)) { try openStore(directory) }
        _ = await first.commit([])
    }

    @Test("A database of a newer release is refused and stays as it is")
    func newer() async throws {
        var store: MeetingStore? = try openStore(directory)
        try store?.execute("INSERT INTO grdb_migrations VALUES ('999')")
        await store?.close()
        store = nil
        #expect(throws: StoreOpenError.newer(path: database)) { try openStore(directory) }
        #expect(StoreOpenError.newer(path: database).description.contains(database))
    }

    @Test("A file that is no database is refused, named, and not touched")
    func garbage() throws {
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        let garbage = Data(repeating: 0x41, count: 8192)
        try garbage.write(to: URL(fileURLWithPath: database))
        #expect(throws: StoreOpenError.corrupt(path: database)) { try openStore(directory) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: database)) == garbage)
        #expect(StoreOpenError.corrupt(path: database).description.contains("move it away"))
    }

    @Test("A database with damaged pages is refused")
    func damaged() async throws {
        var store: MeetingStore? = try openStore(directory)
        let room = try roomName()
        _ = await store?.commit([.room(settings(room))] + (1...200).map { .chat(room, message($0)) })
        await store?.close()
        store = nil
        #expect(!FileManager.default.fileExists(atPath: database + "-wal"))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: database))
        try file.seek(toOffset: 8192)
        try file.write(contentsOf: Data(repeating: 0xff, count: 40_000))
        try file.close()
        #expect(throws: StoreOpenError.corrupt(path: database)) { try openStore(directory) }
    }

    @Test("A directory that cannot be made is refused with its path and the reason")
    func impossibleDirectory() {
        let error = #expect(throws: StoreOpenError.self) { try MeetingStore(directory: "/dev/null/data") }
        #expect(error?.description.contains("/dev/null/data cannot be used (Not a directory)") == true)
    }

    @Test("A database of version 1, written by the first release, opens with all it holds")
    func version1() async throws {
        let script = try #require(Bundle.module.url(forResource: "version-1", withExtension: "sql"))
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        try await DatabaseQueue(path: database).write {
            try $0.execute(sql: String(contentsOf: script, encoding: .utf8))
        }
        let store = try openStore(directory)
        let room = try roomName("first-release")
        let record = try #require(try await store.load(room: room))
        #expect(record.settings == settings(room, locked: true, lobby: true, hostDevices: [hash(7)]))
        #expect(record.seats == [seat("a", role: .host)])
        #expect(record.bans == [BanRecord(device: hash(5), address: hash(4), foldedName: "mallory", at: 6)])
        #expect(record.chat == [message(1)])
        #expect(await store.commit([.chat(room, message(2))]) == .stored)
    }
}
