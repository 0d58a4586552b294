import STUN
import Wire

/// How ICE, DTLS and SRTP lie in a TCP stream (RFC 6544 §10.1, RFC 4571 §2): two bytes of length, then the packet.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |             LENGTH            |  STUN, DTLS, RTP or RTCP ...  |
/// ```
public enum FramedPacket: Equatable, Sendable {
    public static let headerLength = 2

    /// The length is not there yet.
    case incomplete
    /// Where the next packet lies, there or still to come.
    case packet(Range<Int>)
    /// A length of zero or over `Limits.frameBytes`: there is no way back into step, close.
    case invalid

    /// Looks at the start of what was received and not yet taken.
    public init(startOf bytes: Span<UInt8>) {
        var reader = ByteReader(bytes)
        guard let length = reader.readUInt16(bytes) else {
            self = .incomplete
            return
        }
        let isGood = length > 0 && Int(length) <= Limits.frameBytes
        self = isGood ? .packet(Self.headerLength..<(Self.headerLength &+ Int(length))) : .invalid
    }

    /// Writes what stands before a packet; false when the packet is empty, too long, or there are not two bytes of room.
    public static func writeHeader(for count: Int, to room: inout MutableSpan<UInt8>) -> Bool {
        guard (1...Limits.frameBytes).contains(count), room.count >= headerLength else { return false }
        room[0] = UInt8(truncatingIfNeeded: count >> 8)
        room[1] = UInt8(truncatingIfNeeded: count)
        return true
    }
}

/// What speaks on a TCP connection of the media port. TURN has no framing of its own, ICE has: where the first message's
/// magic cookie stands tells them apart.
public enum StreamProtocol: Equatable, Sendable, BitwiseCopyable {
    /// Not enough came yet.
    case undecided
    /// STUN or TURN, framed by its own length (RFC 8489 §6.2.2).
    case turn
    /// Framed packets; the first is a check, as nothing else is admitted before one.
    case ice
    /// Neither: close.
    case unknown

    /// Looks at the start of a stream.
    public init(startOf bytes: Span<UInt8>) {
        let (early, late) = (Self.cookie(at: 4, in: bytes), Self.cookie(at: 6, in: bytes))
        // A length that neither allows decides before the cookies are there.
        let canBeTURN = early != false && StreamFrame(startOf: bytes) != .invalid
        let canBeICE = late != false && FramedPacket(startOf: bytes) != .invalid && (bytes.count < 3 || bytes[2] < 4)
        switch (early, late) {
        case (.some(true), _) where canBeTURN: self = .turn
        case (_, .some(true)) where canBeICE: self = .ice
        default: self = canBeTURN || canBeICE ? .undecided : .unknown
        }
    }

    private static func cookie(at offset: Int, in bytes: Span<UInt8>) -> Bool? {
        guard bytes.count >= offset &+ 4 else { return nil }
        var reader = ByteReader(offset..<(offset &+ 4))
        return reader.readUInt32(bytes) == Message.magicCookie
    }
}
