import NIOCore

/// One of two handlers at the ends of two pipelines: what is read on one channel is written to the other.
///
/// Back-pressure both ways: nothing is read on one channel while the other has too much to write. Both channels live on one
/// event loop. When one ends, so does the other; when one has said its last word, the other is told.
final class GlueHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var partner: GlueHandler?
    private var context: ChannelHandlerContext?
    /// A read was asked for while the partner had too much to write.
    private var isReadHeld = false

    private init() {}

    static func pair() -> (GlueHandler, GlueHandler) {
        let (one, other) = (GlueHandler(), GlueHandler())
        one.partner = other
        other.partner = one
        return (one, other)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        partner = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        partner?.context?.write(wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) { partner?.context?.flush() }

    func read(context: ChannelHandlerContext) {
        // Before the other end is set up nothing is held: what comes waits in front of this handler.
        if partner?.context?.channel.isWritable ?? true { context.read() } else { isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.goOnReading() }
    }

    private func goOnReading() {
        guard isReadHeld else { return }
        isReadHeld = false
        context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: partner?.context?.close(mode: .output, promise: nil)
        case is ChannelShouldQuiesceEvent: finish()
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) { partner?.finish() }

    /// Closes after what was written has gone out, or after a while.
    private func finish() {
        guard let context else { return }
        let (channel, written) = (context.channel, context.eventLoop.makePromise(of: Void.self))
        // Otherwise TLS, which has said goodbye, does not take the peer's goodbye for the end.
        try? channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)  // a test's channel has no options
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        let deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(TLSLimits.turnFarewellSeconds))) {
            channel.close(promise: nil)
        }
        written.futureResult.whenComplete { _ in
            deadline.cancel()
            channel.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
