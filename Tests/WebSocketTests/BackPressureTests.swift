import NIOCore
import NIOEmbedded
import Testing

@testable import WebSocket

@Suite("WebSocket back-pressure")
struct BackPressureTests {
    @Test(
        "Decoding stops when as many messages wait as may, and not before",
        arguments: [(15, false), (16, true), (40, true)]
    )
    func pauses(messages: Int, isPaused: Bool) async throws {
        let channel = NIOAsyncTestingChannel()
        let session = WebSocketSession(channel: channel, configuration: .init())
        try await channel.testingEventLoop.executeInContext {
            let handler = WebSocketHandler(session: session, now: .now())
            try channel.pipeline.syncOperations.addHandler(handler)
            handler.start()
        }
        let frames = (0..<messages).flatMap { ClientFrame.text("\($0)").bytes }
        try await channel.writeInbound(ByteBuffer(bytes: frames))
        let found = try await channel.testingEventLoop.executeInContext { session.reference.handler?.isPaused }
        #expect(found == isPaused)
        try await channel.close()
    }
}
