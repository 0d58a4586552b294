import NIOCore

/// The messages that wait for one connection, in order: a value behind the session's lock.
///
/// Senders on any thread push; the connection's event loop is woken once for any number of pushes and pops while its channel takes
/// more. When the limits are passed everything is dropped and the connection is to be closed with 1013.
struct WebSocketOutbox {
    struct Entry {
        let message: WebSocketMessage
        let key: CoalescingKey?
    }

    /// What the event loop finds to do next.
    enum Next {
        case write(WebSocketMessage)
        /// The queue is empty and a close is due: it comes after everything queued before it.
        case close(WebSocketCloseCode, reason: String)
        case overflow
        case nothing
    }

    private enum State {
        case open
        case closing(WebSocketCloseCode, reason: String)
        case overflowed
        case closed
    }

    private let limits: WebSocketQueueLimits
    private var entries = CircularBuffer<Entry>(initialCapacity: 1)
    private var state = State.open
    /// Whether the event loop has been asked to pop and has not begun.
    private var isScheduled = false
    /// Whether the channel takes no more for now; it will say when it does.
    private var isBlocked = false
    private(set) var byteCount = 0

    init(limits: WebSocketQueueLimits) {
        self.limits = limits
    }

    var count: Int { entries.count }

    /// Queues a message at the end; a waiting one with the same key is dropped. At the end, because the receiver takes the highest
    /// number it has seen for everything up to there.
    /// Returns whether the caller must have the event loop pop. After a close the message is dropped.
    mutating func push(_ message: WebSocketMessage, key: CoalescingKey?) -> Bool {
        guard case .open = state else { return false }
        let size = message.frame.readableBytes
        if let key, let index = entries.firstIndex(where: { $0.key == key }) {
            byteCount -= entries.remove(at: index).message.frame.readableBytes
        }
        byteCount += size
        entries.append(Entry(message: message, key: key))
        guard byteCount <= limits.outboundBytes, entries.count <= limits.outboundMessages else {
            drop()
            state = .overflowed
            return schedule()
        }
        return isBlocked ? false : schedule()
    }

    /// Makes a close due after what is queued. Returns whether the caller must have the event loop pop.
    mutating func close(_ code: WebSocketCloseCode, reason: String) -> Bool {
        guard case .open = state else { return false }
        state = .closing(code, reason: reason)
        return schedule()
    }

    /// The event loop begins to pop: pushes from now on ask for it again.
    mutating func beginDrain() {
        isScheduled = false
        isBlocked = false
    }

    /// The next thing for the event loop to do. `isWritable`: whether the channel takes a message.
    mutating func pop(isWritable: Bool) -> Next {
        if case .overflowed = state {
            state = .closed
            return .overflow
        }
        guard isWritable else {
            isBlocked = true
            return .nothing
        }
        if let entry = entries.popFirst() {
            byteCount -= entry.message.frame.readableBytes
            return .write(entry.message)
        }
        guard case .closing(let code, let reason) = state else { return .nothing }
        state = .closed
        return .close(code, reason: reason)
    }

    /// Drops what waits and takes nothing more.
    mutating func end() {
        drop()
        state = .closed
    }

    private mutating func drop() {
        entries = CircularBuffer(initialCapacity: 1)
        byteCount = 0
    }

    private mutating func schedule() -> Bool {
        defer { isScheduled = true }
        return !isScheduled
    }
}
