import Units

/// Which protocol a packet of the media port belongs to, by its first byte (RFC 7983 §7; channels to
/// the end of RFC 5766's range).
enum PacketKind: Equatable {
    case stun
    /// ChannelData of TURN.
    case channelData
    /// DTLS, SRTP and SRTCP: the SFU's.
    case sfu
    case unknown

    init(firstByte byte: UInt8) {
        switch byte {
        case 0...3: self = .stun
        case 20...63, 128...191: self = .sfu
        case 64...127: self = .channelData
        default: self = .unknown
        }
    }
}

/// How a packet came to the media port, and so how an answer leaves.
struct Origin: BitwiseCopyable {
    let path: FiveTuple
    /// The socket or connection in its worker's table.
    let outlet: Token
}
