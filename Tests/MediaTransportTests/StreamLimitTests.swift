import NIOCore
import NIOEmbedded
import Testing
import Units

@testable import MediaTransport

@Suite("Limits of TCP connections")
struct StreamLimitTests {
    private let source = TransportAddress(IPAddress(v4: 0x7F00_0001), port: 9)

    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([
            ByteToMessageHandler(StreamFrameDecoder()), StreamHandler(source: source),
        ])
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 9), promise: nil)
        return channel
    }

    @Test("A connection is closed after 30 s without a message; bytes alone do not keep it, messages do")
    func idle() throws {
        let channel = try connection()
        channel.embeddedEventLoop.advanceTime(by: .seconds(20))
        try channel.writeInbound(MediaServiceTests.request)
        channel.embeddedEventLoop.advanceTime(by: .seconds(20))
        #expect(channel.isActive)
        try channel.writeInbound(ByteBuffer(bytes: [0, 1]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("A frame over 2 KiB closes the connection at its header")
    func largeFrame() throws {
        let channel = try connection()
        // The decoder's error is what closes it.
        _ = try? channel.writeInbound(ByteBuffer(bytes: [0, 1, 0x07, 0xF0, 0x21, 0x12, 0xA4, 0x42]))
        #expect(!channel.isActive)
    }

    @Test("An address gets 100 connections, and a new one when an old one closes; others are not touched")
    func perAddress() throws {
        let table = ConnectionTable()
        let address = IPAddress(v4: 1)
        let channels = (0..<100).map { _ in EmbeddedChannel() }
        for channel in channels { #expect(table.admit(channel, from: address)) }
        #expect(!table.admit(EmbeddedChannel(), from: address))
        #expect(table.admit(EmbeddedChannel(), from: IPAddress(v4: 2)))
        _ = try channels[0].finish()
        #expect(table.admit(EmbeddedChannel(), from: address))
        #expect(!table.admit(EmbeddedChannel(), from: address))
    }

    @Test("The addresses of one IPv6 network count together")
    func perNetwork() {
        let table = ConnectionTable()
        let admitted = (0..<150).filter {
            table.admit(EmbeddedChannel(), from: IPAddress(high: 0x2001_0DB8_0000_0000, low: UInt64($0)))
        }
        #expect(admitted.count == 100)
    }
}
