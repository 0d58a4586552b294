import RTP
import Units

/// One SSRC of a publication with its retransmissions: a simulcast layer, or all there is.
struct Stream: BitwiseCopyable, Sendable {
    /// -1 where there is none.
    var publication: Int32 = -1
    var ssrc = SSRC(0)
    var repair: SSRC?
    var rid: StreamIdentifier?
    /// Changes when the numbers start anew, so that slots do too.
    var epoch: UInt32 = 0
    var window = ReceivedWindow()
    var compactor = SequenceCompactor()
    var reception = ReceptionStatistics()
    var gate = KeyFrameGate()
    /// The number after one that lay far off: a second such packet means that the sender started anew (RFC 3550 A.1).
    var restart: SequenceNumber?
    var clockRate: UInt32 = 90_000
    /// The publisher's last picture identifier, in 15 bits.
    var pictureID: UInt16 = 0
    var lastPacket = Timestamp(nanoseconds: 0)
    /// The last sender report: a moment on both clocks, and when it came.
    var report: SenderReport?
    var reportArrival = Timestamp(nanoseconds: 0)
    /// Packets in the stream's part of the table of missing ones.
    var missingCount = 0
    /// When the first of them has to be asked for.
    var nackDue: Timestamp?

    /// The sequence number without wraps. The first one lies in the second turn, so that none before it is negative.
    func extended(_ number: SequenceNumber) -> Int64 {
        window.highest < 0 ? 65_536 &+ Int64(number.rawValue) : number.extended(near: window.highest)
    }
}

/// A packet that did not come.
struct MissingPacket: BitwiseCopyable, Sendable {
    /// Extended.
    var number: Int64 = 0
    /// When it is asked for next.
    var due = Timestamp(nanoseconds: 0)
    var tries: UInt8 = 0
}
