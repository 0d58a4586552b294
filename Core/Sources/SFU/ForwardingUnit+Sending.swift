import Forwarding
public import PacketStore
import PeerConnection
public import Units
import Wire

extension ForwardingUnit {
    /// Sends the copies and repeats that a room has ready.
    mutating func sendForwards(of room: Int, _ slab: inout PacketSlab) {
        while takeSpare(&slab) {
            var bytes = unsafe slab.room(spare).mutableSpan
            guard let forward = rooms[room].router.nextForward(into: &bytes) else { return }
            send(forward, &bytes, &slab)
        }
    }

    /// Makes sure that there is a slot to write into. Without one, what is ready waits for the end of the round.
    private mutating func takeSpare(_ slab: inout PacketSlab) -> Bool {
        guard spare == PacketSlab.none else { return true }
        guard let slot = slab.take() else {
            counters.slotless &+= 1
            return false
        }
        spare = slot
        return true
    }

    /// Encrypts one copy out of the packet it is of, into the slot that has its header already.
    private mutating func send(_ forward: Forward, _ room: inout MutableSpan<UInt8>, _ slab: inout PacketSlab) {
        let index = Int(forward.transport)
        guard transports.contains(index), transports[index].selected >= 0 else { return counters.pathless &+= 1 }
        let source = unsafe slab.packet(forward.handle)
        guard forward.payload.upperBound <= source.count else { return counters.unprotected &+= 1 }
        let prefix = forward.prefix
        do {
            let count = unsafe try transports[index].connection.protect(
                header: forward.header,
                prefix: prefix.span.extracting(0..<forward.prefixCount),
                payload: source.span.extracting(forward.payload),
                into: &room
            )
            counters.packetsOut &+= 1
            counters.bytesOut &+= UInt64(count)
            dispatch(count, to: Int(transports[index].selected), &slab)
        } catch {
            counters.unprotected &+= 1
        }
    }

    /// Queues what stands in the spare slot for a path.
    private mutating func dispatch(_ count: Int, to record: Int, _ slab: inout PacketSlab) {
        let slot = spare
        spare = PacketSlab.none
        slab[slot].start = Int32(PacketSlab.headRoom)
        slab[slot].count = Int32(truncatingIfNeeded: count)
        slab[slot].isDatagram = true
        slab[slot].destination = paths[record].path.client
        slab[slot].source = paths[record].path.server.address
        slab[slot].outlet = paths[record].outlet
        guard paths.append(slot, to: record, &slab), waitingCount < waiting.count else { return }
        waiting[waitingCount] = Int32(truncatingIfNeeded: record)
        waitingCount &+= 1
    }

    /// Sends the RTCP that a room has ready.
    mutating func sendControl(of room: Int, at now: Timestamp, _ slab: inout PacketSlab) {
        while takeSpare(&slab) {
            var bytes = unsafe slab.room(spare).mutableSpan
            guard let (transport, count) = rooms[room].router.nextControl(into: &bytes, at: now) else { return }
            let index = Int(transport)
            guard transports.contains(index), transports[index].selected >= 0 else {
                counters.pathless &+= 1
                continue
            }
            do {
                let protected = try transports[index].connection.protectControl(count: count, in: &bytes)
                counters.controlOut &+= 1
                dispatch(protected, to: Int(transports[index].selected), &slab)
            } catch {
                counters.unprotected &+= 1
            }
        }
    }

    /// Sends the answers, checks and handshake records of a link.
    private mutating func sendDatagrams(of index: Int, _ slab: inout PacketSlab) {
        while takeSpare(&slab) {
            var bytes = unsafe slab.room(spare).mutableSpan
            guard let (path, count) = transports[index].connection.nextDatagram(into: &bytes) else { return }
            guard let record = paths.find(path) else {
                counters.pathless &+= 1
                continue
            }
            dispatch(count, to: record, &slab)
        }
    }

    /// After something that may have changed a link: what it has to send, and what it has to say.
    mutating func settle(_ index: Int, at now: Timestamp, _ slab: inout PacketSlab) {
        sendDatagrams(of: index, &slab)
        takeEvents(of: index, at: now)
        transports[index].deadline = transports[index].connection.nextDeadline
    }

