import NIOCore
import NIOHTTPTypes

/// Drives one upgraded connection on its event loop: bytes to messages, queue to socket, clock to pings.
///
/// It takes the place of the HTTP codecs; behind it stays only the channel's async end, which gets nothing more than the end.
///
/// ```
/// open ──close() sent──▶ closeSent ──peer's close──▶ lingering ──EOF or close timeout──▶ TCP closed
///   └──peer's close, protocol error, overflow: close sent──▶ lingering
/// ```
/// Lingering: our side is shut, what comes in is thrown away, so that unread bytes do not reset the connection under our close frame.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = ByteBuffer

    enum State: Equatable {
        case open
        case closeSent(WebSocketCloseCode)
        case lingering
        case closed
    }

    let session: WebSocketSession
    var state = State.open
    /// A close was asked for and waits behind queued messages; nothing more is delivered.
    var dueClose: WebSocketCloseCode?
    var context: ChannelHandlerContext?
    var keepAlive: WebSocketKeepAlive
    private var decoder: WebSocketDecoder
    /// Bytes not yet decoded because the consumer is behind.
    private var input: ByteBuffer?
    private(set) var isPaused = false
    private var isReadHeld = false
    /// The latest ping's payload, when its pong had no room; an answer to the latest is enough (RFC 6455 §5.5.3).
    private var owedPong: [UInt8]?
    private var needsFlush = false
    private var timer: (task: Scheduled<Void>, deadline: NIODeadline)?

    init(session: WebSocketSession, now: NIODeadline) {
        self.session = session
        decoder = WebSocketDecoder(limits: session.configuration.framing)
        keepAlive = WebSocketKeepAlive(configuration: session.configuration, now: now)
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    /// The HTTP codecs are out of the way: bytes may flow.
    func start() {
        session.reference.handler = self
        schedule()
        drain()  // what was sent before the upgrade was through
    }

    func channelInactive(context: ChannelHandlerContext) {
        session.end(dueClose.map { .closedByServer($0, confirmed: false) } ?? .connectionLost)
        state = .closed
        detach()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        session.end(.connectionLost)
        detach()
    }

    private func detach() {
        timer?.task.cancel()
        timer = nil
        session.reference.handler = nil
        context = nil
        input = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            session.close(.goingAway, reason: "the server stops")
        case ChannelEvent.inputClosed:
            context.close(promise: nil)
        default:
            break  // the async end behind us is to hear of the end only
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state == .open || isAwaitingClose else { return }
        var bytes = unwrapInboundIn(data)
        keepAlive.received(now: .now())
        if input == nil {
            input = bytes
        } else {
            input?.writeBuffer(&bytes)
        }
        process()
        // A peer that ends its side makes the channel read all there is, whether or not we hold reads.
        if let input, input.readableBytes > session.configuration.framing.messageBytes + HTTPLimits.largestRead {
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // The async end must not take this for parts of a request.
    }

    func read(context: ChannelHandlerContext) {
        if isPaused {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    /// The consumer caught up, or wants no more at all.
    func resumeReading() {
        guard isPaused, let context else { return }
        isPaused = false
        keepAlive.resumed(now: .now())
        process()
        guard !isPaused, isReadHeld else { return }
        isReadHeld = false
        context.read()
    }

    private var isAwaitingClose: Bool {
        if case .closeSent = state { true } else { false }
    }

    /// Decodes what there is until the consumer is behind.
    private func process() {
        guard var bytes = input else { return }
        input = nil
        let framesBefore = decoder.completedFrames
        do {
            while !isPaused, let event = try next(&bytes) { take(event) }
        } catch {
            fail(.protocolError(error), code: error.closeCode)
        }
        if isPaused, bytes.readableBytes > 0 { input = bytes }
        keepAlive.decoded(
            isMidFrame: decoder.isMidFrame,
            endedFrame: decoder.completedFrames != framesBefore,
            now: .now()
        )
        schedule()
        flushIfNeeded()
    }

    private func next(_ bytes: inout ByteBuffer) throws(WebSocketProtocolError) -> WebSocketEvent? {
        var offset = 0
        let event = try decoder.decode(bytes.readableBytesUInt8Span, at: &offset)
        bytes.moveReaderIndex(forwardBy: offset)
        return event
    }

    private func take(_ event: WebSocketEvent) {
        switch event {
        case .text(let bytes): deliver(.text(bytes))
        case .binary(let bytes): deliver(.binary(bytes))
        case .pong: deliver(.pong)
        case .ping(let payload):
            answerPing(payload)
            deliver(.ping)
        case .close(let code, let reason):
            peerClosed(code, reason: String(decoding: reason, as: UTF8.self))
        }
    }

    private func deliver(_ message: WebSocketInboundMessage) {
        guard state == .open, dueClose == nil else { return }
        switch session.source.yield(message) {
        case .produceMore, .dropped: break
        case .stopProducing:
            isPaused = true
            keepAlive.paused()
        }
    }

    // MARK: Writing

    /// Writes what is queued while the channel takes it, and flushes once.
    func drain() {
        guard state == .open, let context else { return }
        session.beginDrain()
        loop: while true {
            switch session.nextOutbound(isWritable: context.channel.isWritable) {
            case .write(let message):
                context.write(wrapOutboundOut(message.frame), promise: nil)
                needsFlush = true
            case .close(let code, let reason):
                write(WebSocketEncoder.close(code, reason: reason))
                state = .closeSent(code)
                expectClose(code, mustDrain: false)
                break loop
            case .overflow:
                fail(.overflow, code: .tryAgainLater, reason: "read too slowly")
                break loop
            case .nothing:
                break loop
            }
        }
        flushIfNeeded()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        if let payload = owedPong {
            owedPong = nil
            answerPing(payload)
        }
        drain()
    }

    /// Nothing behind us has anything to say after the upgrade.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.succeed()
    }

    /// Hummingbird closes the input of a connection whose task is cancelled; we say goodbye instead.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .input else { return context.close(mode: mode, promise: promise) }
        session.close(.goingAway, reason: "the server stops")
        promise?.succeed()
    }

    /// Behind what is queued: its pong shows that all of that arrived.
    func sendPing() {
        drain()
        guard state == .open, let context, context.channel.isWritable else { return }
        write(WebSocketEncoder.header(.ping, payloadLength: 0))
        flushIfNeeded()
    }

    private func answerPing(_ payload: [UInt8]) {
        guard state == .open, let context else { return }
        guard context.channel.isWritable else {
            owedPong = payload
            return
        }
        write(WebSocketEncoder.header(.pong, payloadLength: payload.count) + payload)
    }

    func write(_ frame: [UInt8]) {
        guard let context else { return }
        context.write(wrapOutboundOut(ByteBuffer(bytes: frame)), promise: nil)
        needsFlush = true
    }

    func flushIfNeeded() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }

    // MARK: Clock

    /// Makes the timer fire at the keep-alive's deadline; one that fires earlier does no harm and is cheaper than to move.
    func schedule() {
        guard let context, state != .closed else { return }
        let deadline = keepAlive.deadline
        if let timer {
            guard timer.deadline > deadline else { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timerFired() }
        timer = (task, deadline)
    }

    private func timerFired() {
        timer = nil
        switch keepAlive.fire(now: .now()) {
        case .none: break
        case .ping: sendPing()
        case .giveUpSilent:
            session.end(.pingTimeout)
            context?.close(promise: nil)
        case .giveUpFrame:
            fail(.frameTimeout, code: .policyViolation, reason: "frame not completed")
        case .giveUpClosing:
            context?.close(promise: nil)
        }
        schedule()
    }

    /// What still waits when the peer's input is not to be handled any more is not worth a pause.
    func stopDelivering() {
        isPaused = false
        if isReadHeld {
            isReadHeld = false
            context?.read()
        }
    }
}
