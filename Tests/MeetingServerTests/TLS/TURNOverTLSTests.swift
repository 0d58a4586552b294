import Glibc
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Testing
import Units
import WebSocket

@testable import MeetingServer

private typealias Bytes = NIOAsyncChannel<ByteBuffer, ByteBuffer>

/// A Binding request without attributes: enough to be known for STUN.
private let request: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + Array(1...12)

/// The media plane's side: what it was given, as channels to read and write.
private final class Workers: Sendable {
    let (adopted, report) = AsyncStream<(Bytes, client: TransportAddress, server: TransportAddress)>.makeStream()

    func adopt(_ descriptor: CInt, _ client: TransportAddress, _ server: TransportAddress) {
        Task {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .withConnectedSocket(descriptor) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Bytes(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true)
                        )
                    }
                }
            report.yield((channel, client, server))
        }
    }

    func next() async throws -> (Bytes, client: TransportAddress, server: TransportAddress) {
        var iterator = adopted.makeAsyncIterator()
        return try #require(await iterator.next(isolation: #isolation))
    }
}

/// Admits one connection at a time and tells when it has ended.
private final class OneConnection: ConnectionAdmission {
    private let limits = ConnectionLimits(total: 10, perAddress: 1)
    private let (stream, report) = AsyncStream<Void>.makeStream()

    var releases: AsyncStream<Void> { stream }

    func admits(_ address: SocketAddress?) -> Bool { limits.admits(address) }

    func released(_ address: SocketAddress?) {
        limits.released(address)
        report.yield()
    }
}

private func dial(_ port: Int, alpn: [String] = []) async throws -> Bytes {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    configuration.applicationProtocols = alpn
    let context = try NIOSSLContext(configuration: configuration)
    return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLClientHandler(context: context, serverHostname: nil)
                )
                return try Bytes(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true)
                )
            }
        }
}

extension NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator {
    /// The next `count` bytes, or fewer at the end.
    fileprivate mutating func read(_ count: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let buffer = try await next(isolation: #isolation) {
            bytes += buffer.readableBytesView
        }
        return bytes
    }
}

@Suite("TURN over TLS on the page's port", .timeLimit(.minutes(1)))
struct TURNOverTLSTests {
    private func withServer(
        admission: (any ConnectionAdmission)? = nil,
        _ body: @escaping @Sendable (Int, Workers) async throws -> Void
    ) async throws {
        try await withCertificateFolder { folder in
            _ = try folder.renew()
            let workers = Workers()
            try await withTLSServer(
                try CertificateStore(folder.files),
                admission: admission,
                adopt: { workers.adopt($0, $1, $2) }
            ) { try await body($0, workers) }
        }
    }

    @Test(
        "What a client says in TLS reaches the media plane byte for byte, and the answers come back",
        arguments: [1, 7, 20]
    )
    func relay(piece: Int) async throws {
        try await withServer { port, workers in
            try await dial(port, alpn: piece == 7 ? ["stun.turn"] : []).executeThenClose { inbound, outbound in
                for start in stride(from: 0, to: request.count, by: piece) {
                    try await outbound.write(ByteBuffer(bytes: request[start..<min(start + piece, request.count)]))
                }
                let (worker, client, server) = try await workers.next()
                #expect(client.address.isLoopback && server.port == UInt16(port))
                try await worker.executeThenClose { fromClient, toClient in
                    var fromClient = fromClient.makeAsyncIterator()
                    let said = try await fromClient.read(request.count)
                    #expect(said == request)
                    try await toClient.write(ByteBuffer(bytes: [1, 1] + request.dropFirst(2)))
                }
                var answers = inbound.makeAsyncIterator()
                let said = try await answers.read(.max)
                #expect(said == [1, 1] + request.dropFirst(2))
            }
        }
    }

