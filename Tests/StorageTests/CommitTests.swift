import Dispatch
import GRDB
import Meeting
import Synchronization
import Testing

@testable import Storage

@Suite("Group commit", .timeLimit(.minutes(1)))
struct CommitTests {
    let directory = TemporaryDirectory()

    @Test("The order of calls is the order on disk, and of the answers")
    func order() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        _ = await store.commit([.room(settings(room))])
        let answers = Mutex<[Int]>([])
        for number in 1...199 {
            store.enqueue([.chat(room, message(number))]) { _ in answers.withLock { $0.append(number) } }
        }
        #expect(await store.commit([.chat(room, message(200))]) == .stored)
        #expect(answers.withLock { $0 } == Array(1...199))
        #expect(try await store.onDisk(room)?.chat.map(\.id) == (1...200).map { "m\($0)" })
    }

    @Test("What comes within the gathering time shares transactions: 500 batches take a few commits")
    func grouped() async throws {
        let store = try openStore(directory, pace: .init(gather: 5, retry: 1000))
        let room = try roomName()
        _ = await store.commit([.room(settings(room))])
        let commits = CommitCounter()
        store.pool.add(transactionObserver: commits, extent: .databaseLifetime)
        for number in 1...500 { store.enqueue([.chat(room, message(number))]) { _ in } }
        _ = await store.commit([])
        #expect(commits.count.withLock { $0 } <= 20)
        #expect(try store.integer("SELECT count(*) FROM chat") == 500)
    }

    @Test("A batch that cannot be stored costs nobody else's, and none of its own changes stays")
    func poisoned() async throws {
        let store = try openStore(directory, pace: .init(gather: 50, retry: 1000))
        let (room, nowhere) = (try roomName(), try roomName("nowhere"))
        _ = await store.commit([.room(settings(room))])
        async let before = store.commit([.chat(room, message(1))])
        async let poisoned = store.commit([.chat(room, message(2)), .chat(nowhere, message(3))])
        async let after = store.commit([.chat(room, message(4))])
        let outcomes = await [before, poisoned, after]
        #expect(outcomes[0] == .stored)
        #expect(outcomes[1] == .failed(.refused("SQLite 787")))
        #expect(outcomes[2] == .stored)
        #expect(Set(try await store.onDisk(room)?.chat.map(\.id) ?? []) == ["m1", "m4"])
    }

    @Test("A room is loaded as its members left it even while the changes wait for the disk")
    func readYourWrites() async throws {
        let store = try openStore(directory, pace: .init(gather: 10_000, retry: 1000))
        let room = try roomName()
        store.enqueue([.room(settings(room)), .seat(room, seat("a")), .seat(room, seat("b"))]) { _ in }
        store.enqueue([.freeSeat(room, ParticipantID("a")), .chat(room, message(1)), .chat(room, message(1))]) { _ in }
        #expect(try await store.onDisk(room) == nil)
        let expected = RoomRecord(settings: settings(room), seats: [seat("b")], chat: [message(1)])
        #expect(try await store.load(room: room) == expected)
    }

    @Test("A reader does not wait for a writer that holds the file")
    func readDuringWrite() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        _ = await store.commit([.room(settings(room))])
        let (isHeld, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        store.pool.asyncWrite { database in
            try database.execute(sql: "UPDATE room SET locked = 1")
            isHeld.signal()
            mayEnd.wait()
        } completion: { _, _ in
        }
        waitFor(isHeld)
        #expect(try await store.load(room: room)?.settings.locked == false)
        mayEnd.signal()
    }

    @Test("Closing writes what waits; afterwards everything fails with closed")
    func closing() async throws {
        let store = try openStore(directory, pace: .init(gather: 5000, retry: 1000))
        let room = try roomName()
        async let last = store.commit([.room(settings(room))])
        while store.unsettled(for: room).isEmpty { await Task.yield() }
        await store.close()
        #expect(await last == .stored)
        #expect(await store.commit([.room(settings(room))]) == .failed(.closed))
        #expect(try await openStore(directory).load(room: room) != nil)
    }

    /// A semaphore may not be waited for in an asynchronous function itself.
    private func waitFor(_ semaphore: DispatchSemaphore) { semaphore.wait() }
}
