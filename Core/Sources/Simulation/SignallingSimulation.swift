internal import Meeting
internal import Units

/// A whole meeting server with its clients, network and disk, run from one seed on a virtual clock.
///
/// Clients come, talk, order, drop and come back at random; the network delays; the disk fills up; the server is killed.
/// What must hold is checked after every step (`SignallingSimulation+Checks.swift`), the rest when everything is quiet.
/// The same seed gives the same trace, whatever order dictionaries have today.
public struct SignallingSimulation {
    /// What the seed was worth.
    public struct Outcome: Equatable, Sendable {
        /// FNV-1a of everything that was sent, with its time.
        public var traceHash: UInt64
        public var steps: Int
        public var messages: Int
        public var acknowledgedChat: Int
        public var crashes: Int
        /// Offers, answers and candidates, and how many of them told an address.
        public var relayed: Int
        public var addressesTold: Int
        /// Slots filled, and topologies committed.
        public var slotsFilled: Int
        public var commits: Int
        /// What went wrong, first things first; empty is what we want.
        public var violations: [String]
    }

    enum Event {
        case act(Int)
        case dial(Int)
        case opened(ConnectionID)
        case up(ConnectionID, [UInt8])
        case pong(ConnectionID)
        case closedByClient(ConnectionID, wasClean: Bool)
        case down(ConnectionID, Downstream)
        case load(RoomName, run: Int)
        case commit(run: Int)
        case tick(run: Int)
        case sfu(SFUEvent, run: Int)
        case renegotiate(Int, attempt: Int)
        case fillDisk(Bool)
        case crash
        case restart
    }

    /// What goes from the server to a client, in order.
    enum Downstream {
        case message(ServerMessage, seq: UInt64?, re: Int64?)
        case ping
        case close
    }

    /// One WebSocket with its two directions.
    struct Link {
        let client: Int
        var isOpenAtClient = true
        var isOpenAtServer = false
        /// Has had `welcome` or `resumed`: until then it may hear next to nothing (T-AUTH-5).
        var isWelcomed = false
        var lastUp: UInt64 = 0
        var lastDown: UInt64 = 0
        var heldUntil: Int?
        var held: [Downstream] = []
    }

    /// How long a client's TURN credentials are good for, milliseconds.
    static let iceServersLife: UnixMilliseconds = 40_000

    let seed: UInt64
    let tracesText: Bool
    let rooms: [RoomName]
    var random: SplitMix64
    var serverRandom: SplitMix64
    var now: UInt64 = 1_000_000_000
    var agenda = Agenda<Event>()
    var clients: [SimulatedClient] = []
    var links: [ConnectionID: Link] = [:]
    var connectionCount: UInt64 = 0
    var manager: MeetingManager?
    /// Which start of the server this is; timers of an earlier one mean nothing.
    var run = 0
    var disk = SimulatedDisk()
    var isCommitScheduled = false
    let roomLimit: Int
    /// Often so small that rooms move between mesh and SFU.
    let meshLimit: Int
    /// The media server, as far as signalling sees it.
    var sfu = SimulatedSFU()
    /// When the clients stop doing things and the faults stop.
    let quietFrom: UInt64
    var acknowledged: [(room: RoomName, id: String)] = []
    var devices: [ParticipantID: TokenHash] = [:]
    var hostDevices: [RoomName: Set<TokenHash>] = [:]
    var outcome = Outcome(
        traceHash: 0xCBF2_9CE4_8422_2325,
        steps: 0,
        messages: 0,
        acknowledgedChat: 0,
        crashes: 0,
        relayed: 0,
        addressesTold: 0,
        slotsFilled: 0,
        commits: 0,
        violations: []
    )

    /// - Parameter tracesText: hash every message's whole text, not only its type and numbers: slower.
    public init(seed: UInt64, tracesText: Bool = false) {
        self.seed = seed
        self.tracesText = tracesText
        var random = SplitMix64(seed: seed)
        serverRandom = SplitMix64(seed: random.next())
        rooms = ["blue-heron", "red-fox"].prefix(random.chance(30) ? 2 : 1).compactMap { RoomName($0) }
        roomLimit = 3 + random.below(4)
        meshLimit = random.below(roomLimit)
        quietFrom = now + UInt64(20 + random.below(40)) * 1_000_000_000
        for index in 0..<(3 + random.below(5)) {
            let hasDevice = random.chance(80)
            // Now and then two tabs of one browser.
            let device = hasDevice ? "device \(random.chance(10) ? 0 : index)" : nil
            clients.append(
                SimulatedClient(room: rooms[random.below(rooms.count)], name: "Client \(index)", device: device)
            )
        }
        self.random = random
    }

    /// Runs the world to its end.
    public static func run(seed: UInt64, tracesText: Bool = false) -> Outcome {
        var world = SignallingSimulation(seed: seed, tracesText: tracesText)
        world.runToTheEnd()
        return world.outcome
    }

    mutating func runToTheEnd() {
        start()
        for client in clients.indices { schedule(.act(client), in: random.below(3_000)) }
        if random.chance(50) { schedule(.crash, in: 5_000 + random.below(30_000)) }
        if random.chance(20) { schedule(.crash, in: 5_000 + random.below(30_000)) }
        if random.chance(30) {
            let from = random.below(20_000)
            schedule(.fillDisk(true), in: from)
            schedule(.fillDisk(false), in: from + random.below(10_000))
        }
        // Every seat that nobody came back to is given up within a grace of the last crash.
        process(until: quietFrom + 100_000_000_000)
        checkAtQuiescence()
        everybodyLeaves()
        process(until: now + 70_000_000_000)
        checkThatAllIsGone()
    }

    private mutating func process(until end: UInt64) {
        while outcome.violations.isEmpty, let (time, event) = agenda.next(until: end) {
            now = max(now, time)
            outcome.steps += 1
            handle(event)
        }
        now = max(now, end)
    }

    // MARK: Time and trace

    var moment: Moment {
        Moment(now: Timestamp(nanoseconds: now), wall: 1_767_225_600_000 + Int64(now / 1_000_000))
    }

    var isQuiet: Bool { now >= quietFrom }

    mutating func schedule(_ event: Event, in milliseconds: Int) {
        agenda.add(event, at: now + UInt64(milliseconds) * 1_000_000)
    }

    /// A network's delay in nanoseconds: mostly short, seldom long.
    mutating func delay() -> UInt64 {
        UInt64(1 + random.below(random.chance(5) ? 2_000 : 60)) * 1_000_000
    }

    mutating func trace(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { outcome.traceHash = (outcome.traceHash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    mutating func trace(_ number: UInt64) {
        outcome.traceHash = (outcome.traceHash ^ number) &* 0x0000_0100_0000_01B3
    }
}

/// Events by time; those of the same time in the order they were added.
struct Agenda<Event> {
    private var heap: [(time: UInt64, order: UInt64, event: Event)] = []
    private var added: UInt64 = 0

    mutating func add(_ event: Event, at time: UInt64) {
        added += 1
        heap.append((time, added, event))
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the next event that is due by `end`.
    mutating func next(until end: UInt64) -> (UInt64, Event)? {
        guard let first = heap.first, first.time <= end else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            guard least != parent else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.time, first.event)
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].time, heap[left].order) < (heap[right].time, heap[right].order)
    }
}
