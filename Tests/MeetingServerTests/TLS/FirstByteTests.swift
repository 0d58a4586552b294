import NIOCore
import NIOEmbedded
import Testing

@testable import MeetingServer

@Suite("The first byte inside TLS")
struct FirstByteTests {
    /// What a handler did to the rest of its pipeline.
    private final class Setup {
        var announced: [FirstByteHandler<Int>.Announced] = []
        /// Nil: done at once.
        var promise: EventLoopPromise<InsideTLS<Int>>?
    }

    private func connect(_ setup: Setup) throws -> (EmbeddedChannel, EventLoopFuture<InsideTLS<Int>>) {
        let channel = EmbeddedChannel()
        let loop = channel.eventLoop
        let handler = FirstByteHandler<Int>(loop.makePromise()) { announced in
            setup.announced.append(announced)
            return setup.promise?.futureResult ?? loop.makeSucceededFuture(.turn)
        }
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return (channel, handler.inside)
    }

    private func received(_ channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let buffer: ByteBuffer = try channel.readInbound() { text += String(buffer: buffer) }
        return text
    }

    @Test("0 to 3 announce TURN, everything else HTTP", arguments: UInt8.min ... .max)
    func announced(byte: UInt8) throws {
        let setup = Setup()
        let (channel, _) = try connect(setup)
        try channel.writeInbound(ByteBuffer(bytes: [byte, 1, 2]))
        #expect(setup.announced == [byte < 4 ? .turn : .http])
        #expect(try channel.readInbound() == ByteBuffer(bytes: [byte, 1, 2]))
        _ = try channel.finish()
    }

    @Test("No byte is lost, in whatever pieces they come and however long the rest takes", arguments: 1...8, 0...4)
    func pieces(size: Int, before: Int) throws {
        let text = "GET / HTTP/1.1\r\n\r\n"
        let setup = Setup()
        let (channel, _) = try connect(setup)
        setup.promise = channel.eventLoop.makePromise()
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        try channel.writeInbound(ByteBuffer())
        for piece in pieces.prefix(before) { try channel.writeInbound(ByteBuffer(bytes: piece)) }
        #expect(try received(channel).isEmpty)
        if before > 0 { setup.promise?.succeed(.turn) }
        for piece in pieces.dropFirst(before) {
            try channel.writeInbound(ByteBuffer(bytes: piece))
            if before == 0 { setup.promise?.succeed(.turn) }
        }
        #expect(try received(channel) == text)
        #expect(setup.announced == [.http])
        _ = try channel.finish()
    }

    @Test("Who says nothing for ten seconds is closed, and whoever waits is told; a byte is enough to stay")
    func silence() throws {
        let setup = Setup()
        let (silent, inside) = try connect(setup)
        silent.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(silent.isActive)
        silent.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!silent.isActive)
        #expect(throws: (any Error).self) { try inside.wait() }
        let (talking, _) = try connect(setup)
        try talking.writeInbound(ByteBuffer(string: "G"))
        talking.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(talking.isActive)
        _ = try talking.finish()
    }

    @Test("A server that stops closes those who have not said anything; so does their own end")
    func stops() throws {
        for event in [ChannelShouldQuiesceEvent(), ChannelEvent.inputClosed] as [any Sendable] {
            let (channel, inside) = try connect(Setup())
            channel.pipeline.fireUserInboundEventTriggered(event)
            channel.embeddedEventLoop.run()
            #expect(!channel.isActive)
            #expect(throws: (any Error).self) { try inside.wait() }
        }
    }

    @Test("A pipeline that cannot be set up is closed; one that is ready too late is told of all the same")
    func failure() throws {
        struct Failure: Error {}
        for result in [Result<InsideTLS<Int>, any Error>.failure(Failure()), .success(.http(7))] {
            let setup = Setup()
            let (channel, inside) = try connect(setup)
            setup.promise = channel.eventLoop.makePromise()
            try channel.writeInbound(ByteBuffer(string: "G"))
            if case .success = result { try channel.close().wait() }
            setup.promise?.completeWith(result)
            channel.embeddedEventLoop.run()
            #expect(!channel.isActive)
            if case .success = result {
                guard case .http(7) = try inside.wait() else { return #expect(Bool(false), "another value") }
            } else {
                #expect(throws: Failure.self) { try inside.wait() }
            }
        }
    }
}

@Suite("Two glued channels")
struct GlueTests {
    private func glued() throws -> (EmbeddedChannel, EmbeddedChannel) {
        let loop = EmbeddedEventLoop()
        let (one, other) = GlueHandler.pair()
        let channels = try [one, other].map { handler in
            let channel = EmbeddedChannel(handler: nil, loop: loop)
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            return channel
        }
        return (channels[0], channels[1])
    }

    @Test("What is read on one is written to the other, in order, both ways")
    func both() throws {
        let (one, other) = try glued()
        for text in ["a", "b"] {
            try one.writeInbound(ByteBuffer(string: text))
            try other.writeInbound(ByteBuffer(string: text + text))
            #expect(try other.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: text))
            #expect(try one.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: text + text))
        }
        _ = try one.finish()
    }

    /// Counts the reads that reach the socket.
    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var reads = 0

        func read(context: ChannelHandlerContext) { reads += 1 }
    }

    @Test("Nothing is read on one while the other has too much to write", arguments: [false, true])
    func backPressure(isReversed: Bool) throws {
        let pair = try glued()
        let (one, other) = isReversed ? (pair.1, pair.0) : pair
        let counter = ReadCounter()
        try one.pipeline.syncOperations.addHandler(counter, position: .first)
        one.read()
        #expect(counter.reads == 1)
        other.isWritable = false
        other.pipeline.fireChannelWritabilityChanged()
        for _ in 0..<3 { one.read() }
        #expect(counter.reads == 1)
        other.isWritable = true
        other.pipeline.fireChannelWritabilityChanged()
        #expect(counter.reads == 2)
        one.read()
        #expect(counter.reads == 3)
        _ = try one.finish()
    }

    @Test(
        "What the other end has not read when one ends still reaches it, but it is not waited for longer than five seconds"
    )
    func farewell() throws {
        let (one, other) = try glued()
        let stuck = StuckWrites()
        try other.pipeline.syncOperations.addHandler(stuck, position: .first)
        try one.close().wait()
        #expect(other.isActive)
        stuck.release()
        #expect(!other.isActive)
        let (two, third) = try glued()
        try third.pipeline.syncOperations.addHandler(StuckWrites(), position: .first)
        try two.close().wait()
        two.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(third.isActive)
        two.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!third.isActive)
    }

    /// A socket whose peer does not read.
    private final class StuckWrites: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        private var promises: [EventLoopPromise<Void>] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if let promise { promises.append(promise) }
        }

        func release() { for promise in promises { promise.succeed() } }

        func handlerRemoved(context: ChannelHandlerContext) { for promise in promises { promise.succeed() } }
    }

    @Test("When one ends, or breaks, or the server stops, so does the other", arguments: 0..<3)
    func end(way: Int) throws {
        let (one, other) = try glued()
        switch way {
        case 0: try one.close().wait()
        case 1: one.pipeline.fireErrorCaught(ChannelError.inputClosed)
        default: other.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        one.embeddedEventLoop.run()
        #expect(!one.isActive && !other.isActive)
    }
}
