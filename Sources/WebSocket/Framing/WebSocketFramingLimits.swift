/// What one peer may make us hold while a message is coming in.
package struct WebSocketFramingLimits: Sendable {
    /// Bytes of one message over all its fragments. 64 KiB is a session description ten times over.
    package var messageBytes = 64 * 1024
    /// Fragments of one message; browsers send one.
    package var fragments = 64
    /// Whether binary messages are delivered; else they are refused with 1003.
    package var acceptsBinary = false

    package init() {}
}
