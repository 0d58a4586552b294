/// Why something that came in led nowhere.
public enum DropReason: Int, Sendable, CaseIterable {
    /// No STUN message and no ChannelData, or a wrong FINGERPRINT.
    case malformed
    /// A method or class that nobody sends to a TURN server.
    case unexpected
    /// The source has had its unauthenticated answers of this second.
    case replyBudget
    /// The answer would be more than twice the request.
    case amplification
    /// The answer does not fit into the room given.
    case noRoom
    /// ChannelData, an indication, or data of a peer for an allocation that is not there.
    case noAllocation
    /// The channel is not bound.
    case noChannel
    /// No permission for the peer, or it is over.
    case noPermission
    /// The peer policy denies the address.
    case deniedPeer
    /// An indication without what it needs, or with what is not understood (DONT-FRAGMENT too).
    case badIndication
    /// The allocation sends or receives more than `Configuration.Limits.bytesPerSecond`.
    case bandwidth
    /// All allocations together do.
    case totalBandwidth
    /// The payload is too large for the message that would carry it.
    case tooLarge
}

/// What a `TURNServer` has done so far, to be read by the shell's metrics. Plain integers; they wrap.
public struct Counters: Sendable {
    /// Datagrams relayed, and their bytes without headers.
    public struct Traffic: Sendable, Equatable {
        public internal(set) var packets: UInt64 = 0
        public internal(set) var bytes: UInt64 = 0

        mutating func count(_ payload: Int) {
            packets &+= 1
            bytes &+= UInt64(truncatingIfNeeded: payload)
        }
    }

    public internal(set) var toPeers = Traffic()
    public internal(set) var toClients = Traffic()
    /// Allocations that live now.
    public internal(set) var allocations: UInt64 = 0
    /// Allocations made so far.
    public internal(set) var allocated: UInt64 = 0
    /// Requests answered with success.
    public internal(set) var successes: UInt64 = 0

    private var drops = InlineArray<13, UInt64>(repeating: 0)
    private var errors = InlineArray<12, UInt64>(repeating: 0)

    /// How much was dropped for a reason.
    public subscript(reason: DropReason) -> UInt64 { drops[reason.rawValue] }
    /// How many requests were answered with an error code.
    public subscript(code: TURNErrorCode) -> UInt64 { errors[code.index] }

    public init() {}

    /// Adds what another worker counted.
    public mutating func add(_ other: Counters) {
        toPeers.packets &+= other.toPeers.packets
        toPeers.bytes &+= other.toPeers.bytes
        toClients.packets &+= other.toClients.packets
        toClients.bytes &+= other.toClients.bytes
        allocations &+= other.allocations
        allocated &+= other.allocated
        successes &+= other.successes
        for index in drops.indices { drops[index] &+= other.drops[index] }
        for index in errors.indices { errors[index] &+= other.errors[index] }
    }

    mutating func count(_ reason: DropReason) { drops[reason.rawValue] &+= 1 }
    mutating func count(_ code: TURNErrorCode) { errors[code.index] &+= 1 }
}
