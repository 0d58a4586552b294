import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import WebSocket

/// TLS with the certificate of the moment, and inside it either HTTP, served by any child channel of Hummingbird's, or TURN,
/// handed to the media plane: the first byte tells.
///
/// HummingbirdTLS fixes its certificate at start, so this stands in its place.
struct RotatingTLSChannel<Base: ServerChildChannel>: ServerChildChannel {
    /// One connection; what it speaks is known once it has said something.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// Fails when the connection ends before that.
        let inside: EventLoopFuture<InsideTLS<Base.Value>>
    }

    private let base: Base
    private let certificates: CertificateStore
    private let admission: (any ConnectionAdmission)?
    private let turn: TURNOverTLS

    /// - Parameter admission: asked before the handshake, whatever the connection turns out to speak.
    init(
        _ base: Base,
        certificates: CertificateStore,
        admission: (any ConnectionAdmission)? = nil,
        turn: TURNOverTLS
    ) {
        self.base = base
        self.certificates = certificates
        self.admission = admission
        self.turn = turn
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let operations = channel.pipeline.syncOperations
            guard admits(channel) else {
                try operations.addHandler(TurnedAway())
                return Value(
                    channel: channel,
                    inside: channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
                )
            }
            let first = FirstByteHandler<Base.Value>(channel.eventLoop.makePromise()) { protocolInside in
                switch protocolInside {
                case .http: base.setup(channel: channel, logger: logger).map { .http($0) }
                case .turn: turn.glue(channel).map { .turn }
                }
            }
            try operations.addHandlers([
                NIOSSLServerHandler(context: certificates.context), HandshakeDeadline(), first,
            ])
            return Value(channel: channel, inside: first.inside)
        }
    }

    @concurrent func handle(value: Value, logger: Logger) async {
        switch await wait({ try await value.inside.get() }, on: value.channel) {
        case .http(let value)?: await base.handle(value: value, logger: logger)
        case .turn?: await wait({ try await value.channel.closeFuture.get() }, on: value.channel)
        case nil: break
        }
    }

    /// Nil when the connection has ended. A server that is out of patience cancels, and that ends it.
    @discardableResult
    private func wait<Result: Sendable>(
        _ result: @Sendable () async throws -> Result,
        on channel: any Channel
    ) async -> Result? {
        await withTaskCancellationHandler {
            try? await result()  // it fails only because the connection has ended, which is no news to anybody
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private func admits(_ channel: any Channel) -> Bool {
        guard let admission else { return true }
        let address = channel.remoteAddress
        guard admission.admits(address) else { return false }
        channel.closeFuture.whenComplete { _ in admission.released(address) }
        return true
    }
}

extension HTTPServerBuilder {
    /// A server that speaks TLS with the store's certificate and whatever `base` makes inside of it:
    /// `.rotatingTLS(store, turn: turn) { HTTP1Channel(responder: $0) }`.
    static func rotatingTLS(
        _ certificates: CertificateStore,
        admission: (any ConnectionAdmission)? = nil,
        turn: TURNOverTLS,
        base: @escaping @Sendable (@escaping HTTPChannelHandler.Responder) throws -> some ServerChildChannel
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            RotatingTLSChannel(try base(responder), certificates: certificates, admission: admission, turn: turn)
        }
    }
}

/// Closes a connection that was not admitted as soon as it is up: closing it earlier would count as an error of the listener.
private final class TurnedAway: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelActive(context: ChannelHandlerContext) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}

/// Closes a connection whose handshake is not done in time, so that half-open ones cannot pile up (T-WS-3).
final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private var deadline: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(TLSLimits.handshakeSeconds))) {
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }
}