    @Test("HTTP in pieces of any size is still HTTP", arguments: [1, 2, 5, 100])
    func http(piece: Int) async throws {
        try await withServer { port, workers in
            try await dial(port).executeThenClose { inbound, outbound in
                let text = Array("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
                for start in stride(from: 0, to: text.count, by: piece) {
                    try await outbound.write(ByteBuffer(bytes: text[start..<min(start + piece, text.count)]))
                }
                var answer = inbound.makeAsyncIterator()
                let page = String(decoding: try await answer.read(.max), as: UTF8.self)
                #expect(page.hasPrefix("HTTP/1.1 200") && page.hasSuffix("hello"))
            }
        }
    }

    @Test("Eight megabytes go both ways at once and arrive whole")
    func bulk() async throws {
        let chunk = request + [UInt8](repeating: 0x5A, count: 65_536 - request.count)
        let count = 128 * chunk.count
        try await withServer { port, workers in
            try await dial(port).executeThenClose { inbound, outbound in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { for _ in 0..<128 { try await outbound.write(ByteBuffer(bytes: chunk)) } }
                    group.addTask {
                        // Echoes whatever comes; waits when nobody reads.
                        let (worker, _, _) = try await workers.next()
                        try await worker.executeThenClose { fromClient, toClient in
                            var echoed = 0
                            for try await buffer in fromClient {
                                try await toClient.write(buffer)
                                echoed += buffer.readableBytes
                                if echoed == count { toClient.finish() }
                            }
                        }
                    }
                    var answers = inbound.makeAsyncIterator()
                    let echoed = try await answers.read(count)
                    #expect(echoed.count == count)
                    #expect(echoed.prefix(chunk.count) == chunk[...] && echoed.suffix(chunk.count) == chunk[...])
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("A client that has said its last word still hears the answer; then both ends are closed")
    func halfClose() async throws {
        try await withServer { port, workers in
            try await dial(port).executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(bytes: request))
                outbound.finish()
                let (worker, _, _) = try await workers.next()
                try await worker.executeThenClose { fromClient, toClient in
                    var fromClient = fromClient.makeAsyncIterator()
                    let said = try await fromClient.read(.max)
                    #expect(said == request)
                    try await toClient.write(ByteBuffer(string: "last"))
                }
                var answers = inbound.makeAsyncIterator()
                let said = try await answers.read(.max)
                #expect(said == Array("last".utf8))
            }
        }
    }

    @Test("A client that goes away takes the worker's end with it")
    func clientGone() async throws {
        try await withServer { port, workers in
            let worker = try await dial(port).executeThenClose { _, outbound in
                try await outbound.write(ByteBuffer(bytes: request))
                return try await workers.next().0
            }
            try await worker.executeThenClose { fromClient, _ in
                var fromClient = fromClient.makeAsyncIterator()
                let said = try await fromClient.read(.max)
                #expect(said == request)
            }
        }
    }

    @Test("TURN counts among the connections of its address, and no more when it has ended")
    func admission() async throws {
        let limits = OneConnection()
        try await withServer(admission: limits) { port, workers in
            try await dial(port).executeThenClose { _, outbound in
                try await outbound.write(ByteBuffer(bytes: request))
                let (worker, _, _) = try await workers.next()
                await #expect(throws: (any Error).self) {
                    try await dial(port).executeThenClose { inbound, outbound in
                        try await outbound.write(ByteBuffer(bytes: request))
                        for try await _ in inbound {}
                    }
                }
                try await worker.executeThenClose { _, _ in }
            }
            // The second one was never counted; the first one's end is heard of.
            var releases = limits.releases.makeAsyncIterator()
            _ = await releases.next(isolation: #isolation)
            #expect(try await !TLSClient.certificate(port: port).isEmpty)
        }
    }

    @Test("A server that stops closes TURN and those who have said nothing, and ends")
    func stops() async throws {
        try await withCertificateFolder { folder in
            _ = try folder.renew()
            let (workers, store) = (Workers(), try CertificateStore(folder.files))
            let (ports, report) = AsyncStream<Int>.makeStream()
            let application = Application(
                router: Router(),
                server: .rotatingTLS(store, turn: TURNOverTLS { workers.adopt($0, $1, $2) }) {
                    HTTP1Channel(responder: $0)
                },
                configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { report.yield($0.localAddress?.port ?? 0) },
                logger: quiet
            )
            let group = ServiceGroup(services: [application], logger: quiet)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                var iterator = ports.makeAsyncIterator()
                let port = try #require(await iterator.next(isolation: #isolation))
                try await dial(port).executeThenClose { silent, _ in
                    try await dial(port).executeThenClose { inbound, outbound in
                        try await outbound.write(ByteBuffer(bytes: request))
                        let (worker, _, _) = try await workers.next()
                        await group.triggerGracefulShutdown()
                        for try await _ in inbound {}
                        for try await _ in silent {}
                        try await worker.executeThenClose { fromClient, _ in
                            var fromClient = fromClient.makeAsyncIterator()
                            let said = try await fromClient.read(.max)
                            #expect(said == request)
                        }
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }
}
