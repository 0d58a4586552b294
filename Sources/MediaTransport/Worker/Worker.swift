import CLinux
import Glibc
import PacketStore
import SFU
import STUN
import TURN
import Units
import Wire

/// One thread of the media plane: its sockets, its connections, its relays and the cores that decide about them.
///
/// A round waits for events, takes a batch from everything that has something, gives each packet to its core, queues what
/// the cores answer at the socket it leaves by, and sends all queues at the end. On the way of a packet there is no lock, no
/// allocation and no reference counting: everything is a plain value of this one, which only this thread sees.
struct Worker: ~Copyable {
    let plan: WorkerPlan
    let clock: MediaClock
    /// The ports of all relays; kept here because the way through `plan` would count references.
    let ports: PortTable
    var poll: EventPoll
    var slab: PacketSlab
    var receiver: DatagramReceiver
    var sender: DatagramSender
    var media: FlatArray<MediaSocket>
    var streams = StreamTable()
    var relays = RelayTable()
    /// Where a read of a connection goes: the beginning of a message that is there, and what follows.
    let scratch: ScratchBytes
    /// Outlets that have something in their queue.
    var outlets: OutletList

    let stun: STUNServer
    /// For connections, whose senders are known to be where they say: floods of forged datagrams cost them nothing.
    let streamSTUN: STUNServer
    var turn: TURNServer
    var sfu: ForwardingUnit
    /// Paths whose packets belong to another worker.
    var routes = RouteTable()
    /// Workers that were handed packets in this round and have to be woken.
    var handedTo: FlatArray<Bool>
    /// Where the cores write an answer; taken from the slab beforehand.
    var answerSlot: SlotIndex

    var counters = MediaCounters()
    /// Nanoseconds of whole rounds, in which it did something else than wait.
    var busy: UInt64 = 0
    var now: Timestamp
    var wall: UInt64
    var nextTick: Timestamp
    var isStopping = false
    /// Listeners rest because there are no descriptors left.
    var isAcceptPaused = false
    /// This worker reserved ports that may still be held.
    var holdsReservations = false

    /// Throws when the system has no descriptors or no memory.
    init(_ plan: WorkerPlan) throws(SystemError) {
        // What can fail comes first: a part of a worker cannot be thrown away.
        let poll = try Self.poll(plan)
        var slab = PacketSlab(slots: Limits.slots)
        answerSlot = slab.take() ?? PacketSlab.none
        self.poll = poll
        self.slab = slab
        self.plan = plan
        clock = plan.shared.clock
        ports = plan.shared.ports
        now = clock.now()
        wall = clock.wall()
        nextTick = now + .seconds(1)
        receiver = DatagramReceiver(batch: Limits.batch)
        let canSegment = plan.datagrams.allSatisfy { linux_can_segment($0.descriptor.number) }
        sender = DatagramSender(isSegmenting: canSegment)
        media = Self.sockets(plan.datagrams)
        scratch = ScratchBytes(count: Limits.packetBytes + Limits.streamRead)
        outlets = OutletList(capacity: Limits.slots)
        stun = STUNServer(budget: plan.turn.budget)
        streamSTUN = STUNServer(budget: nil)
        turn = TURNServer(plan.turn, seed: .random(in: 0 ... .max))
        sfu = ForwardingUnit(identity: plan.identity, using: SystemRandomNumberGenerator())
        handedTo = FlatArray(repeating: false, count: plan.shared.mailboxes.count)
    }

    private static func sockets(_ planned: [WorkerPlan.Socket]) -> FlatArray<MediaSocket> {
        var sockets = FlatArray(repeating: MediaSocket.closed, count: planned.count)
        for (index, socket) in planned.enumerated() { sockets[index] = MediaSocket(socket) }
        return sockets
    }

    private static func poll(_ plan: WorkerPlan) throws(SystemError) -> EventPoll {
        let poll = try EventPoll(events: Limits.events)
        try poll.add(plan.mailbox.descriptor, Token(.inbox, 0))
        for (index, socket) in plan.datagrams.enumerated() {
            try poll.add(socket.descriptor.number, Token(.media, index))
        }
        for (index, socket) in plan.listeners.enumerated() {
            try poll.add(socket.descriptor.number, Token(.listener, index))
        }
        return poll
    }

    /// Runs rounds until told to stop.
    mutating func run() {
        while !isStopping { round() }
        finish()
    }

    private mutating func round() {
        let count = poll.wait(milliseconds: milliseconds(until: deadline))
        now = clock.now()
        wall = clock.wall()
        for index in 0..<count { handle(index) }
        if now >= nextTick { tick() }
        finishForwarding()
        flush()
        wakeOthers()
        busy &+= (clock.now() - now).wholeNanoseconds
    }

    /// When there is something to do without anybody sending anything; nil while nobody is here.
    private var deadline: Timestamp? {
        let tick = streams.count > 0 || relays.count > 0 || isAcceptPaused || holdsReservations ? nextTick : nil
        guard let due = sfu.nextDeadline else { return tick }
        return tick.map { min($0, due) } ?? due
    }

    private func milliseconds(until deadline: Timestamp?) -> Int32 {
        guard let deadline else { return -1 }
        return Int32(clamping: ((deadline - now).wholeNanoseconds &+ 999_999) / 1_000_000)
    }

    private mutating func handle(_ event: Int) {
        guard let token = poll.token(event) else { return }
        switch token.kind {
        case .inbox:
            obey(plan.mailbox.take())
            takeHandOvers()
        case .media: receive(onMedia: Int(token.index))
        case .listener: accept(Int(token.index))
        case .stream where streams.isCurrent(token):
            if poll.isWritable(event) { sendUnsent(Int(token.index)) }
            if streams.isCurrent(token), poll.isReadable(event) { read(Int(token.index)) }
        case .relay where relays.isCurrent(token): receive(onRelay: Int(token.index))
        case .stream, .relay, .inside: break  // of what was closed in this round
        }
    }

    /// What is done once a second.
    private mutating func tick() {
        nextTick = now + .seconds(1)
        turn.expire(at: now)
        closeEnded()
        closeIdleStreams()
        expireReservations()
        if isAcceptPaused { pauseAccepting(false) }
    }

    private mutating func obey(_ commands: [WorkerCommand]) {
        for command in commands {
            switch command {
            case .stop: isStopping = true
            case .adopt(let descriptor, let path): open(descriptor, path)
            case .revoke(let user, let wall):
                turn.revoke(user, until: wall, at: now)
                closeEnded()
            case .ownAddresses(let addresses): turn.update(ownAddresses: addresses)
            case .sfu(let order): sfu.perform(order, at: now, &slab)
            case .route(let path, let worker): routes.set(path, worker)
            case .adoptICE(let descriptor, let path, let bytes): open(descriptor, path, after: bytes)
            case .report(let answer): answer(report)
            }
        }
    }

    private var report: WorkerReport {
        var media = counters
        media.streams = UInt64(streams.count)
        media.relays = UInt64(relays.count)
        return WorkerReport(
            media: media,
            turn: turn.counters,
            sfu: sfu.report,
            busy: .nanoseconds(Int64(clamping: busy))
        )
    }

    /// Gives back what others count, answers who still asks. Descriptors are closed by their owners' ends.
    private mutating func finish() {
        flush()
        for index in streams.indices where streams[index].isOpen { close(index) }
        for command in plan.mailbox.close() {
            switch command {
            case .adopt(let descriptor, _), .adoptICE(let descriptor, _, _): Glibc.close(descriptor)
            case .report(let answer): answer(report)
            case .stop, .revoke, .ownAddresses, .sfu, .route: break
            }
        }
    }
}
