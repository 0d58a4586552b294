import Meeting

/// What waits for the disk, as a value: who is next, who is refused, what the disk still owes.
///
/// The order of writing is: the backlog, then the batches as they came. While the queue is over its limit every batch is
/// refused until the writer has caught up, and the state in it goes to the backlog, so no older change overtakes a newer one.
struct CommitQueue {
    /// Changes that are stored together or not at all, and who waits to hear of it.
    struct Batch: Sendable {
        var changes: [StoredChange]
        var done: @Sendable (StoreOutcome) -> Void
    }

    enum Admission: Equatable {
        /// Waits; the writer must be started when `startWriter`.
        case queued(startWriter: Bool)
        case refused(StoreFailure)
    }

    private(set) var backlog = Backlog()
    /// State changes that the disk will never get (the backlog was full, or they cannot be stored).
    private(set) var lost = 0
    private var waiting: [Batch] = []
    private var writing: [Batch] = []
    private var queuedChanges = 0
    private var refusedState = Backlog()
    private var isOverloaded = false
    private var isWriterStarted = false
    private var isRetryPlanned = false
    private var isClosed = false

    /// A new batch from outside.
    mutating func add(_ batch: Batch) -> Admission {
        if isClosed { return .refused(.closed) }
        if isOverloaded || queuedChanges + batch.changes.count > StorageLimits.queuedChanges {
            isOverloaded = true
            for change in batch.changes where !refusedState.add(change) { lost += 1 }
            return .refused(.overloaded)
        }
        queuedChanges += batch.changes.count
        waiting.append(batch)
        defer { isWriterStarted = true }
        return .queued(startWriter: !isWriterStarted)
    }

    /// Everything that waits, now being written; nil when there is nothing, and then the writer rests.
    /// With `retrying` an empty list is handed out too when the disk still owes state.
    mutating func take(retrying: Bool) -> [Batch]? {
        if waiting.isEmpty { endOverload() }
        guard !waiting.isEmpty || (retrying && !backlog.isEmpty) else {
            isWriterStarted = false
            return nil
        }
        swap(&waiting, &writing)
        return writing
    }

    /// The batches taken last have been answered.
    mutating func finish() {
        queuedChanges -= writing.reduce(0) { $0 + $1.changes.count }
        writing = []
    }

    /// The disk refused these: what is state goes to the backlog if it can succeed later.
    mutating func failed(_ changes: [StoredChange], _ failure: StoreFailure) {
        for change in changes {
            if case .chat = change { continue }
            if !failure.isTemporary || !backlog.add(change) { lost += 1 }
        }
    }

    /// The backlog is on disk.
    mutating func caughtUp() { backlog = Backlog() }

    /// A change of the backlog turned out to be impossible.
    mutating func drop(_ change: StoredChange) {
        backlog.remove(change)
        lost += 1
    }

    /// Whether the writer, coming to rest, is to be woken later for what the disk still owes; true once until `retry`.
    mutating func planRetry() -> Bool {
        guard !backlog.isEmpty, !isRetryPlanned, !isClosed else { return false }
        isRetryPlanned = true
        return true
    }

    /// The planned retry begins; false when the store has been closed meanwhile.
    mutating func retry() -> Bool {
        isRetryPlanned = false
        return !isClosed
    }

    mutating func close() { isClosed = true }

    /// What is not known to be on disk for a room, in the order of writing.
    func unsettled(for room: RoomName) -> [StoredChange] {
        (backlog.changes + writing.flatMap(\.changes) + waiting.flatMap(\.changes) + refusedState.changes)
            .filter { $0.room == room }
    }

    private mutating func endOverload() {
        guard isOverloaded else { return }
        for change in refusedState.changes where !backlog.add(change) { lost += 1 }
        refusedState = Backlog()
        isOverloaded = false
    }
}
