import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Watches the requests and answers of one HTTP/1.1 connection, and turns it into a WebSocket when a route answers 101.
///
/// Any request of a connection may upgrade. NIO's decoder stops for good behind a request that asks for an upgrade, whatever the
/// answer; after an answer other than 101 it is replaced by a fresh one, so a refused upgrade is an answer like any other.
/// Until the answer no more is read than has been: early frames wait in the decoder and in the kernel.
final class WebSocketUpgradeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The handlers in front of and behind this one that speak HTTP and go when the WebSocket comes.
    struct HTTPHandlers {
        let encoder: any RemovableChannelHandler
        var decoder: any RemovableChannelHandler
        let codec: any RemovableChannelHandler
        let state: any RemovableChannelHandler
    }

    private let connection: WebSocketConnection
    private let configuration: HTTPWebSocketConfiguration
    private var handlers: HTTPHandlers
    /// Requests read to their head whose answers are not out.
    private var unanswered = 0
    /// Whether the last request asked for an upgrade, behind which the decoder has stopped.
    private var hasDecoderStopped = false
    private var isRequestIncomplete = false
    private var isReadHeld = false
    private var isQuiescing = false
    /// Closes the connection when the first head, or a request's body, takes too long.
    private var deadline: Scheduled<Void>?

    init(connection: WebSocketConnection, configuration: HTTPWebSocketConfiguration, handlers: HTTPHandlers) {
        self.connection = connection
        self.configuration = configuration
        self.handlers = handlers
    }

    func handlerAdded(context: ChannelHandlerContext) {
        startDeadline(configuration.headerTimeout, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopDeadline()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopDeadline()
        connection.end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { isQuiescing = true }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request):
            stopDeadline()
            unanswered += 1
            isRequestIncomplete = true
            let fields = request.headerFields
            hasDecoderStopped =
                request.method == .connect
                || (fields[.upgrade] != nil && WebSocketHandshake.lists(fields[.connection], "upgrade"))
        case .body:
            break
        case .end:
            stopDeadline()
            isRequestIncomplete = false
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isRequestIncomplete, deadline == nil { startDeadline(configuration.bodyTimeout, context) }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if hasDecoderStopped, !isRequestIncomplete {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let response) where response.status == .switchingProtocols:
            guard hasDecoderStopped, let session = connection.takePending() else {
                promise?.fail(ChannelError.inappropriateOperationForState)
                return context.close(promise: nil)
            }
            context.writeAndFlush(data, promise: promise)
            upgrade(to: session, context)
        case .head, .body:
            context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            unanswered -= 1
            if unanswered == 0, hasDecoderStopped, !isRequestIncomplete { goOnWithHTTP(context) }
        }
    }

    // MARK: After the answer

    private func upgrade(to session: WebSocketSession, _ context: ChannelHandlerContext) {
        stopDeadline()
        let operations = context.pipeline.syncOperations
        if let bytes = session.configuration.queues.sendBufferBytes {
            // The option is a courtesy to our memory; a socket that refuses it works all the same.
            try? context.channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: numericCast(bytes))
        }
        let handler = WebSocketHandler(session: session, now: .now())
        do {
            try operations.addHandler(handler, position: .after(self))
        } catch {
            session.end(.connectionLost)
            return context.close(promise: nil)
        }
        _ = operations.removeHandler(handlers.state)
        _ = operations.removeHandler(handlers.codec)
        _ = operations.removeHandler(handlers.encoder)
        _ = operations.removeHandler(handlers.decoder)  // a tick later; then early frames come through
        if isQuiescing { session.close(.goingAway, reason: "the server stops") }
        if isReadHeld { context.read() }
        _ = operations.removeHandler(self)
        handler.start()
    }

    private func goOnWithHTTP(_ context: ChannelHandlerContext) {
        hasDecoderStopped = false
        let operations = context.pipeline.syncOperations
        let fresh = configuration.makeDecoder()
        do {
            try operations.addHandler(fresh, position: .before(handlers.codec))
        } catch {
            return context.close(promise: nil)
        }
        _ = operations.removeHandler(handlers.decoder)  // its bytes left over go to the fresh one
        handlers.decoder = fresh
        guard isReadHeld else { return }
        isReadHeld = false
        context.read()
    }

    // MARK: Deadlines

    private func startDeadline(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.deadline = nil
            context.close(promise: nil)
        }
    }

    private func stopDeadline() {
        deadline?.cancel()
        deadline = nil
    }
}
