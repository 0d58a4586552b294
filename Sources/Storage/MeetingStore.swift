import Dispatch
import GRDB
public import Logging
public import Meeting
import Synchronization

/// What survives a restart: rooms, seats, bans, chat and the server's secrets, in one SQLite file.
///
/// `enqueue` never waits, and the order of calls is the order on disk. One writer takes what came within
/// `Pace.gather` (or while the last commit ran) and writes it in one transaction with fsync; then everybody in it is answered.
///
/// A disk that refuses (full, read-only, failing) ends nothing: the batch is answered with the failure, its chat is
/// forgotten, its state (rooms, seats, bans) is kept in memory and written before anything newer as soon as the disk
/// takes it again, so the file converges to what the meetings are.
public final class MeetingStore: Sendable {
    /// How the writer spends its time.
    public struct Pace: Sendable {
        /// How long the first change of a group waits for others, milliseconds.
        public var gather: Int
        /// How long after a failure the disk is tried again, milliseconds.
        public var retry: Int

        public init(gather: Int = 5, retry: Int = 1000) {
            self.gather = gather
            self.retry = retry
        }
    }

    let pool: DatabasePool
    private let directory: DataDirectory
    private let queue = Mutex(CommitQueue())
    private let writer = DispatchQueue(label: "parley.storage")
    private let health: StoreHealth
    private let pace: Pace

    /// Opens the database in `directory`, making both when missing, and brings it to the newest version.
    public init(
        directory path: String,
        logger: Logger = Logger(label: "storage"),
        pace: Pace = Pace()
    ) throws(StoreOpenError) {
        directory = try DataDirectory(path: path)
        pool = try Self.open(directory.databasePath)
        health = StoreHealth(logger: logger)
        self.pace = pace
    }

    /// Hands over a batch: stored as a whole or not at all. Returns at once; `done` is called once, on another thread.
    public func enqueue(_ changes: [StoredChange], done: @escaping @Sendable (StoreOutcome) -> Void) {
        switch queue.withLock({ $0.add(.init(changes: changes, done: done)) }) {
        case .queued(startWriter: true):
            writer.asyncAfter(deadline: .now() + .milliseconds(pace.gather)) { self.drain() }
        case .queued(startWriter: false): break
        case .refused(let failure):
            // Not on the writer's queue: that one may be waiting for a slow disk.
            DispatchQueue.global().async { done(.failed(failure)) }
        }
    }

    /// `enqueue` for callers that can wait.
    public func commit(_ changes: [StoredChange]) async -> StoreOutcome {
        await withCheckedContinuation { continuation in
            enqueue(changes) { continuation.resume(returning: $0) }
        }
    }

    /// Writes what waits and closes the file; later calls fail with `closed`.
    public func close() async {
        queue.withLock { $0.close() }
        await withCheckedContinuation { continuation in
            writer.async {
                self.drain()
                self.health.closing(owed: self.queue.withLock { $0.backlog.count })
                // Readers first: the last connection to close, the writer, moves the log into the database.
                self.pool.invalidateReadOnlyConnections()
                // Should closing fail, the log stays beside the file and is read at the next start.
                try? self.pool.close()
                self.directory.release()
                continuation.resume()
            }
        }
    }

    /// The changes of `room` that may not be on disk yet.
    func unsettled(for room: RoomName) -> [StoredChange] { queue.withLock { $0.unsettled(for: room) } }

    // MARK: The writer

    private func drain() {
        var retrying = true
        while let group = queue.withLock({ $0.take(retrying: retrying) }) {
            retrying = false
            let outcomes = write(group)
            queue.withLock { $0.finish() }
            for (batch, outcome) in zip(group, outcomes) { batch.done(outcome) }
        }
        let (owed, lost, mustRetry) = queue.withLock { ($0.backlog.count, $0.lost, $0.planRetry()) }
        health.report(owed: owed, lost: lost)
        guard mustRetry else { return }
        writer.asyncAfter(deadline: .now() + .milliseconds(pace.retry)) { [weak self] in
            guard let self, queue.withLock({ $0.retry() }) else { return }
            drain()
        }
    }

    /// One transaction for all; when that fails, one for each, so that one bad change costs only its own batch.
    private func write(_ group: [CommitQueue.Batch]) -> [StoreOutcome] {
        guard let failure = attempt(group.flatMap(\.changes)) else { return group.map { _ in .stored } }
        health.failed(failure)
        dropImpossibleBacklog()
        // A failing disk would only fail once for each batch; a full one may have room for the small ones.
        let isHopeless = failure.isTemporary && failure != .diskFull
        return group.map { batch in
            guard let failure = isHopeless ? failure : attempt(batch.changes) else { return .stored }
            queue.withLock { $0.failed(batch.changes, failure) }
            return .failed(failure)
        }
    }

    /// Writes the backlog and `changes` in one transaction; nil when they are on disk.
    private func attempt(_ changes: [StoredChange]) -> StoreFailure? {
        let owed = queue.withLock { $0.backlog.changes }
        do {
            try pool.write { database in
                for change in owed { try change.write(database) }
                for change in changes { try change.write(database) }
            }
        } catch { return StoreFailure(error) }
        queue.withLock { $0.caughtUp() }
        return nil
    }

    private func dropImpossibleBacklog() {
        for change in queue.withLock({ $0.backlog.changes }) {
            do {
                try pool.write { try change.write($0) }
            } catch  where !StoreFailure(error).isTemporary {
                queue.withLock { $0.drop(change) }
            } catch { return }
        }
    }
}
