import Glibc
import Synchronization
import Units

/// The workers, as the control plane sees them: started once, spoken to through their mailboxes, stopped and joined.
final class MediaPlane: Sendable {
    private struct Running {
        var mailboxes: [Mailbox] = []
        var threads: [WorkerThread] = []
    }

    private let running = Mutex(Running())

    /// Starts a thread for each plan. Throws, with none running, when one cannot start.
    func start(_ plans: [WorkerPlan]) throws {
        do {
            for plan in plans {
                let worker = WorkerStart(try Worker(plan))
                let thread = try WorkerThread(name: "media-\(plan.index)") { worker.run() }
                running.withLock { running in
                    running.mailboxes.append(plan.mailbox)
                    running.threads.append(thread)
                }
            }
        } catch {
            end()
            throw error
        }
    }

    /// Ends the workers and waits for their threads.
    @concurrent func stop() async { end() }

    private func end() {
        let ended = running.withLock { running in
            defer { running = Running() }
            return running
        }
        for mailbox in ended.mailboxes { mailbox.post(.stop) }
        for thread in ended.threads { thread.join() }
    }

    /// Tells every worker.
    func post(_ command: WorkerCommand) {
        for mailbox in running.withLock({ $0.mailboxes }) { mailbox.post(command) }
    }

    /// Tells one worker; false when there is none.
    func post(_ command: WorkerCommand, to worker: Int) -> Bool {
        let mailboxes = running.withLock { $0.mailboxes }
        return mailboxes.indices.contains(worker) && mailboxes[worker].post(command)
    }

    /// Gives a connection to the worker that gets all of this path, so that a second one finds the first gone.
    func adopt(_ descriptor: Int32, _ path: FiveTuple) -> Bool {
        let mailboxes = running.withLock { $0.mailboxes }
        guard !mailboxes.isEmpty else {
            close(descriptor)
            return false
        }
        let index = Int(UInt(bitPattern: path.hashValue) % UInt(mailboxes.count))
        let isTaken = mailboxes[index].post(.adopt(descriptor: descriptor, path))
        if !isTaken { close(descriptor) }
        return isTaken
    }

    /// What all workers have counted.
    func counters() async -> MediaCounters {
        await reports().reduce(into: MediaCounters()) { $0.add($1.media) }
    }

    /// What each worker has counted, after its current round.
    func reports() async -> [WorkerReport] {
        var reports: [WorkerReport] = []
        for mailbox in running.withLock({ $0.mailboxes }) {
            let report: WorkerReport? = await withCheckedContinuation { continuation in
                let isTaken = mailbox.post(.report { continuation.resume(returning: $0) })
                if !isTaken { continuation.resume(returning: nil) }
            }
            if let report { reports.append(report) }
        }
        return reports
    }
}

/// Carries a worker to its thread.
private final class WorkerStart: Sendable {
    private let worker: Mutex<Worker?>

    init(_ worker: consuming sending Worker) { self.worker = Mutex(worker) }

    /// Runs the worker until it stops, and ends it.
    func run() {
        var worker = self.worker.withLock { $0.take() }
        worker?.run()
    }
}
