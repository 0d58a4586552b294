/// Why a packet, or a wish, led nowhere.
public enum DropReason: Int, Sendable, CaseIterable {
    /// The publisher sends more than `Limits.bytesPerSecond`.
    case policed
    /// No m-line takes the SSRC, or `Limits.boundSources` are bound.
    case unbound
    /// A payload type or a payload that the m-line did not agree on.
    case badPayload
    /// It was there before, or lies too far back to tell.
    case duplicate
    /// Padding only: counted for congestion control, not forwarded.
    case padding
    /// Another layer of its source is being forwarded.
    case otherLayer
    /// Its publication is paused.
    case paused
    /// A subscriber cannot decode what the source sends.
    case noFormat
    /// It belongs before the packet a slot started with.
    case beforeSwitch
    /// The header did not fit the room.
    case noRoom
    /// RTCP that is malformed.
    case badControl
    /// Feedback about an SSRC that is not the sender's.
    case foreignFeedback
    /// A retransmission that was asked for twice within a round trip.
    case repeatedNACK
    /// A retransmission beyond the budget.
    case retransmissionBudget
    /// A retransmission to a slot that has no RTX.
    case noRepair
    /// A retransmission of a packet that is not kept any more, or was never sent.
    case notCached
    /// A request for a key frame that was on its way already.
    case staleKeyFrameRequest
}

/// What a router has done so far, for metrics. Plain integers; they wrap.
public struct Counters: Sendable {
    /// Packets that came from publishers.
    public internal(set) var received: UInt64 = 0
    /// Packets to subscribers, retransmissions included.
    public internal(set) var forwarded: UInt64 = 0
    public internal(set) var retransmitted: UInt64 = 0
    /// Packets a publisher sent again and that were missing.
    public internal(set) var recovered: UInt64 = 0
    /// Packets that publishers were asked for again.
    public internal(set) var requested: UInt64 = 0
    /// Packets that subscribers asked for again.
    public internal(set) var asked: UInt64 = 0
    /// Requests for a key frame that publishers were sent.
    public internal(set) var keyFrameRequests: UInt64 = 0
    /// Requests for a key frame that subscribers sent.
    public internal(set) var keyFramesAsked: UInt64 = 0

    private var drops = InlineArray<17, UInt64>(repeating: 0)

    public init() {}

    /// How much was dropped for a reason.
    public subscript(reason: DropReason) -> UInt64 { drops[reason.rawValue] }

    /// Adds what another router counted.
    public mutating func add(_ other: Counters) {
        received &+= other.received
        forwarded &+= other.forwarded
        retransmitted &+= other.retransmitted
        recovered &+= other.recovered
        requested &+= other.requested
        asked &+= other.asked
        keyFrameRequests &+= other.keyFrameRequests
        keyFramesAsked &+= other.keyFramesAsked
        for index in drops.indices { drops[index] &+= other.drops[index] }
    }

    mutating func count(_ reason: DropReason) { drops[reason.rawValue] &+= 1 }
}
