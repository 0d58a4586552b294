import Meeting
import Testing

@testable import Storage

@Suite("The queue before the disk")
struct CommitQueueTests {
    private func batch(_ changes: [StoredChange]) -> CommitQueue.Batch { .init(changes: changes, done: { _ in }) }

    private func expectAdded(_ change: StoredChange, _ backlog: inout Backlog) {
        let isAdded = backlog.add(change)
        #expect(isAdded)
    }

    @Test("Over the limit batches are refused until the writer has caught up, and their state is owed afterwards")
    func overload() throws {
        let room = try roomName()
        var queue = CommitQueue()
        let full = (0..<StorageLimits.queuedChanges).map { StoredChange.chat(room, message($0)) }
        let first = queue.add(batch(full))
        #expect(first == .queued(startWriter: true))
        let overLimit = queue.add(batch([.room(settings(room)), .chat(room, message(1))]))
        #expect(overLimit == .refused(.overloaded))
        let taken = queue.take(retrying: false)
        #expect(taken?.count == 1)
        let stillOver = queue.add(batch([.room(settings(room, locked: true))]))
        #expect(stillOver == .refused(.overloaded))
        queue.finish()
        let rest = queue.take(retrying: false)
        #expect(rest == nil)
        #expect(queue.backlog.changes == [.room(settings(room, locked: true))])
        let afterwards = queue.add(batch([.freeAllSeats(room)]))
        #expect(afterwards == .queued(startWriter: true))
    }

    @Test("The backlog keeps the latest of each room, seat and ban, in order, and no chat")
    func backlogCoalesces() throws {
        let room = try roomName()
        var backlog = Backlog()
        let changes: [StoredChange] = [
            .room(settings(room)), .seat(room, seat("a")), .chat(room, message(1)), .seat(room, seat("b")),
            .freeSeat(room, ParticipantID("a")), .room(settings(room, lobby: true)),
        ]
        for change in changes { expectAdded(change, &backlog) }
        #expect(backlog.changes == [changes[3], changes[4], changes[5]])
    }

    @Test("Freeing all seats replaces what is owed for single seats of that room only")
    func freeAllInBacklog() throws {
        let (room, other) = (try roomName(), try roomName("other"))
        var backlog = Backlog()
        for change: StoredChange in [
            .seat(room, seat("a")), .seat(other, seat("a")), .freeAllSeats(room), .seat(room, seat("c")),
        ] {
            expectAdded(change, &backlog)
        }
        #expect(backlog.changes == [.seat(other, seat("a")), .freeAllSeats(room), .seat(room, seat("c"))])
    }

    @Test("The backlog has a limit; what does not fit is counted as lost")
    func backlogLimit() throws {
        let room = try roomName()
        var queue = CommitQueue()
        let seats = (0...StorageLimits.backlogChanges).map { StoredChange.seat(room, seat("p\($0)")) }
        queue.failed(seats, .diskFull)
        #expect(queue.backlog.count == StorageLimits.backlogChanges)
        #expect(queue.lost == 1)
    }

    @Test("A retry is planned once at a time, only while something is owed, and never after closing")
    func retryPlannedOnce() throws {
        let room = try roomName()
        var queue = CommitQueue()
        let isIdlePlanned = queue.planRetry()
        #expect(!isIdlePlanned)
        queue.failed([.room(settings(room))], .readOnly)
        let isFirstPlanned = queue.planRetry()
        #expect(isFirstPlanned)
        let isSecondPlanned = queue.planRetry()
        #expect(!isSecondPlanned)
        let mayRetry = queue.retry()
        #expect(mayRetry)
        let isPlannedAgain = queue.planRetry()
        #expect(isPlannedAgain)
        queue.close()
        let mayRetryClosed = queue.retry()
        #expect(!mayRetryClosed)
    }
}
