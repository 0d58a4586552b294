import GRDB
import Meeting
import Testing

@testable import Storage

@Suite("A disk that refuses", .timeLimit(.minutes(1)))
struct FailingDiskTests {
    let directory = TemporaryDirectory()

    /// Lets the file grow no further until `makeRoom`.
    private func fill(_ store: MeetingStore) throws {
        try store.execute("PRAGMA max_page_count = 1")
    }

    private func makeRoom(_ store: MeetingStore) throws { try store.execute("PRAGMA max_page_count = 1000000") }

    /// More than a page, so that a full disk has to refuse it.
    private func large(_ number: Int) -> ChatRecord { message(number, text: String(repeating: "x", count: 20_000)) }

    @Test("A full disk fails the batch with diskFull; with space again the next is stored")
    func full() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        _ = await store.commit([.room(settings(room))])
        try fill(store)
        #expect(await store.commit([.chat(room, large(1))]) == .failed(.diskFull))
        try makeRoom(store)
        #expect(await store.commit([.chat(room, large(2))]) == .stored)
        #expect(try await store.onDisk(room)?.chat.map(\.id) == ["m2"])
    }

    @Test("A full disk that has room for a small message stores it though a large one beside it fails")
    func fullForLargeOnly() async throws {
        let store = try openStore(directory, pace: .init(gather: 50, retry: 1000))
        let room = try roomName()
        _ = await store.commit([.room(settings(room))])
        try fill(store)
        async let largeOutcome = store.commit([.chat(room, large(1))])
        async let smallOutcome = store.commit([.chat(room, message(2))])
        #expect(await largeOutcome == .failed(.diskFull))
        #expect(await smallOutcome == .stored)
    }

    @Test(
        "A read-only disk fails with readOnly; state that changed meanwhile is on disk by itself when it recovers, chat is not"
    )
    func readOnlyConverges() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        _ = await store.commit([.room(settings(room)), .seat(room, seat("a"))])
        try store.execute("PRAGMA query_only = 1")
        let changes: [StoredChange] = [
            .room(settings(room, locked: true)), .freeSeat(room, ParticipantID("a")), .seat(room, seat("b")),
            .chat(room, message(1)),
        ]
        #expect(await store.commit(changes) == .failed(.readOnly))
        #expect(await store.commit([.room(settings(room, lobby: true))]) == .failed(.readOnly))
        try store.execute("PRAGMA query_only = 0")
        try await store.waitUntilOnDisk(room) { $0?.settings.lobby == true }
        #expect(try await store.onDisk(room) == RoomRecord(settings: settings(room, lobby: true), seats: [seat("b")]))
    }

    @Test("State owed from a failure is written before anything newer")
    func owedBeforeNewer() async throws {
        let store = try openStore(directory, pace: .init(gather: 1, retry: 60_000))
        let room = try roomName()
        _ = await store.commit([.room(settings(room)), .seat(room, seat("a"))])
        try store.execute("PRAGMA query_only = 1")
        #expect(await store.commit([.freeAllSeats(room)]) == .failed(.readOnly))
        try store.execute("PRAGMA query_only = 0")
        #expect(await store.commit([.seat(room, seat("b"))]) == .stored)
        #expect(try await store.onDisk(room)?.seats == [seat("b")])
        #expect(store.unsettled(for: room) == [])
    }

    @Test("A room is loaded with the state the disk refused")
    func loadWithOwedState() async throws {
        let store = try openStore(directory, pace: .init(gather: 1, retry: 60_000))
        let room = try roomName()
        _ = await store.commit([.room(settings(room))])
        try store.execute("PRAGMA query_only = 1")
        _ = await store.commit([.room(settings(room, locked: true))])
        #expect(try await store.load(room: room)?.settings.locked == true)
    }

    @Test(
        "SQLite's codes become the reason an operator reads",
        arguments: [
            (ResultCode.SQLITE_FULL, StoreFailure.diskFull),
            (.SQLITE_READONLY_DBMOVED, .readOnly),
            (.SQLITE_IOERR_FSYNC, .unavailable("SQLite 1034")),
            (.SQLITE_BUSY, .unavailable("SQLite 5")),
            (.SQLITE_CORRUPT, .unavailable("SQLite 11")),
            (.SQLITE_CONSTRAINT_FOREIGNKEY, .refused("SQLite 787")),
            (.SQLITE_MISUSE, .closed),
        ]
    )
    func codes(code: ResultCode, failure: StoreFailure) {
        #expect(StoreFailure(DatabaseError(resultCode: code)) == failure)
    }
}
