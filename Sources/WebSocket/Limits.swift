/// What may wait in one connection (the framing's own limits are ``WebSocketFramingLimits``).
package struct WebSocketQueueLimits: Sendable {
    /// Messages decoded and not yet taken by the handler; then the socket is not read until half are left.
    package var inboundMessages = 16
    /// Bytes of framed messages that wait for a slow reader, beyond what the channel and the kernel hold; past it: close 1013.
    package var outboundBytes = 256 * 1024
    /// Messages that wait for a slow reader; past it: close 1013.
    package var outboundMessages = 1000
    /// The kernel's send buffer of an upgraded connection, in bytes, of which Linux makes twice as many; nil leaves it to the
    /// kernel, which grows it to megabytes for a reader that is merely slow.
    package var sendBufferBytes: Int? = 64 * 1024

    package init() {}
}

/// What an HTTP connection may cost before, between and besides WebSockets.
enum HTTPLimits {
    /// One read takes at most this much off the socket, in bytes.
    static let largestRead = 16 * 1024
    /// Reads begin with buffers of this size and adapt.
    static let firstRead = 1024
    static let smallestRead = 512
    /// The channel calls itself unwritable above the high mark and writable again below the low one, in bytes.
    static let writeLowWater = 16 * 1024
    static let writeHighWater = 64 * 1024
    /// Request parts waiting for the responder.
    static let waitingParts = 10
}
