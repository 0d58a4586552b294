import DTLS
import SFU
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
    let shared: SharedState
    let turn: TURN.Configuration
    /// The certificate of this process, the same for all workers.
    let identity: DTLSIdentity

    var mailbox: Mailbox { shared.mailboxes[index] }
}

/// What all workers share.
final class SharedState: Sendable {
    let clock: MediaClock
    let admission = StreamAdmission()
    let ledger: RelayLedger
    let ports: PortTable
    let interfaces: InterfaceAddresses
    let publicAddresses: [IPAddress]
    let mailboxes: [Mailbox]
    /// The port of STUN, TURN and the SFU, as it was bound.
    let mediaPort: UInt16
    /// Hears what the SFU has to say, on a worker's thread.
    let onEvent: @Sendable (SFUEvent) -> Void
    /// The ring from each worker to each other one, by `ring(from:to:)`.
    private let rings: [HandOverRing]

    init(_ configuration: MediaService.Configuration, port: UInt16, workers: Int, clock: MediaClock) throws(SystemError)
    {
        self.clock = clock
        mediaPort = port
        onEvent = configuration.onEvent
        interfaces = try InterfaceAddresses()
        ledger = RelayLedger(configuration.quotas, ports: configuration.relayPorts)
        ports = PortTable(configuration.relayPorts)
        publicAddresses = configuration.publicAddresses
        var mailboxes: [Mailbox] = []
        for _ in 0..<workers { mailboxes.append(try Mailbox()) }
        self.mailboxes = mailboxes
        var rings: [HandOverRing] = []
        for _ in 0..<workers * workers { rings.append(try HandOverRing()) }
        self.rings = rings
    }

    func ring(from: Int, to: Int) -> HandOverRing { rings[from * mailboxes.count + to] }

    /// Every address by which somebody may mean this machine.
    var ownAddresses: [IPAddress] { interfaces.addresses + publicAddresses }
}
