public import Hummingbird
public import HummingbirdCore
public import Logging
import MediaTransport
import Meeting
import NIOCore
import SFU
public import ServiceLifecycle
import Storage
import Synchronization
import Units
import WebSite
import WebSocket

/// A meeting service: web page, signalling, media, metrics, and what it stores; the composition root of `parley serve`.
///
/// Another Hummingbird app mounts it like this:
/// ```
/// let meetings = try await MeetingServer(options: options, version: "1.0", logger: logger)
/// let router = Router(context: SocketContext.self)
/// meetings.addRoutes(to: router)
/// router.get("about") { _, _ in "Our own page" }
/// let application = Application(router: router, server: meetings.server)
/// try await ServiceGroup(services: meetings.services(with: application), logger: logger).run()
/// ```
public struct MeetingServer: Sendable {
    private let options: ServeOptions
    private let logger: Logger
    private let meeting: MeetingService
    private let site: Site
    private let addressHash: KeyedHash
    private let encryption: Encryption?
    private let media: MediaService
    private let mediaControl: MediaControl
    private let mediaPort: BoundPort
    private let adminPort: BoundPort
    private let version: String
    private let isDraining: DrainFlag
    private let onListening: @Sendable (Listening) async -> Void

    /// Where the server can be reached, once it can.
    public struct Listening: Sendable {
        /// The bound TCP port of the page.
        public let port: Int
        /// The bound port of STUN.
        public let mediaPort: Int
        /// The bound TCP port of the metrics, on 127.0.0.1.
        public let adminPort: Int
        /// SHA-256 of a certificate the server made itself, as browsers show it.
        public let fingerprint: String?
    }

    /// Opens the storage and brings back meetings that were going on.
    ///
    /// - Parameter onListening: called once, when the page can be opened.
    /// - Throws: an error whose description is a sentence for the person who starts the server.
    public init(
        options: ServeOptions,
        version: String,
        logger: Logger,
        onListening: @escaping @Sendable (Listening) async -> Void = { _ in }
    ) async throws {
        self.options = options
        self.logger = logger
        self.onListening = onListening
        let store = try MeetingStore(directory: options.data, logger: logger)
        let hash = KeyedHash(key: try store.secret(named: "token-hash", bytes: 32))
        addressHash = hash
        encryption = try Encryption(options: options)
        let mediaPort = BoundPort(options.mediaPort)
        self.mediaPort = mediaPort
        self.version = version
        adminPort = BoundPort(options.adminPort)
        let secret = try TURNSecret(options: options, store: store)
        let (events, onEvent) = AsyncStream<SFUEvent>.makeStream()
        let configuration = MediaService.Configuration(options: options, secret: secret) { onEvent.yield($0) }
        let media = MediaService(configuration, logger: logger) { sockets in
            mediaPort.set(sockets.first?.port ?? options.mediaPort)
        }
        self.media = media
        mediaControl = MediaControl(media, events: events)
        let reachedAt = ReachedAt()
        let iceServers = IceServers(options: options, mediaPort: mediaPort, secret: secret)
        meeting = MeetingService(
            configuration: .init(
                roomLimit: options.roomLimit,
                meshLimit: options.meshLimit,
                hash: { hash($0) },
                iceServersLife: TURNSecret.life,
                iceServers: { iceServers.list(for: $0, reachedAt: reachedAt.host(for: $1), wall: $2) }
            ),
            reachedAt: reachedAt,
            media: mediaControl,
            store: store,
            chatDays: options.chatDays,
            logger: logger
        )
        try await meeting.restore()
        let isDraining = DrainFlag()
        self.isDraining = isDraining
        site = try Self.site(options, version, meeting, isDraining)
    }

    private static func site(
        _ options: ServeOptions,
        _ version: String,
        _ meeting: MeetingService,
        _ isDraining: DrainFlag
    ) throws -> Site {
        try Site(
            SiteConfiguration(
                files: options.web.map { .folder($0, reload: true) } ?? .embedded,
                version: version,
                isSecure: options.tls != .off,
                frameAncestors: options.allowedFrameAncestors,
                isRoomName: { RoomName($0) != nil },
                isDraining: { isDraining.isSet },
                glance: { name in
                    guard let room = RoomName(name) else { return nil }
                    let glance = await meeting.glance(at: room)
                    return WebSite.RoomGlance(
                        count: glance.count,
                        names: glance.names,
                        locked: glance.isLocked,
                        lobby: glance.hasLobby
                    )
                }
            )
        )
    }

    /// Everything that runs, in the order of starting; a `ServiceGroup` stops it in the reverse order:
    /// first people are told, then the connections end, then the rest is written.
    public var services: [any Service] { services(with: application()) }

