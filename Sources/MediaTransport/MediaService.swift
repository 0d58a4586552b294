import CLinux
public import Logging
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
        let shared = try SharedState(configuration, workers: workers, clock: clock)
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

    private var workers: Int { max(1, min(configuration.workers, Limits.workers)) }

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
        turn.isOwnRelay = { [ports = shared.ports] in ports.hasRelay(at: $0) }
        let configuration = turn
        return (0..<workers).map { index in
            WorkerPlan(
                index: index,
                datagrams: groups.filter { $0.bound.transport == .udp }.map { $0.sockets[index] },
                listeners: groups.filter { $0.bound.transport == .tcp }.map { $0.sockets[index] },
                shared: shared,
                turn: configuration
            )
        }
    }
}
