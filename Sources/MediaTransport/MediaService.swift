import CLinux
import DTLS
import ICE
public import Logging
public import SFU
import STUN
public import ServiceLifecycle
import Synchronization
public import TURN
public import Units

/// The media plane: the media port (UDP and TCP, IPv4 and IPv6) with STUN and TURN behind it, on threads of its own.
///
/// A shell: its workers own the sockets and give what they receive to the cores. The control plane speaks to the workers
/// through this value, by commands that they read between two rounds; packets never pass here.
public struct MediaService: Service {
    private let configuration: Configuration
    private let clock: MediaClock
    private let logger: Logger
    private let onBound: @Sendable ([BoundSocket]) async -> Void
    private let plane = MediaPlane()
    private let identity: DTLSIdentity
    /// The state of the workers while they run.
    private let reached = Reached()

    /// `onBound` is told once which sockets are open, before anything else happens.
    public init(
        _ configuration: Configuration = Configuration(),
        logger: Logger,
        onBound: @escaping @Sendable ([BoundSocket]) async -> Void = { _ in }
    ) {
        self.init(configuration, clock: .system, logger: logger, onBound: onBound)
    }

    /// For tests, which have their own clock.
    init(
        _ configuration: Configuration,
        clock: MediaClock,
        logger: Logger,
        onBound: @escaping @Sendable ([BoundSocket]) async -> Void
    ) {
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        self.onBound = onBound
        guard let identity = DTLSIdentity(wall: Int64(clamping: clock.wall())) else {
            preconditionFailure("OpenSSL has neither memory nor randomness")
        }
        self.identity = identity
    }

    /// Runs until the server stops. Throws `MediaPortError` when an IPv4 address, or the only address, cannot be bound;
    /// machines without IPv6 are common, so a failing IPv6 address is logged and left out.
    @concurrent public func run() async throws {
        _ = linux_raise_descriptor_limit()  // relays take one each; with fewer, fewer people get one
        _ = UserKey(participant: "")  // OpenSSL reads files when it is first used: here, not on a media thread
        let groups = try MediaPort(hosts: configuration.hosts, port: configuration.port, workers: workers)
            .open { error in
                logger.warning("IPv6 is not available on the media port", metadata: ["error": "\(error)"])
            }
        let port = UInt16(clamping: groups.first?.bound.port ?? 0)
        let shared = try SharedState(configuration, port: port, workers: workers, clock: clock)
        reached.withLock { $0 = shared }
        try plane.start(plans(groups, shared))
        let metadata: Logger.Metadata = ["port": "\(groups.first?.bound.port ?? 0)", "workers": "\(workers)"]
        logger.info("The media port is open", metadata: metadata)
        await onBound(groups.map(\.bound))
        let watch = MediaWatch(
            plane: plane,
            shared: shared,
            capacity: min(configuration.quotas.total, configuration.relayPorts.count),
            logger: logger
        )
        await withTaskGroup { group in
            group.addTask { await watch.run() }
            // Cancellation is the other way to be told to stop.
            try? await gracefulShutdown()
            group.cancelAll()
        }
        await plane.stop()
        logger.debug("The media port is closed", metadata: metadata)
    }

    /// Ends what a removed participant has: its allocations at once, its credentials for as long as they would be good.
    /// Returns at once; the relays are silent some milliseconds later.
    public func revoke(participant: String) {
        plane.post(.revoke(UserKey(participant: participant), until: clock.wall() + Limits.credentialSeconds))
    }

    // MARK: - The SFU

    /// Threads, and so places for rooms: a room's links all live on one worker, 0 to this.
    public var workers: Int { max(1, min(configuration.workers, Limits.workers)) }

    /// SHA-256 of the certificate that every link's DTLS shows.
    public var fingerprint: [UInt8] { identity.fingerprint }

