import Logging
import Synchronization

/// Says once that the disk fails and once that it has recovered, instead of a line for every message.
final class StoreHealth: Sendable {
    private struct State {
        var failure: StoreFailure?
        var lost = 0
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(logger: Logger) { self.logger = logger }

    func failed(_ failure: StoreFailure) {
        let isNew = state.withLock { state in
            defer { state.failure = failure }
            return state.failure != failure
        }
        if isNew { logger.error("Changes are not stored; meetings go on", metadata: ["reason": "\(failure)"]) }
    }

    /// Called when the writer comes to rest: `owed` state changes wait for the disk, `lost` are gone for good.
    func report(owed: Int, lost: Int) {
        let (recovered, newlyLost) = state.withLock { state in
            defer {
                if owed == 0 { state.failure = nil }
                state.lost = lost
            }
            return (owed == 0 && state.failure != nil, lost - state.lost)
        }
        if newlyLost > 0 {
            logger.error("State changes were lost to storage", metadata: ["count": "\(newlyLost)"])
        }
        if recovered { logger.notice("The disk takes changes again") }
    }

    func closing(owed: Int) {
        guard owed > 0 else { return }
        logger.error("The store closes with state that is not on disk", metadata: ["count": "\(owed)"])
    }
}
