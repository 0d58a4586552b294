import NIOCore

/// What a TLS connection to the page's port carries.
enum InsideTLS<HTTP: Sendable>: Sendable {
    case http(HTTP)
    case turn
}

/// Waits for the first byte inside TLS, has the rest of the pipeline set up for what it announces, hands over everything that
/// came meanwhile, and goes.
///
/// A STUN message begins with two zero bits, and all methods there are with 0 to 3 (RFC 7983 §7); a request of HTTP with a
/// letter. ChannelData (64 to 79), which would be mistaken for a letter, cannot come first: it needs an allocation.
final class FirstByteHandler<HTTP: Sendable>: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Announced {
        case http, turn

        init(firstByte: UInt8) { self = firstByte < 4 ? .turn : .http }
    }

    private enum State {
        case waiting
        /// The rest of the pipeline is being set up; what came until then.
        case settling(ByteBuffer)
        case settled
    }

    private var state = State.waiting
    private let promise: EventLoopPromise<InsideTLS<HTTP>>
    /// Adds the handlers behind this one; called once, on the channel's event loop.
    private let setUp: (Announced) -> EventLoopFuture<InsideTLS<HTTP>>
    private var deadline: Scheduled<Void>?
    private var isReadHeld = false
    private var isInputClosed = false

    /// - Parameter promise: fulfilled when the pipeline is ready; failed when the connection ends before.
    init(_ promise: EventLoopPromise<InsideTLS<HTTP>>, setUp: @escaping (Announced) -> EventLoopFuture<InsideTLS<HTTP>>)
    {
        self.promise = promise
        self.setUp = setUp
    }

    /// What the connection turned out to carry.
    var inside: EventLoopFuture<InsideTLS<HTTP>> { promise.futureResult }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(TLSLimits.firstByteSeconds))) {
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        guard case .waiting = state else { return }
        state = .settled
        promise.fail(ChannelError.ioOnClosedChannel)
    }

    /// Those behind hear of it when they are there.
    func channelActive(context: ChannelHandlerContext) {}

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch state {
        case .waiting:
            guard let first = bytes.readableBytesView.first else { return }
            deadline?.cancel()
            state = .settling(bytes)
            settle(as: Announced(firstByte: first), context)
        case .settling(var buffer):
            buffer.writeBuffer(&bytes)
            state = .settling(buffer)
        case .settled: context.fireChannelRead(data)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .settled = state { context.fireChannelReadComplete() }
    }

    /// No more is read than has been, until it has somewhere to go.
    func read(context: ChannelHandlerContext) {
        if case .settling = state { isReadHeld = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch (event, state) {
        // The server stops, and nothing has begun that would have to be finished.
        case (is ChannelShouldQuiesceEvent, .waiting), (is ChannelShouldQuiesceEvent, .settling):
            context.closeInTLS()
        case (ChannelEvent.inputClosed, .waiting): context.closeInTLS()
        case (ChannelEvent.inputClosed, .settling): isInputClosed = true
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .settled = state { context.fireErrorCaught(error) } else { context.closeInTLS() }
    }

    private func settle(as announced: Announced, _ context: ChannelHandlerContext) {
        setUp(announced).assumeIsolated().whenComplete { [self] result in
            // Fulfilled even if the connection is gone by now: whoever serves it must see that.
            promise.completeWith(result)
            guard case .settling(let buffer) = state, case .success = result else { return context.closeInTLS() }
            state = .settled
            context.fireChannelActive()
            context.fireChannelRead(wrapInboundOut(buffer))
            context.fireChannelReadComplete()
            if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
            if isReadHeld { context.read() }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }
}

extension ChannelHandlerContext {
    /// Closes a channel with TLS that lets half of a connection go on: told to close, it would not take the peer's goodbye for
    /// the end, and wait for seconds.
    func closeInTLS() {
        try? channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)  // a test's channel has no options
        close(promise: nil)
    }
}
