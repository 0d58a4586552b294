public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Units

/// The sockets of the media port: UDP and TCP, IPv4 and IPv6. For now they answer STUN.
///
/// A shell: it owns sockets and gives what they receive to the cores. Worker threads will take the place of its UDP half.
public struct MediaService: Service {
    /// Where to listen.
    public struct Configuration: Sendable {
        /// Addresses, each bound for UDP and TCP. By default all of both families.
        public var hosts: [String]
        /// The same for UDP and TCP; 0 lets the system choose one for each socket, for tests.
        public var port: Int

        public init(hosts: [String] = ["0.0.0.0", "::"], port: Int = 3478) {
            self.hosts = hosts
            self.port = port
        }
    }

    /// A socket that is open.
    public struct BoundSocket: Equatable, Sendable {
        /// What it carries.
        public enum Transport: Sendable { case udp, tcp }

        public var transport: Transport
        /// As it was asked for.
        public var host: String
        public var port: Int
    }

    private let configuration: Configuration
    private let logger: Logger
    private let onBound: @Sendable ([BoundSocket]) async -> Void

    /// `onBound` is told once which sockets are open, before anything else happens.
    public init(
        _ configuration: Configuration = Configuration(),
        logger: Logger,
        onBound: @escaping @Sendable ([BoundSocket]) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.onBound = onBound
    }

    /// Runs until the server stops. Throws when an IPv4 address, or the only address, cannot be bound; machines without
    /// IPv6 are common, so a failing IPv6 address is logged and left out.
    @concurrent public func run() async throws {
        let connections = ConnectionTable()
        var channels: [any Channel] = []
        do {
            let bound = try await bind(&channels, connections)
            await onBound(bound)
            try await gracefulShutdown()
        } catch is CancellationError {
            // The other way to be told to stop.
        } catch {
            await close(channels, connections)
            throw error
        }
        await close(channels, connections)
    }

    private func bind(_ channels: inout [any Channel], _ connections: ConnectionTable) async throws -> [BoundSocket] {
        var bound: [BoundSocket] = []
        for host in configuration.hosts {
            for transport in [BoundSocket.Transport.udp, .tcp] {
                do {
                    let channel =
                        switch transport {
                        case .udp: try await bindUDP(host)
                        case .tcp: try await bindTCP(host, connections)
                        }
                    channels.append(channel)
                    let port = channel.localAddress?.port ?? configuration.port
                    bound.append(BoundSocket(transport: transport, host: host, port: port))
                } catch  where host.contains(":") && configuration.hosts.count > 1 {
                    logger.warning(
                        "IPv6 is not available on the media port",
                        metadata: ["host": "\(host)", "transport": "\(transport)", "error": "\(error)"]
                    )
                }
            }
        }
        return bound
    }

    private func bindUDP(_ host: String) async throws -> any Channel {
        try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_reuseaddr), value: 0)
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: Limits.datagramBytes)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.setV6Only(host)
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(seed: .random(in: 0 ... .max)))
                }
            }
            .bind(to: try SocketAddress(host, port: configuration.port)).get()
    }

    private func bindTCP(_ host: String, _ connections: ConnectionTable) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.setV6Only(host) }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.start(channel, connections) }
            }
            .bind(to: try SocketAddress(host, port: configuration.port)).get()
    }

    /// Sets up a TCP connection, or closes it when there are too many.
    private static func start(_ channel: any Channel, _ connections: ConnectionTable) throws {
        guard let source = channel.remoteAddress.flatMap({ TransportAddress($0) }),
            connections.admit(channel, from: source.address)
        else { return channel.close(promise: nil) }
        try channel.pipeline.syncOperations.addHandlers([
            ByteToMessageHandler(StreamFrameDecoder()), StreamHandler(source: source),
        ])
    }

    private func close(_ channels: [any Channel], _ connections: ConnectionTable) async {
        for channel in channels { try? await channel.close() }  // it may be closed already
        connections.closeAll()
    }
}

extension Channel {
    /// Keeps an IPv6 socket to IPv6, so that both families can be bound to one port.
    fileprivate func setV6Only(_ host: String) throws {
        guard host.contains(":"), let options = syncOptions else { return }
        let option = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
        try options.setOption(option, value: 1)
    }
}
