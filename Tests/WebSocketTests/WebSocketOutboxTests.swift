import NIOCore
import Testing

@testable import WebSocket

@Suite("WebSocket outbound queue")
struct WebSocketOutboxTests {
    private let key = CoalescingKey(topic: 1, id: 7)

    private func texts(_ outbox: inout WebSocketOutbox) -> [String] {
        var texts: [String] = []
        while case .write(let message) = outbox.pop(isWritable: true) {
            texts.append(
                String(buffer: message.frame.getSlice(at: 2, length: message.frame.readableBytes - 2) ?? .init())
            )
        }
        return texts
    }

    @Test("Messages leave in the order they came")
    func keepsOrder() {
        var outbox = WebSocketOutbox(limits: .init())
        for text in ["a", "b", "c"] { _ = outbox.push(WebSocketMessage(text: text), key: nil) }
        #expect(texts(&outbox) == ["a", "b", "c"])
        #expect(outbox.byteCount == 0)
    }

    @Test("A newer message drops the waiting one with the same key and goes to the end")
    func coalesces() {
        var outbox = WebSocketOutbox(limits: .init())
        _ = outbox.push(WebSocketMessage(text: "here"), key: key)
        _ = outbox.push(WebSocketMessage(text: "b"), key: nil)
        _ = outbox.push(WebSocketMessage(text: "away"), key: key)
        _ = outbox.push(WebSocketMessage(text: "other"), key: CoalescingKey(topic: 1, id: 8))
        #expect(texts(&outbox) == ["b", "away", "other"])
        #expect(outbox.byteCount == 0)
    }

    @Test("The event loop is woken once for many messages, and again after it began")
    func wakesOnce() {
        var outbox = WebSocketOutbox(limits: .init())
        #expect(outbox.push(WebSocketMessage(text: "a"), key: nil) == true)
        #expect(outbox.push(WebSocketMessage(text: "b"), key: nil) == false)
        outbox.beginDrain()
        #expect(outbox.push(WebSocketMessage(text: "c"), key: nil) == true)
    }

    @Test("While the channel takes nothing the event loop is left alone")
    func doesNotWakeWhenBlocked() {
        var outbox = WebSocketOutbox(limits: .init())
        _ = outbox.push(WebSocketMessage(text: "a"), key: nil)
        outbox.beginDrain()
        guard case .nothing = outbox.pop(isWritable: false) else { return #expect(Bool(false)) }
        #expect(outbox.push(WebSocketMessage(text: "b"), key: nil) == false)
    }

    @Test(
        "Too many messages, or too many bytes, drop all of them and ask for the end",
        arguments: [(3, 1_000_000, 1), (1000, 100, 48)]
    )
    func overflows(messages: Int, bytes: Int, length: Int) {
        var limits = WebSocketQueueLimits()
        limits.outboundMessages = messages
        limits.outboundBytes = bytes
        var outbox = WebSocketOutbox(limits: limits)
        outbox.beginDrain()
        _ = outbox.pop(isWritable: false)
        let message = WebSocketMessage(text: String(repeating: "x", count: length))
        var pushes = 0
        while !outbox.push(message, key: nil) { pushes += 1 }
        #expect(pushes == (messages == 3 ? 3 : 2))
        #expect(outbox.count == 0)
        #expect(outbox.byteCount == 0)
        guard case .overflow = outbox.pop(isWritable: false) else { return #expect(Bool(false)) }
        #expect(outbox.push(message, key: nil) == false)
    }

    @Test("A close comes after what is queued, and nothing after it")
    func closesInOrder() {
        var outbox = WebSocketOutbox(limits: .init())
        _ = outbox.push(WebSocketMessage(text: "a"), key: nil)
        _ = outbox.close(.goingAway, reason: "")
        _ = outbox.push(WebSocketMessage(text: "late"), key: nil)
        guard case .write = outbox.pop(isWritable: true), case .close(.goingAway, _) = outbox.pop(isWritable: true),
            case .nothing = outbox.pop(isWritable: true)
        else { return #expect(Bool(false)) }
    }
}
