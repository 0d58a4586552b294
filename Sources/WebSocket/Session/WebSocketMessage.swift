import NIOCore

/// A text message, framed once: a server's frames are not masked, so one buffer serves every receiver of a broadcast.
package struct WebSocketMessage: Sendable {
    /// Header and payload as they go out; shared, never copied.
    let frame: ByteBuffer

    package init(text: String) {
        let utf8 = text.utf8
        var buffer = Self.buffer(.text, payloadLength: utf8.count)
        buffer.writeString(text)
        frame = buffer
    }

    /// - Parameter utf8: UTF-8; not checked, the caller's encoder made it.
    package init(utf8: [UInt8]) {
        var buffer = Self.buffer(.text, payloadLength: utf8.count)
        buffer.writeBytes(utf8)
        frame = buffer
    }

    package init(binary: [UInt8]) {
        var buffer = Self.buffer(.binary, payloadLength: binary.count)
        buffer.writeBytes(binary)
        frame = buffer
    }

    private static func buffer(_ opcode: WebSocketOpcode, payloadLength: Int) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: WebSocketEncoder.longestHeader + payloadLength)
        buffer.writeBytes(WebSocketEncoder.header(opcode, payloadLength: payloadLength))
        return buffer
    }
}

/// Names what a message tells about, so that while it waits for a slow reader a newer one takes its place:
/// say topic "presence" and a participant's number.
package struct CoalescingKey: Hashable, Sendable {
    let topic: UInt32
    let id: UInt64

    package init(topic: UInt32, id: UInt64) {
        self.topic = topic
        self.id = id
    }
}
