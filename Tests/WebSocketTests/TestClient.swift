import NIOCore
import NIOPosix
import Testing
import WebSocket

/// A client on a raw TCP connection, which sends what the test says and reads answers and frames.
// SAFETY: only the task of its test uses it; NIO's iterator is what needs to be told.
final class TestClient: @unchecked Sendable {
    struct Ended: Error {}

    /// `path` with the fields of a proper handshake and then `more`.
    static func handshake(_ path: String = "/ws", version: String? = "13", origin: String? = nil, _ more: String = "")
        -> String
    {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + (version.map { "Sec-WebSocket-Version: \($0)\r\n" } ?? "") + (origin.map { "Origin: \($0)\r\n" } ?? "")
            + more + "\r\n"
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var bytes: [UInt8] = []
    private var decoder: WebSocketDecoder

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
        var limits = WebSocketFramingLimits()
        limits.messageBytes = 1 << 24
        decoder = WebSocketDecoder(limits: limits, expectsMask: false)
    }

    static func connect(_ port: Int, _ body: (TestClient) async throws -> Void) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 64 * 1024)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            try await body(TestClient(inbound.makeAsyncIterator(), outbound))
        }
    }

    /// Connects, upgrades and reads the 101.
    static func upgrade(_ port: Int, _ path: String = "/ws", _ body: (TestClient) async throws -> Void) async throws {
        try await connect(port) { client in
            try await client.send(handshake(path))
            let answer = try await client.answer()
            #expect(answer.hasPrefix("HTTP/1.1 101 "), "\(answer)")
            try await body(client)
        }
    }

    func send(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    func send(_ frames: ClientFrame...) async throws {
        try await outbound.write(ByteBuffer(bytes: frames.flatMap(\.bytes)))
    }

    func send(raw: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: raw))
    }

    /// One HTTP answer: head and, by its Content-Length, body.
    func answer() async throws -> String {
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let head = text[..<end.upperBound]
                let fields = head.lowercased().split(separator: "\r\n")
                let length = fields.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
                if bytes.count >= head.utf8.count + length {
                    defer { bytes.removeFirst(head.utf8.count + length) }
                    return String(decoding: bytes.prefix(head.utf8.count + length), as: UTF8.self)
                }
            }
            try await readMore()
        }
    }

    /// The next frame's event; throws `Ended` when TCP ends first.
    func event() async throws -> WebSocketEvent {
        while true {
            var offset = 0
            let received = bytes
            let event = try decoder.decode(received.span, at: &offset)
            bytes.removeFirst(offset)
            if let event { return event }
            try await readMore()
        }
    }

    /// The next event that is not a ping.
    func message() async throws -> WebSocketEvent {
        while true {
            let event = try await event()
            if case .ping = event { continue }
            return event
        }
    }

    func text() async throws -> String? {
        guard case .text(let utf8) = try await message() else { return nil }
        return String(decoding: utf8, as: UTF8.self)
    }

    /// Reads until the server ends TCP; throws away what comes.
    func end() async throws {
        do {
            while true {
                bytes = []
                try await readMore()
            }
        } catch is Ended {}
    }

    @concurrent
    private func next() async throws -> ByteBuffer? {
        try await inbound.next()
    }

    private func readMore() async throws {
        let more: ByteBuffer?
        do {
            more = try await next()
        } catch is IOError {
            throw Ended()  // a reset is an end as well
        }
        guard let more else { throw Ended() }
        bytes += Array(more.readableBytesView)
    }
}
