import Wire

/// How much of a byte stream is the next message. STUN over TCP has no framing but its own length (RFC 8489 §6.2.2);
/// ChannelData of TURN stands between, padded to four bytes (RFC 8656 §12.5).
public enum StreamFrame: Equatable, Sendable {
    /// The header is not there yet.
    case incomplete
    /// The next message takes this many bytes with its padding, there or still to come.
    case length(Int)
    /// What comes is neither, or is over `Limits.streamFrame` or `Limits.streamChannelData`: there is no way back into
    /// step, close.
    case invalid

    /// Looks at the start of what was received and not yet taken.
    public init(startOf bytes: Span<UInt8>) {
        var reader = ByteReader(bytes)
        guard let type = reader.readUInt16(bytes) else {
            self = .incomplete
            return
        }
        if ChannelData.isNumber(type) {
            self = Self.channelData(length: reader.readUInt16(bytes))
        } else if MessageType(wire: type) != nil {
            self = Self.message(length: reader.readUInt16(bytes), cookie: reader.readUInt32(bytes))
        } else {
            self = .invalid
        }
    }

    private static func channelData(length: UInt16?) -> StreamFrame {
        guard let length else { return .incomplete }
        let total = ChannelData.headerLength &+ (Int(length) &+ 3) / 4 &* 4
        return total <= Limits.streamChannelData ? .length(total) : .invalid
    }

    private static func message(length: UInt16?, cookie: UInt32?) -> StreamFrame {
        guard let length, let cookie else { return .incomplete }
        let total = Message.headerLength &+ Int(length)
        let isGood = cookie == Message.magicCookie && length % 4 == 0 && total <= Limits.streamFrame
        return isGood ? .length(total) : .invalid
    }
}
