import RTP
public import Units
import Wire

/// Forwards the media of one room: takes decrypted packets of publishers and says what to send to whom.
///
/// A *publication* is an m-line that a client sends on; a *slot* is one that it receives on. Control assigns sources to
/// slots; the SSRCs of a slot never change, so every packet gets the slot's SSRC, payload type, sequence number,
/// timestamp, picture identifiers and header extensions. RTCP ends here: reports, losses and key frames are settled with
/// either side on its own.
///
/// The router owns no bytes. A packet is a handle to it; of a packet it keeps it remembers the fields, ranges and
/// extension values that later copies need. Nothing is allocated, and no reference counted, but in the calls for
/// structure.
///
/// After every mutating call, drain `nextForward`, `nextControl`, `nextReleased` and `nextEvent` in this order until
/// each answers nil, then wait until `nextDeadline`. Before a router goes away, `remove` its transports and drain
/// `nextReleased`.
public struct Router: ~Copyable, Sendable {
    public internal(set) var counters = Counters()

    var keys: KeyTable
    var peers = FlatArray<Peer>(repeating: Peer(), count: 4)
    var peerPlaces = FreeList()
    /// What arrived from each peer.
    var arrivals: InlineArray<256, ArrivalLog?> = InlineArray { _ in nil }
    var publications = FlatArray<Publication>(repeating: Publication(), count: 8)
    var publicationPlaces = FreeList()
    var streams = FlatArray<Stream>(repeating: Stream(), count: 8)
    var streamPlaces = FreeList()
    /// `Limits.missingPackets` for each stream.
    var missing = FlatArray<MissingPacket>(repeating: MissingPacket(), count: 8 * Limits.missingPackets)
    var longDescriptors = FlatArray<LongDescriptor>(repeating: LongDescriptor(), count: 8)
    var slots = FlatArray<Slot>(repeating: Slot(), count: 16)
    var slotPlaces = FreeList()
    var subscribers = SubscriberLists()
    /// `Limits.cachedPackets` for each block.
    var cache = FlatArray<CachedPacket>(repeating: CachedPacket(), count: 0)
    var cachePlaces = FreeList()
    /// `Limits.sentPackets` for each block.
    var sent = FlatArray<SentPacket>(repeating: SentPacket(), count: 0)
    var sentPlaces = FreeList()
    var released = HandleQueue()
    var fanOut = FanOut()
    var repeats = FlatArray<PendingRepeat>(repeating: PendingRepeat(), count: Limits.pendingRepeats)
    var firstRepeat = 0
    var repeatCount = 0
    /// The publications that talk, the loudest first, and what control was told last.
    var speakers = SpeakerRanking()
    /// Whether some publication's `isLive` is news.
    var hasEvents = false
    /// Live publications that ended, which control is still to be told.
    var ended = FlatArray<Track>(repeating: Track(transport: -1, line: 0), count: 4)
    var endedCount = 0
    /// Whether some peer has `pending`, and where to look on.
    var hasControl = false
    var controlCursor = 0
    /// The next time anything is due.
    var deadline: Timestamp?
    /// When old packets and silent sources are looked for; nil while nothing comes.
    var sweepDue: Timestamp?
    var random: UInt64
    /// The CNAME of what is about no slot.
    var seedName: UInt64 = 0
    /// The time of the last call.
    var now = Timestamp(nanoseconds: 0)

    /// `seed` chooses first sequence numbers, timestamps and names.
    public init(seed: UInt64) {
        keys = KeyTable(seed: seed)
        random = seed
        seedName = draw()
    }

    /// When `handleTimeout` has something to do; nil when nothing is due. Changes with every call.
    public var nextDeadline: Timestamp? { deadline }

    // What only looks is `mutating` too, here and in all extensions: it is then done where the router stands. To a
    // function that borrows it, the compiler would hand a copy of the whole.

    /// The peer of a transport.
    mutating func find(_ transport: TransportIndex) -> Int? {
        keys[KeyTable.key(.transport, UInt32(bitPattern: transport))]
    }

    /// Lowers the deadline. Rounded up to 5 ms, so that many small ones cost one look.
    mutating func schedule(_ moment: Timestamp) {
        let step: UInt64 = 5_000_000
        let rounded = Timestamp(nanoseconds: (min(moment.nanoseconds, .max - step) / step &+ 1) &* step)
        if let deadline, deadline <= rounded { return }
        deadline = rounded
    }

    /// Notes that a peer has to be sent RTCP.
    mutating func note(_ pending: PendingControl, for peer: Int) {
        peers[peer].pending.insert(pending)
        hasControl = true
        controlCursor = min(controlCursor, peer)
    }

    /// Control plane: room for keys to come, those of all SSRCs that packets may bind among them.
    mutating func reserveKeys(_ count: Int) {
        keys.reserve(keys.count &+ count &+ Limits.boundSources &* peerPlaces.end)
    }

    /// Has the room looked over from time to time.
    mutating func wakeSweep() {
        guard sweepDue == nil else { return }
        let due = now + Self.sweepInterval
        sweepDue = due
        schedule(due)
    }

    /// A number nobody chose: SplitMix64.
    mutating func draw() -> UInt64 {
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
