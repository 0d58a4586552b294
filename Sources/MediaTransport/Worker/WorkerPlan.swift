import TURN
import Units

/// What a worker starts with. Its sockets are open already, so that a start that fails does so before any thread runs.
struct WorkerPlan: Sendable {
    /// A socket of the media port.
    struct Socket: Sendable {
        let descriptor: OpenDescriptor
        let version: IPVersion
        /// What it is bound to; the address may stand for all of them.
        let bound: TransportAddress
    }

    let index: Int
    let datagrams: [Socket]
    let listeners: [Socket]
    let mailbox: Mailbox
    let shared: SharedState
    let turn: TURN.Configuration
}

/// What all workers share.
final class SharedState: Sendable {
    let clock: MediaClock
    let admission = StreamAdmission()

    init(clock: MediaClock) { self.clock = clock }
}
