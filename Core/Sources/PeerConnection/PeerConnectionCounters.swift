import SRTP

/// What was dropped, and why. ICE and DTLS count their own.
public struct PeerConnectionCounters: Equatable, Sendable, BitwiseCopyable {
    /// The first byte is none of STUN's, DTLS's or RTP's (RFC 7983 §7).
    public var unknown = 0
    /// DTLS or SRTP from where no check ever came (T-DTLS-1).
    public var notAdmitted = 0
    /// SRTP before there are keys.
    public var beforeKeys = 0
    /// No RTP or RTCP, or more than one tells apart.
    public var malformed = 0
    /// SRTP that nobody with the keys made (T-RTP-1).
    public var notAuthentic = 0
    /// SRTP that came before, or may have (T-RTP-2).
    public var replayed = 0
    /// SRTP of one SSRC too many (T-RTP-3).
    public var tooManyStreams = 0
    /// Answers of ICE that found no place to wait.
    public var noRoom = 0
    /// Datagrams of DTLS that an unverified path had not earned (T-STUN-1).
    public var overBudget = 0

    public init() {}

    /// Adds what another link counted.
    public mutating func add(_ other: PeerConnectionCounters) {
        unknown &+= other.unknown
        notAdmitted &+= other.notAdmitted
        beforeKeys &+= other.beforeKeys
        malformed &+= other.malformed
        notAuthentic &+= other.notAuthentic
        replayed &+= other.replayed
        tooManyStreams &+= other.tooManyStreams
        noRoom &+= other.noRoom
        overBudget &+= other.overBudget
    }

    mutating func count(_ error: UnprotectError) {
        switch error {
        case .malformed, .notEncrypted: malformed &+= 1
        case .tooManyStreams: tooManyStreams &+= 1
        case .replayed, .tooOld: replayed &+= 1
        case .notAuthentic: notAuthentic &+= 1
        }
    }
}
