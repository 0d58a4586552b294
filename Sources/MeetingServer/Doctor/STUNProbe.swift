import NIOCore
import NIOPosix
import NIOSSL
import STUN
import TURN
import Units

/// A STUN and TURN client that asks one server one question.
struct STUNProbe: Sendable {
    enum Transport: String, Sendable, CaseIterable { case udp = "UDP", tcp = "TCP", tls = "TLS" }

    /// Why there is no good answer.
    enum Failure: Error, Equatable, CustomStringConvertible {
        case noAnswer
        /// Something answered that is no STUN.
        case notSTUN
        case refused(code: Int)

        var description: String {
            switch self {
            case .noAnswer: "no answer"
            case .notSTUN: "an answer that is no STUN"
            case .refused(let code): "error \(code)"
            }
        }
    }

    let server: SocketAddress
    let transport: Transport

    /// How long a conversation with this machine may take.
    private static let patience = Duration.seconds(3)

    /// Asks under which address the server sees this client.
    func binding() async throws -> TransportAddress? {
        try await converse { conversation in
            let answer = try await conversation.ask(.binding) { _, _ in }
            return answer.address(.xorMappedAddress)
        }
    }

    /// Opens a relay and closes it again; returns its address.
    func allocate(_ credentials: RESTCredentials) async throws -> TransportAddress? {
        try await converse { conversation in
            let first = try await conversation.send(.allocate, Self.askForUDP)
            guard first.errorCode == 401, let realm = first.value(.realm), let nonce = first.value(.nonce) else {
                throw first.errorCode.map { Failure.refused(code: $0) } ?? .notSTUN
            }
            let login = Login(credentials, realm: realm, nonce: nonce)
            let answer = try await conversation.ask(.allocate) { writer, room in
                Self.askForUDP(&writer, &room)
                login.sign(&writer, &room)
            }
            // When it is not closed now, it closes by itself in ten minutes.
            _ = try? await conversation.ask(.refresh) { writer, room in
                writer.write(.lifetime, UInt32(0), to: &room)
                login.sign(&writer, &room)
            }
            return answer.address(.xorRelayedAddress)
        }
    }

    private static func askForUDP(_ writer: inout MessageWriter, _ room: inout MutableSpan<UInt8>) {
        writer.write(.requestedTransport, UInt32(17) << 24, to: &room)
    }

    /// Connects, lets `body` talk, and hangs up; gives up after a while.
    private func converse<Result: Sendable>(
        _ body: @escaping @Sendable (inout STUNConversation) async throws -> Result
    ) async throws -> Result {
        try await withPatience(Self.patience, or: Failure.noAnswer) {
            try await connect().executeThenClose { inbound, outbound in
                var conversation = STUNConversation(inbound: inbound.makeAsyncIterator(), outbound: outbound)
                return try await body(&conversation)
            }
        }
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let (group, transport) = (MultiThreadedEventLoopGroup.singleton, transport)
        let wrap: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
            channel.eventLoop.makeCompletedFuture {
                if transport == .udp { try channel.pipeline.syncOperations.addHandler(DatagramContents()) }
                if transport == .tls { try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler.trusting()) }
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
        }
        return switch transport {
        case .udp: try await DatagramBootstrap(group: group).connect(to: server, channelInitializer: wrap)
        case .tcp, .tls: try await ClientBootstrap(group: group).connect(to: server, channelInitializer: wrap)
        }
    }
}

/// Who asks, as the long-term credentials of RFC 8489 §9.2 prove it.
private struct Login: Sendable {
    let username: [UInt8]
    let realm: [UInt8]
    let nonce: [UInt8]
    let key: LongTermKey

    init(_ credentials: RESTCredentials, realm: [UInt8], nonce: [UInt8]) {
        let (username, password) = (Array(credentials.username.utf8), Array(credentials.password.utf8))
        self.username = username
        self.realm = realm
        self.nonce = nonce
        key = LongTermKey(.md5, username: username.span, realm: realm.span, password: password.span)
    }

    func sign(_ writer: inout MessageWriter, _ room: inout MutableSpan<UInt8>) {
        writer.write(.username, username.span, to: &room)
        writer.write(.realm, realm.span, to: &room)
        writer.write(.nonce, nonce.span, to: &room)
        key.sign(&writer, .sha1, to: &room)
    }
}

/// The bytes of what a connected UDP socket receives.
private final class DatagramContents: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias InboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(unwrapInboundIn(data).data))
    }
}