    mutating func takeEvents(of index: Int, at now: Timestamp) {
        while let event = transports[index].connection.nextEvent() {
            switch event {
            case .pathSelected(let path):
                transports[index].selected = paths.find(path).map { Int32(truncatingIfNeeded: $0) } ?? -1
            case .established: counters.handshakes &+= 1
            case .lost: transports[index].selected = -1
            case .closed, .failed:
                counters.failures &+= 1
                tell(.failed(transports[index].key))
            }
            updateConnected(index, at: now)
            transports[index].deadline = transports[index].connection.nextDeadline
        }
    }

    /// Tells the router and the control plane when a link can or cannot carry media any more.
    mutating func updateConnected(_ index: Int, at now: Timestamp) {
        let isConnected = transports[index].selected >= 0 && transports[index].connection.isEstablished
        guard isConnected != transports[index].isConnected else { return }
        transports[index].isConnected = isConnected
        let room = transports[index].room
        rooms[room].router.connect(TransportIndex(index), isConnected, at: now)
        touch(room)
        if isConnected { counters.connects &+= 1 } else { counters.losses &+= 1 }
        tell(isConnected ? .connected(transports[index].key) : .lost(transports[index].key))
    }

    // MARK: - Rooms

    /// Puts a room on the list of those that `finish` looks at.
    mutating func touch(_ room: Int) {
        guard !rooms[room].isTouched else { return }
        rooms[room].isTouched = true
        touched[touchedCount] = Int32(truncatingIfNeeded: room)
        touchedCount &+= 1
    }

    mutating func giveBackReleased(of room: Int, _ slab: inout PacketSlab) {
        while let handle = rooms[room].router.nextReleased() { slab.give(back: handle) }
    }

    /// Ends a round: sends what rooms have gathered in it. After it everything is in `takeOutgoing`.
    public mutating func finish(at now: Timestamp, _ slab: inout PacketSlab) {
        for place in 0..<touchedCount {
            let room = Int(touched[place])
            guard rooms.contains(room) else { continue }
            rooms[room].isTouched = false
            drain(room, at: now, &slab)
        }
        touchedCount = 0
    }

    /// Takes everything a router has.
    mutating func drain(_ room: Int, at now: Timestamp, _ slab: inout PacketSlab) {
        sendForwards(of: room, &slab)
        sendControl(of: room, at: now, &slab)
        giveBackReleased(of: room, &slab)
        while let event = rooms[room].router.nextEvent() { tell(event, in: room) }
    }

    private mutating func tell(_ event: RouterEvent, in room: Int) {
        switch event {
        case .started(let track): if let key = key(of: track) { tell(.started(key)) }
        case .stalled(let track): if let key = key(of: track) { tell(.stalled(key)) }
        case .speaking(let speakers):
            let keys = speakers.compactMap { transports.contains(Int($0)) ? transports[Int($0)].key : nil }
            tell(.speaking(rooms[room].key, keys))
        }
    }

    private func key(of track: Track) -> TrackKey? {
        let index = Int(track.transport)
        guard transports.contains(index) else { return nil }
        return TrackKey(transport: transports[index].key, line: track.line)
    }

    // MARK: - Time

    /// When `handleTimeout` has something to do; nil while nothing is going on.
    public var nextDeadline: Timestamp? { nextScan }

    /// Serves the timers that are due. Looks at all links and rooms, which is why it is not called for every packet.
    public mutating func handleTimeout(at now: Timestamp, _ slab: inout PacketSlab) {
        guard let due = nextScan, due <= now else { return }
        var next: Timestamp?
        for index in transports.indices where transports.contains(index) {
            if let deadline = transports[index].deadline, deadline <= now {
                transports[index].connection.handleTimeout(at: now)
                settle(index, at: now, &slab)
            }
            next = Self.earlier(next, transports[index].deadline)
        }
        for room in rooms.indices where rooms.contains(room) {
            if let deadline = rooms[room].router.nextDeadline, deadline <= now {
                rooms[room].router.handleTimeout(at: now)
                drain(room, at: now, &slab)
            }
            next = Self.earlier(next, rooms[room].router.nextDeadline)
        }
        // A deadline that has passed already is served a tick later.
        nextScan = next.map { max($0, now + Limits.tick) }
    }

    private static func earlier(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
        guard let one else { return other }
        return other.map { min($0, one) } ?? one
    }
}
