import RTP
import Units

/// One m-line that a client receives on, and what it shows. What every packet touches comes first.
struct Slot: BitwiseCopyable, Sendable {
    /// -1 where there is none.
    var peer: Int32 = -1
    /// What it shows; -1 for nothing.
    var publication: Int32 = -1
    /// The stream it forwards, and that stream's epoch; -1 while it waits for a key frame.
    var stream: Int32 = -1
    var epoch: UInt32 = 0
    /// The first packet of the stream that it took, extended.
    var firstSource: Int64 = 0
    /// Own number minus the stream's compacted one.
    var sequenceOffset: Int64 = 0
    /// The highest number sent, and the first one since the switch; extended.
    var highest: Int64 = 0
    var first: Int64 = 0
    var timestampOffset: Int = 0
    var timestamp = RTPTimestamp(0)
    var lastSent: Timestamp?
    var ssrc = SSRC(0)
    var packets: UInt32 = 0
    var octets: UInt32 = 0
    var pictureOffset: UInt16 = 0
    var pictureID: UInt16 = 0
    var tl0Offset: UInt8 = 0
    var tl0PictureIndex: UInt8 = 0
    /// The last packet sent ended a frame.
    var endedFrame = true
    /// A receiver report about it came: the client knows whose SSRC it is.
    var isBound = false
    /// The publisher's payload type, and what becomes of it.
    var sourceType: UInt8 = 0xFF
    var ownType: UInt8 = 0xFF
    var repairType: UInt8?
    var isAudio = false
    /// Its part of the table of sent packets; -1 when nothing is sent again.
    var records: Int32 = -1
    var repair: SSRC?
    var repairSequence: UInt16 = 0
    var extensions = ExtensionMap()
    var mid: StreamIdentifier?
    // Not touched by every packet.
    var line: UInt8 = 0
    var clockRate: UInt32 = 90_000
    /// What control wants it to show, which may not be there yet.
    var wanted: Track?
    /// When it was sent the first packet of a key frame.
    var keyFrameSent: Timestamp?
    /// The middle of the last report's time and when it left: what round trips are measured with.
    var report: UInt32 = 0
    var reportSent = Timestamp(nanoseconds: 0)
    /// The peer's next.
    var next: Int32 = -1
    var formats = FormatTable()
}

/// What was sent to a slot under one number, to send it again alike.
struct SentPacket: BitwiseCopyable, Sendable {
    /// The low half of the source's extended number.
    var source: UInt32 = 0
    /// As it was sent.
    var timestamp = RTPTimestamp(0)
    var number: UInt16 = 0
    var pictureID: UInt16 = 0
    /// Milliseconds, modulo 65,536: when it was sent again.
    var repeated: UInt16 = 0
    var tl0PictureIndex: UInt8 = 0
    var state: State = .free

    enum State: UInt8, BitwiseCopyable, Sendable { case free, sent, repeated }
}

/// A packet that waits to be sent out of turn.
struct PendingRepeat: BitwiseCopyable, Sendable {
    var slot: Int32 = -1
    /// Of the slot for a retransmission, of the source for a packet that came before the one the slot began with.
    var number: Int64 = 0
    var isFirst = false
}