    /// The same around an application of somebody else, which has the routes (`addRoutes`) and was built with `server`.
    public func services(with application: some Service) -> [any Service] {
        [meeting, media] + (encryption.map { [$0.watcher(logger: logger)] } ?? [])
            + [admin, application, DrainService(meeting: meeting, flag: isDraining)]
    }

    private var admin: AdminServer {
        let page = MetricsPage(version: version, meeting: meeting, media: media)
        let adminPort = adminPort
        return AdminServer(
            port: options.adminPort,
            logger: logger,
            metrics: { await page.text() },
            onListening: { adminPort.set($0) }
        )
    }

    /// HTTP/1.1 whose requests may become WebSockets, in TLS as the options say, and then TURN beside it: the `server` of a Hummingbird `Application`.
    public var server: HTTPServerBuilder {
        var http = HTTPWebSocketConfiguration(isSecure: encryption != nil)
        guard let encryption else {
            http.admission = ConnectionsPerAddress()
            return .http1WebSocket(configuration: http)
        }
        let configuration = http
        let turn = TURNOverTLS(adopt: mediaControl.adopt)
        return .rotatingTLS(encryption.certificates, admission: ConnectionsPerAddress(), turn: turn) {
            HTTPWebSocketChannel(configuration: configuration, responder: $0)
        }
    }

    /// Adds the page and the signalling WebSocket to a router of somebody else.
    public func addRoutes(to router: Router<SocketContext>) {
        site.addRoutes(to: router)
        var configuration = WebSocketConfiguration()
        configuration.origins = OriginPolicy(allowed: options.allowedOrigins.compactMap { WebOrigin(parsing: $0) })
        let (meeting, addressHash) = (meeting, addressHash)
        router.add(middleware: NoteHost())
        WHIPRoutes(
            meeting: meeting,
            origins: configuration.origins,
            scheme: encryption == nil ? "http" : "https",
            addressHash: addressHash
        ).add(to: router)
        router.webSocket("/ws", configuration: configuration) { session, context in
            let address = session.remoteAddress.flatMap(TransportAddress.init)?.address
            await meeting.opened(
                session,
                address: addressHash("address:\(address?.network.description ?? "")"),
                // Whoever comes from this machine may be a proxy that speaks for many.
                isLimited: address?.isLoopback == false,
                host: context.reached
            )
            for await message in session.inbound {
                switch message {
                case .text(let text): await meeting.receive(text, from: session)
                case .pong, .ping, .binary: await meeting.heard(from: session)
                }
            }
            await meeting.closed(session)
        }
    }

    private func application() -> some Service {
        let router = Router(context: SocketContext.self)
        addRoutes(to: router)
        let (onListening, mediaPort, adminPort) = (onListening, mediaPort, adminPort)
        let fingerprint = encryption?.fingerprint
        return Application(
            router: router,
            server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port),
                serverName: nil,
                backlog: 1_024
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                // Ready is who can be reached on all ports; when another cannot be bound, the server ends instead.
                guard await mediaPort.whenBound(), await adminPort.whenBound() else { return }
                await onListening(
                    Listening(
                        port: port,
                        mediaPort: mediaPort.number,
                        adminPort: adminPort.number,
                        fingerprint: fingerprint
                    )
                )
            },
            logger: logger
        )
    }
}

extension MeetingServer: CustomStringConvertible {
    /// What logs call it. Its parts hold secrets.
    public var description: String { "MeetingServer" }
}

/// A port that the system may choose: known when the socket is bound.
final class BoundPort: Sendable {
    private let port: Atomic<Int>
    private let bound = AsyncStream<Void>.makeStream()

    /// - Parameter asked: the port of the options; 0 until `set` tells the chosen one.
    init(_ asked: Int) { port = Atomic(asked) }

    /// Returns true when `set` was called, false when the task was cancelled before. For one caller.
    func whenBound() async -> Bool {
        for await _ in bound.stream {}
        return !Task.isCancelled
    }

    var number: Int { port.load(ordering: .relaxed) }

    func set(_ number: Int) {
        port.store(number, ordering: .relaxed)
        bound.continuation.finish()
    }
}

/// Whether the server is about to stop; asked by `/healthz`.
final class DrainFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}

/// The first to stop: tells everybody before the connections end.
private struct DrainService: Service, CustomStringConvertible {
    let meeting: MeetingService
    let flag: DrainFlag

    /// What logs call it.
    var description: String { "DrainService" }

    func run() async throws {
        // Thrown only when the server is cancelled instead of shut down; people are told all the same.
        try? await gracefulShutdown()
        flag.set()
        await meeting.drain()
        // Until then whoever asks `/healthz` or says hello hears that the server is about to stop. Cancelled when time is up.
        try? await Task.sleep(for: .seconds(1))
    }
}
