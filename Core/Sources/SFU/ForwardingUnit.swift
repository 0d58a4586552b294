public import DTLS
import Forwarding
public import ICE
public import PacketStore
import PeerConnection
import STUN
public import Units
import Wire

/// The SFU of one worker: all its links and rooms (RFC 7667 §3.7).
///
/// Sans-IO: commands, packets in slots and the time go in; slots to send and events come out. It joins a link's protocols
/// (`PeerConnection`) with its room's forwarding (`Router`), and owns nothing but their places. The way of a packet:
/// ```
/// receive → PeerConnection.receive (decrypted where it stands) → Router.receive (which copies are to go out)
///         → nextForward, for each: its header is written into a free slot, PeerConnection.protect encrypts the payload
///           out of the received slot into it → takeOutgoing
/// ```
/// The received slot is kept by the router for repeats, or given back. No allocation and no reference count on that way.
///
/// The driver calls `receive` for each packet, `finish` at the end of a round, `handleTimeout` at `nextDeadline`; after each
/// of them it takes `takeOutgoing` and `nextEvent`.
public struct ForwardingUnit: ~Copyable {
    let identity: DTLSIdentity
    var generator: any RandomNumberGenerator & Sendable
    var transports = PlaceTable<Transport>(limit: Limits.transports)
    var rooms = PlaceTable<Room>(limit: Limits.rooms)
    var transportIndices: [TransportKey: Int] = [:]
    var roomIndices: [RoomKey: Int] = [:]
    /// Transports by the keys of their user fragments, which are random, so the key is the hash.
    var fragments = IndexTable()
    var paths: PathTable
    /// Rooms that were touched since the last `finish`.
    var touched: FlatArray<Int32>
    var touchedCount = 0
    /// A slot that is always there, so that what routers answer can be written somewhere.
    var spare: SlotIndex = PacketSlab.none
    /// Paths that have something to send.
    var waiting: FlatArray<Int32>
    var waitingCount = 0
    var events: [SFUEvent] = []
    var firstEvent = 0
    var nextScan: Timestamp?
    public internal(set) var counters = SFUCounters()
    /// What links and rooms counted that are closed.
    var past = SFUReport()

    /// `generator` has to be a cryptographic one: it makes credentials and keys.
    public init(identity: DTLSIdentity, using generator: some RandomNumberGenerator & Sendable) {
        self.identity = identity
        var generator = generator
        paths = PathTable(seed: generator.next())
        touched = FlatArray(repeating: 0, count: Limits.rooms)
        waiting = FlatArray(repeating: 0, count: Limits.transports * Limits.paths)
        self.generator = generator
    }

    /// Which worker and link a STUN message asks for by its USERNAME; nil when it has none, or one that is not ours.
    public static func fragment(in bytes: Span<UInt8>) -> LocalFragment? {
        guard let message = try? Message(parsing: bytes),  // what is no STUN belongs to nobody
            let username = message.attribute(.username, in: bytes)
        else { return nil }
        return LocalFragment(ofUsername: bytes.extracting(username.value))
    }

    /// Whether packets from there belong to one of its links.
    public func knows(_ path: FiveTuple) -> Bool { paths.find(path) != nil }

    /// What is to be sent, path by path; the queue is the caller's now. Each slot says where it goes and by what.
    public mutating func takeOutgoing(_ slab: inout PacketSlab) -> SlotQueue {
        var outgoing = SlotQueue()
        for place in 0..<waitingCount {
            var queue = paths.takeQueue(of: Int(waiting[place]))
            slab.append(&queue, to: &outgoing)
        }
        waitingCount = 0
        return outgoing
    }

    /// The next event; nil when there is none.
    public mutating func nextEvent() -> SFUEvent? {
        guard firstEvent < events.count else { return nil }
        defer {
            firstEvent &+= 1
            if firstEvent == events.count {
                events.removeAll(keepingCapacity: true)
                firstEvent = 0
            }
        }
        return events[firstEvent]
    }

    mutating func tell(_ event: SFUEvent) {
        guard events.count < Limits.events else { return counters.eventsLost &+= 1 }
        events.append(event)
    }
}
