import NIOCore
import NIOPosix

/// One WebSocket client of a benchmark: as little of RFC 6455 as a well-behaved server needs, and no more work per message
/// than counting it, because the load generator shares the machine with what it measures.
final class BenchClient: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    /// Called on the event loop for every text message.
    typealias OnText = @Sendable (Span<UInt8>) -> Void

    private let onText: OnText
    private let upgraded: EventLoopPromise<Void>
    private let state: NIOLoopBoundBox<State>

    private struct State {
        var isUpgraded = false
        var received = ByteBuffer()
    }

    private init(eventLoop: any EventLoop, upgraded: EventLoopPromise<Void>, onText: @escaping OnText) {
        self.onText = onText
        self.upgraded = upgraded
        state = NIOLoopBoundBox(State(), eventLoop: eventLoop)
    }

    /// Connects and upgrades; the channel is ready for `send`.
    static func connect(
        port: Int,
        group: any EventLoopGroup,
        onText: @escaping OnText
    ) async throws -> any Channel {
        let loop = group.next()
        let upgraded = loop.makePromise(of: Void.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop)
                .channelOption(.socketOption(.so_rcvbuf), value: 16_384)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let client = BenchClient(eventLoop: channel.eventLoop, upgraded: upgraded, onText: onText)
                        try channel.pipeline.syncOperations.addHandler(client)
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
        } catch {
            upgraded.fail(error)
            throw error
        }
        let request = """
            GET /ws HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: Upgrade\r\nUpgrade: websocket\r
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n
            """
        try await channel.writeAndFlush(ByteBuffer(string: request))
        try await upgraded.futureResult.get()
        return channel
    }

    /// Sends one text message, masked with zeros: legal, and free.
    static func send(_ text: String, on channel: any Channel) {
        var frame = ByteBuffer()
        let length = text.utf8.count
        frame.writeInteger(UInt8(0x81))
        if length < 126 {
            frame.writeInteger(UInt8(0x80 | length))
        } else {
            frame.writeInteger(UInt8(0x80 | 126))
            frame.writeInteger(UInt16(clamping: length))
        }
        frame.writeInteger(UInt32(0))
        frame.writeString(text)
        channel.writeAndFlush(frame, promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        state.value.received.writeBuffer(&incoming)
        if !state.value.isUpgraded { takeAnswer(context) }
        guard state.value.isUpgraded else { return }
        while let (opcode, payload) = nextFrame() {
            switch opcode {
            case 0x1: onText(payload.readableBytesUInt8Span)
            case 0x9: pong(context, payload)
            case 0x8: context.close(promise: nil)
            default: break
            }
        }
        state.value.received.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) {
        upgraded.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        upgraded.fail(error)
        context.close(promise: nil)
    }

    private func takeAnswer(_ context: ChannelHandlerContext) {
        let view = state.value.received.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        guard view.starts(with: "HTTP/1.1 101".utf8) else {
            upgraded.fail(BenchError.refused(String(decoding: view, as: UTF8.self)))
            return context.close(promise: nil)
        }
        state.value.received.moveReaderIndex(to: end.upperBound)
        state.value.isUpgraded = true
        upgraded.succeed()
    }

    /// The next whole frame; servers do not mask and this one does not fragment.
    private func nextFrame() -> (opcode: UInt8, payload: ByteBuffer)? {
        let start = state.value.received.readerIndex
        guard let first: UInt8 = state.value.received.readInteger(),
            let second: UInt8 = state.value.received.readInteger()
        else {
            state.value.received.moveReaderIndex(to: start)
            return nil
        }
        var length: Int? = Int(second & 0x7F)
        if second == 126 { length = state.value.received.readInteger(as: UInt16.self).map(Int.init) }
        if second == 127 { length = state.value.received.readInteger(as: UInt64.self).map { Int(clamping: $0) } }
        guard let length, let payload = state.value.received.readSlice(length: length) else {
            state.value.received.moveReaderIndex(to: start)
            return nil
        }
        return (first & 0x0F, payload)
    }

    private func pong(_ context: ChannelHandlerContext, _ payload: ByteBuffer) {
        var frame = ByteBuffer(bytes: [0x8A, 0x80 | UInt8(clamping: payload.readableBytes), 0, 0, 0, 0])
        frame.writeImmutableBuffer(payload)
        context.writeAndFlush(NIOAny(frame), promise: nil)
    }
}

/// Why a benchmark cannot be run.
enum BenchError: Error, CustomStringConvertible {
    case refused(String)
    case serverDidNotStart(String)
    case timedOut(String)

    var description: String {
        switch self {
        case .refused(let answer): "The server refused a connection: \(answer.prefix(200))"
        case .serverDidNotStart(let why): "The server to measure did not start: \(why)"
        case .timedOut(let what): "Nothing happened for too long while \(what)."
        }
    }
}
