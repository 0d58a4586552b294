public import HummingbirdCore
public import Logging
public import NIOCore
import NIOSSL
import NIOTLS

/// TLS below any child channel of Hummingbird's, with the certificate of the moment.
///
/// HummingbirdTLS fixes its certificate at start, so this stands in its place.
///
/// Seam for TURN over TLS: the bytes after `NIOSSLServerHandler` are either HTTP (a letter) or STUN (00 or 01). A handler
/// that waits for the first byte belongs between the two steps of `setup`; it goes on to `base.setup` for a letter and
/// hands the channel to MediaTransport otherwise. `Value` then becomes an enum of the two and `handle` a switch over it.
public struct RotatingTLSChannel<Base: ServerChildChannel>: ServerChildChannel {
    public typealias Value = Base.Value

    private let base: Base
    private let certificates: CertificateStore

    public init(_ base: Base, certificates: CertificateStore) {
        self.base = base
        self.certificates = certificates
    }

    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers([
                NIOSSLServerHandler(context: certificates.context), HandshakeDeadline(),
            ])
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }
    }

    @concurrent public func handle(value: Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

extension HTTPServerBuilder {
    /// A server that speaks TLS with the store's certificate and whatever `base` makes inside of it:
    /// `.rotatingTLS(store) { HTTP1Channel(responder: $0) }`.
    public static func rotatingTLS(
        _ certificates: CertificateStore,
        base: @escaping @Sendable (@escaping HTTPChannelHandler.Responder) throws -> some ServerChildChannel
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            RotatingTLSChannel(try base(responder), certificates: certificates)
        }
    }
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
