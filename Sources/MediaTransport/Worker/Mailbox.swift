import CLinux
import Glibc
import SFU
import Synchronization
import TURN
import Units

/// What the control plane, or another worker, tells a worker.
enum WorkerCommand: Sendable {
    /// End: close everything and leave the thread.
    case stop
    /// Take over a connection; the descriptor is the worker's from now on.
    case adopt(descriptor: Int32, FiveTuple)
    /// A participant was removed; its credentials up to this Unix time are void.
    case revoke(UserKey, until: UInt64)
    /// The addresses of this machine have changed.
    case ownAddresses([IPAddress])
    /// An order to the SFU.
    case sfu(SFUCommand)
    /// A client is heard on this path by another worker from now on, or, with nil, not any more.
    case route(FiveTuple, worker: Int?)
    /// Take over a connection of ICE, with the bytes that were read of it.
    case adoptICE(descriptor: Int32, FiveTuple, [UInt8])
    /// Say what was counted.
    case report(@Sendable (WorkerReport) -> Void)
}

/// What a worker has counted.
struct WorkerReport: Sendable {
    var media: MediaCounters
    var turn: TURN.Counters
    var sfu: SFUReport
    /// How long it did something else than wait.
    var busy: Duration
}

/// The way into a worker: a list behind a lock, and an event that wakes the worker's poll. Not for packets.
final class Mailbox: Sendable {
    private struct State {
        var commands: [WorkerCommand] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let event: OpenDescriptor

    init() throws(SystemError) {
        event = OpenDescriptor(try SystemError.check(linux_event_create(), "eventfd"))
    }

    /// What the worker's poll waits for.
    var descriptor: Int32 { event.number }

    /// Hands a command over; false when the worker has ended or does not run, and then nobody will act on it.
    @discardableResult
    func post(_ command: WorkerCommand) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosed, state.commands.count < Limits.commands else { return false }
            state.commands.append(command)
            return true
        }
        if isTaken { wake() }
        return isTaken
    }

    /// Makes the worker look.
    func wake() {
        var one: UInt64 = 1
        // A full counter is a worker that is awake already.
        _ = unsafe write(event.number, &one, MemoryLayout<UInt64>.size)
    }

    /// All that waits. The worker's.
    func take() -> [WorkerCommand] {
        var count: UInt64 = 0
        _ = unsafe read(event.number, &count, MemoryLayout<UInt64>.size)  // nothing to read is fine
        return state.withLock { state in
            guard !state.commands.isEmpty else { return [] }
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Takes nothing any more and returns what is left. The worker's last call.
    func close() -> [WorkerCommand] {
        state.withLock { state in
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
    }
}
