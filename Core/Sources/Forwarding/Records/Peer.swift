import RTP
import Units

/// What a peer has to be sent in RTCP.
struct PendingControl: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt8

    /// SR, RR, SDES, REMB.
    static let reports = PendingControl(rawValue: 1)
    /// Transport-wide feedback.
    static let feedback = PendingControl(rawValue: 2)
    /// PLI, FIR, NACK.
    static let requests = PendingControl(rawValue: 4)
}

/// One participant's transport in the room.
struct Peer: BitwiseCopyable, Sendable {
    /// -1 where nobody is.
    var index: TransportIndex = -1
    var isConnected = false
    var pending: PendingControl = []
    /// SSRCs bound to its publications.
    var boundSources = 0
    /// The number of the next packet sent to it (transport-cc).
    var nextTransportSequence: UInt16 = 0
    var policer = Policer()
    /// Bytes of retransmissions it may have, times `Limits.mediaPerRepeat`.
    var repeatCredit: Int64 = 0
    /// As its receiver reports tell; 100 ms until then.
    var roundTrip = Duration.milliseconds(100)
    /// When feedback has to leave; nil while there is nothing to say.
    var feedbackDue: Timestamp?
    var reportDue: Timestamp?
    /// The next slot to report on when the reports do not fit one packet.
    var reportSlot: Int32 = -1
    /// RTCP that is about no slot comes from this SSRC.
    var ownSSRC = SSRC(0)
    /// Names the participant in the reports of others' slots.
    var name: UInt64 = 0
    var firstPublication: Int32 = -1
    var firstSlot: Int32 = -1
    /// The numbers of all its m-lines together, for packets whose m-line is not known yet.
    var extensions = ExtensionMap()
    /// M-lines of the last update.
    var lineCount = 0
    /// Lines held back, as bits, also of those that do not send yet.
    var pausedLines: UInt64 = 0
    /// What a publisher without transport-cc is told it may send, in bits per second.
    var estimate: UInt64 = 1_000_000
}