    /// Where clients reach the SFU, as descriptions have it; empty before the sockets are open. What the host said of public
    /// addresses comes first; without that the machine's own addresses do, loopback only when there is nothing else.
    public var candidates: [String] {
        guard let shared = reached.withLock({ $0 }) else { return [] }
        let own = shared.interfaces.addresses.filter { !$0.isLinkLocal }
        let outside = own.filter { !$0.isLoopback }
        let addresses = shared.publicAddresses + (outside.isEmpty ? own : outside)
        var seen: Set<IPAddress> = []
        let distinct = addresses.filter { seen.insert($0).inserted }.prefix(Limits.candidateAddresses)
        return Candidate.host(Array(distinct), udpPort: shared.mediaPort, tcpPort: shared.mediaPort).map(\.text)
    }

    /// Gives an order to a worker's SFU, which has it before any packet that comes later. Returns at once; false when the
    /// media plane does not run.
    @discardableResult
    public func order(_ command: SFUCommand, of worker: Int) -> Bool { plane.post(.sfu(command), to: worker) }

    /// What the SFU of each worker has counted, as of now.
    public var sfuCounters: [SFUCounters] {
        get async { await plane.reports().map(\.sfu.unit) }
    }

    /// Takes over a stream of STUN and ChannelData that came out of TLS: one end of a socket pair. The descriptor is the
    /// media plane's from now on and is closed by it, at once when `client` has too many connections. False, and closed,
    /// when the media plane does not run.
    @discardableResult
    public func adopt(descriptor: Int32, client: TransportAddress, server: TransportAddress) -> Bool {
        plane.adopt(descriptor, FiveTuple(client: client, server: server, transport: .tls))
    }

    /// What was received, sent and dropped so far, as of now. Waits for the workers' current rounds: milliseconds.
    public var counters: MediaCounters {
        get async { await plane.counters() }
    }

    /// What the TURN server of each worker has relayed, refused and dropped, as of now.
    public var turnCounters: [TURN.Counters] {
        get async { await plane.reports().map(\.turn) }
    }

    /// Everything that was counted so far. Each worker is asked once, and answers between two rounds.
    public var report: MediaReport {
        get async { MediaReport(await plane.reports()) }
    }

    private func plans(_ groups: [MediaPort.Group], _ shared: SharedState) -> [WorkerPlan] {
        // Without secrets nobody has credentials, and so nobody gets a relay.
        var turn =
            configuration.turn
            ?? TURN.Configuration(secrets: [], nonceKey: (0..<32).map { _ in .random(in: .min ... .max) })
        turn.budget = AnswerBudget(seed: .random(in: 0 ... .max))
        turn.policy.ownAddresses = shared.ownAddresses
        // Clients do not spread evenly: a worker's share is never less than what a few of them may take.
        let share = turn.limits.totalBytesPerSecond / UInt64(workers)
        turn.limits.totalBytesPerSecond = max(
            share,
            min(turn.limits.totalBytesPerSecond, 4 * turn.limits.bytesPerSecond)
        )
        // A client may relay to the SFU: where only TCP or TLS leaves its network that is how it gets there.
        turn.isOwnRelay = { [ports = shared.ports, port = shared.mediaPort] in $0.port == port || ports.hasRelay(at: $0)
        }
        let configuration = turn
        return (0..<workers).map { index in
            WorkerPlan(
                index: index,
                datagrams: groups.filter { $0.bound.transport == .udp }.map { $0.sockets[index] },
                listeners: groups.filter { $0.bound.transport == .tcp }.map { $0.sockets[index] },
                shared: shared,
                turn: configuration,
                identity: identity
            )
        }
    }
}

extension MediaService: CustomStringConvertible {
    /// What logs call it. Its configuration holds secrets.
    public var description: String { "MediaService" }
}

/// The workers' state once they run, for who asks from outside.
private final class Reached: Sendable {
    private let state = Mutex<SharedState?>(nil)

    func withLock<Result>(_ body: (inout sending SharedState?) -> sending Result) -> Result { state.withLock(body) }
}
