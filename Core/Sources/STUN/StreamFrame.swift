import Wire

/// How much of a byte stream is the next message. STUN over TCP has no framing but its own length (RFC 8489 §6.2.2).
public enum StreamFrame: Equatable, Sendable {
    /// The header is not there yet.
    case incomplete
    /// The next message takes this many bytes, there or still to come.
    case length(Int)
    /// What comes is no STUN message, or one over `Limits.streamFrame`: there is no way back into step, close.
    case invalid

    /// Looks at the start of what was received and not yet taken.
    public init(startOf bytes: Span<UInt8>) {
        var reader = ByteReader(bytes)
        guard let type = reader.readUInt16(bytes) else {
            self = .incomplete
            return
        }
        guard MessageType(wire: type) != nil else {
            self = .invalid
            return
        }
        guard let length = reader.readUInt16(bytes), let cookie = reader.readUInt32(bytes) else {
            self = .incomplete
            return
        }
        let total = Message.headerLength &+ Int(length)
        let isGood = cookie == Message.magicCookie && length % 4 == 0 && total <= Limits.streamFrame
        self = isGood ? .length(total) : .invalid
    }
}
