import NIOCore
import STUN
import Units

/// Answers STUN on one UDP socket. Confined to the socket's event loop.
final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private var server: STUNServer

    init(seed: UInt64) { server = STUNServer(seed: seed) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let source = TransportAddress(envelope.remoteAddress),
            let answer = server.answer(envelope.data, from: source, context.channel.allocator)
        else { return }
        context.write(
            wrapOutboundOut(AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: answer)),
            promise: nil
        )
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    /// A UDP socket reports the refusals of others (ICMP); they are no reason to stop.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Answers STUN on one TCP connection, message by message, and closes it when it breaks step or does nothing.
final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var server = STUNServer(seed: 0, sources: 1)
    private let source: TransportAddress
    /// When the last whole message came; bytes alone do not keep a connection open.
    private var lastMessage = NIODeadline.distantPast

    init(source: TransportAddress) { self.source = source }

    func channelActive(context: ChannelHandlerContext) {
        lastMessage = context.eventLoop.now
        watch(context, after: Limits.idle)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastMessage = context.eventLoop.now
        guard let answer = server.answer(unwrapInboundIn(data), from: source, context.channel.allocator) else { return }
        // Who asks and does not read is not worth a queue.
        guard context.channel.isWritable else { return context.close(promise: nil) }
        context.write(wrapOutboundOut(answer), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func watch(_ context: ChannelHandlerContext, after delay: TimeAmount) {
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            guard context.channel.isActive else { return }
            let quiet = context.eventLoop.now - lastMessage
            if quiet >= Limits.idle { context.close(promise: nil) } else { watch(context, after: Limits.idle - quiet) }
        }
    }
}

/// Cuts a byte stream into STUN messages; an error when what comes is none.
struct StreamFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    /// What follows cannot be STUN.
    struct OutOfStep: Error {}

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        switch StreamFrame(startOf: buffer.readableBytesUInt8Span) {
        case .incomplete: return .needMoreData
        case .invalid: throw OutOfStep()
        case .length(let length):
            guard let message = buffer.readSlice(length: length) else { return .needMoreData }
            context.fireChannelRead(wrapInboundOut(message))
            return .continue
        }
    }

    func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) -> DecodingState {
        .needMoreData  // half a message of a connection that is gone
    }
}

extension STUNServer {
    /// The answer as a buffer to be sent.
    fileprivate mutating func answer(
        _ request: ByteBuffer,
        from source: TransportAddress,
        _ allocator: ByteBufferAllocator
    ) -> ByteBuffer? {
        var room = InlineArray<128, UInt8>(repeating: 0)
        var span = room.mutableSpan
        guard let count = answer(request.readableBytesUInt8Span, from: source, into: &span, now: .now) else {
            return nil
        }
        var buffer = allocator.buffer(capacity: count)
        unsafe buffer.writeBytes(room.span.extracting(..<count).bytes)
        return buffer
    }
}
