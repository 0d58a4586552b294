public import Units

/// Retransmission packets (RFC 4588 §4): another SSRC and payload type, own sequence numbers, and two bytes in front of
/// the payload that say which packet this was.
///
/// ```
/// | RTP header | OSN (16 bits) | original payload |
/// ```
public enum RTX {
    /// Bytes that stand in front of the payload.
    public static let prefixLength = 2

    /// The original sequence number; nil for a packet with less payload than that, which only probes the bandwidth.
    public static func originalSequenceNumber(_ packet: RTPPacket, in bytes: Span<UInt8>) -> SequenceNumber? {
        guard packet.payload.count >= prefixLength, packet.payload.upperBound <= bytes.count else { return nil }
        return SequenceNumber(bytes.uint16(at: packet.payload.lowerBound))
    }

    /// Turns a retransmission back into the packet it repeats, where it stands: the header moves two bytes to the
    /// right. Answers where the original begins (2); nil, changing nothing, when it is a probe.
    ///
    /// The packet keeps its header extensions, which are those of the retransmission.
    public static func unwrap(
        _ packet: RTPPacket,
        ssrc: SSRC,
        payloadType: UInt8,
        in bytes: inout MutableSpan<UInt8>
    ) -> Int? {
        guard let number = originalSequenceNumber(packet, in: bytes.span) else { return nil }
        var header = packet.header
        header.sequenceNumber = number
        header.ssrc = ssrc
        header.payloadType = payloadType & 0x7F
        header.overwrite(&bytes)
        for index in stride(from: header.length &- 1, through: 0, by: -1) {
            bytes[index &+ prefixLength] = bytes[index]
        }
        return prefixLength
    }

    /// Writes the two bytes in front of a retransmitted payload. False when there is no room for them.
    public static func writePrefix(of original: SequenceNumber, to room: inout MutableSpan<UInt8>) -> Bool {
        guard room.count >= prefixLength else { return false }
        room.set(original.rawValue, at: 0)
        return true
    }
}
