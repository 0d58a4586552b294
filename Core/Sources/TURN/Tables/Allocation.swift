import STUN
import Units

/// What is known of one client (RFC 8656 §2.2). Plain data in a slab: no object, no reference.
struct Allocation: SlabElement {
    enum State: UInt8 {
        case free
        /// The shell was asked for sockets and has not answered.
        case opening
        case live
        /// Over, but `nextClosed` has not told the shell yet.
        case closed
    }

    var state = State.free
    /// How often this place was used; part of `AllocationID`.
    var generation: UInt32 = 0
    var path = FiveTuple(client: .none, server: .none, transport: .udp)
    var user = UserKey(high: 0, low: 0)
    /// Of the whole username, expiry included: later requests must have the same (RFC 8656 §5).
    var username = UserKey(high: 0, low: 0)
    var key = LongTermKey()
    /// The Allocate request, whose answer is repeated when it is sent again.
    var transaction = TransactionID(high: 0, low: 0)
    var integrity = IntegrityAlgorithm.sha1
    var hasFingerprint = false
    /// Seconds granted at Allocate.
    var lifetime: UInt32 = 0
    var relayedV4 = TransportAddress.none
    var relayedV6 = TransportAddress.none
    var v6Refusal: RelayRefusal?
    var reservation: UInt64?
    /// The families that have a socket.
    var families: Families = []
    /// The families whose sockets the shell has still to be told to close.
    var closing: Families = []
    /// Whether it stands in the list of those.
    var isListed = false
    /// When each family ends; for one that is opening when the shell's time is up.
    var expiresV4 = Timestamp(nanoseconds: 0)
    var expiresV6 = Timestamp(nanoseconds: 0)
    var toPeers = BandwidthMeter()
    var toClient = BandwidthMeter()
    var firstPermission = Slab<Permission>.none
    var firstChannel = Slab<Channel>.none
    var permissions: UInt32 = 0
    var channels: UInt32 = 0
    var next = Slab<Allocation>.none

    static let empty = Allocation()

    /// The families that relay at a moment.
    func live(at now: Timestamp) -> Families {
        guard state == .live else { return [] }
        var live: Families = []
        if families.contains(.v4), now < expiresV4 { live.insert(.v4) }
        if families.contains(.v6), now < expiresV6 { live.insert(.v6) }
        return live
    }

    func isLive(_ family: Families, at now: Timestamp) -> Bool {
        state == .live && families.contains(family) && now < (family == .v4 ? expiresV4 : expiresV6)
    }
}

/// Leave of a client to exchange data with one address, whatever the port (RFC 8656 §9).
struct Permission: SlabElement {
    var allocation: UInt32 = 0
    var address = IPAddress(high: 0, low: 0)
    var expires = Timestamp(nanoseconds: 0)
    /// What the policy said of the address.
    var isOwn = false
    var isAllowed = false
    /// Channels that point here; it stays while there are some.
    var channels: UInt32 = 0
    /// The allocation's next.
    var next = Slab<Permission>.none

    static let empty = Permission()
}

/// A number that stands for a peer's address (RFC 8656 §12).
struct Channel: SlabElement {
    var allocation: UInt32 = 0
    /// The permission of the peer's address.
    var permission: UInt32 = 0
    var peer = TransportAddress.none
    var number: UInt16 = 0
    var expires = Timestamp(nanoseconds: 0)
    /// The allocation's next.
    var next = Slab<Channel>.none

    static let empty = Channel()
}

extension TransportAddress {
    fileprivate static let none = TransportAddress(IPAddress(high: 0, low: 0), port: 0)
}

extension IPAddress {
    /// The family of a relay that can reach it.
    var family: Families { v4 == nil ? .v6 : .v4 }
}
