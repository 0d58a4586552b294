import Logging
import NIOCore
import NIOPosix
import STUN
import ServiceLifecycle
import Testing
import Units

@testable import MediaTransport

@Suite("Media port", .timeLimit(.minutes(1)))
struct MediaServiceTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs the service on free ports and gives its sockets to `body`.
    private func withService(
        hosts: [String],
        _ body: @escaping @Sendable ([MediaService.BoundSocket]) async throws -> Void
    ) async throws {
        let (bound, report) = AsyncStream<[MediaService.BoundSocket]>.makeStream()
        let service = MediaService(.init(hosts: hosts, port: 0), logger: Self.quiet, onBound: { report.yield($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { report.finish() }
                try await service.run()
            }
            if let sockets = await bound.first(where: { _ in true }) {
                try await body(sockets)
                group.cancelAll()
            }
            try await group.waitForAll()
        }
    }

    private static func port(
        _ transport: MediaService.BoundSocket.Transport,
        _ host: String,
        in sockets: [MediaService.BoundSocket]
    ) throws -> Int {
        try #require(sockets.first { $0.transport == transport && $0.host == host }).port
    }

    @Test("A Binding request over UDP gets the address and port it was sent from", arguments: ["127.0.0.1", "::1"])
    func udp(host: String) async throws {
        try await withService(hosts: [host]) { sockets in
            let server = try SocketAddress(ipAddress: host, port: try Self.port(.udp, host, in: sockets))
            let client = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: host, port: 0) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
                            wrappingChannelSynchronously: channel
                        )
                    }
                }
            let own = try #require(client.channel.localAddress.flatMap { TransportAddress($0) })
            try await client.executeThenClose { inbound, outbound in
                // A datagram that is no STUN first: it gets no answer and breaks nothing.
                try await outbound.write(AddressedEnvelope(remoteAddress: server, data: ByteBuffer(string: "hello")))
                try await outbound.write(AddressedEnvelope(remoteAddress: server, data: Self.request))
                var iterator = inbound.makeAsyncIterator()
                let answer = try #require(try await iterator.next(isolation: #isolation))
                #expect(Self.mappedAddress(answer.data) == own)
            }
        }
    }

    @Test("Messages over TCP are answered one by one, however they are cut")
    func tcp() async throws {
        try await withService(hosts: ["127.0.0.1"]) { sockets in
            let client = try await Self.connect(try Self.port(.tcp, "127.0.0.1", in: sockets))
            let own = try #require(client.channel.localAddress.flatMap { TransportAddress($0) })
            try await client.executeThenClose { inbound, outbound in
                var two = Self.request
                two.writeImmutableBuffer(Self.request)
                try await outbound.write(try #require(two.readSlice(length: 7)))
                try await outbound.write(two)
                var received = ByteBuffer()
                var iterator = inbound.makeAsyncIterator()
                while received.readableBytes < 64, var next = try await iterator.next(isolation: #isolation) {
                    received.writeBuffer(&next)
                }
                #expect(received.readableBytes == 64)
                while let answer = received.readSlice(length: 32) { #expect(Self.mappedAddress(answer) == own) }
            }
        }
    }

    @Test(
        "A TCP connection that does not speak STUN is closed",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}"]
    )
    func notSTUN(text: String) async throws {
        try await withService(hosts: ["127.0.0.1"]) { sockets in
            let client = try await Self.connect(try Self.port(.tcp, "127.0.0.1", in: sockets))
            try await client.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: text))
                var iterator = inbound.makeAsyncIterator()
                let next = try? await iterator.next(isolation: #isolation)  // the end, or a reset
                #expect(next == nil)
            }
        }
    }

    @Test("Both families share a port when it is free, and each socket says where it is")
    func families() async throws {
        try await withService(hosts: ["0.0.0.0", "::"]) { sockets in
            #expect(sockets.map(\.host) == ["0.0.0.0", "0.0.0.0", "::", "::"])
            #expect(sockets.map(\.transport) == [.udp, .tcp, .udp, .tcp])
            #expect(sockets.allSatisfy { $0.port > 0 })
        }
    }

    @Test("An IPv6 address that cannot be bound is survived, an IPv4 address is not")
    func missingAddress() async throws {
        // Addresses for documentation, which no machine has.
        try await withService(hosts: ["127.0.0.1", "2001:db8::1"]) { sockets in
            #expect(sockets.map(\.host) == ["127.0.0.1", "127.0.0.1"])
        }
        await #expect(throws: (any Error).self) {
            try await withService(hosts: ["192.0.2.1", "::1"]) { _ in }
        }
        await #expect(throws: (any Error).self) {
            try await withService(hosts: ["2001:db8::1"]) { _ in }
        }
    }

    private static func connect(_ port: Int) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
    }

    static let request = ByteBuffer(bytes: [
        0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ])

    static func mappedAddress(_ buffer: ByteBuffer) -> TransportAddress? {
        let bytes = Array(buffer.readableBytesView)
        guard let message = try? Message(parsing: bytes.span),  // nil fails the expectation
            let attribute = message.attribute(.xorMappedAddress, in: bytes.span)
        else { return nil }
        return message.xorAddress(of: attribute, in: bytes.span)
    }
}
