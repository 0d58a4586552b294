import Forwarding
import ICE
public import PacketStore
import PeerConnection
public import Units
import Wire

extension ForwardingUnit {
    /// Does what the control plane wants.
    public mutating func perform(_ command: SFUCommand, at now: Timestamp, _ slab: inout PacketSlab) {
        switch command {
        case .connect(let key, let room, let session): connect(key, room, session, at: now)
        case .renegotiate(let key, let session):
            guard let index = transportIndices[key] else { return }
            transports[index].connection.update(session)
            rename(index)
            rooms[transports[index].room].router.update(TransportIndex(index), lines: session.lines, at: now)
            touch(transports[index].room)
            settle(index, at: now, &slab)
        case .assign(let slot, let source):
            guard let slot = track(slot) else { return }
            let room = transports[Int(slot.transport)].room
            // What is in another room is nothing here.
            let source = source.flatMap { track($0) }.flatMap { transports[Int($0.transport)].room == room ? $0 : nil }
            rooms[room].router.assign(slot, to: source, at: now)
            touch(room)
        case .pause(let source, let isPaused):
            guard let source = track(source) else { return }
            let room = transports[Int(source.transport)].room
            rooms[room].router.pause(source, isPaused, at: now)
            touch(room)
        case .close(let key): if let index = transportIndices[key] { close(index, at: now, &slab) }
        }
        if nextScan.map({ $0 > now + Limits.tick }) ?? true { nextScan = now + Limits.tick }
    }

    private func track(_ key: TrackKey) -> Track? {
        transportIndices[key.transport].map { Track(transport: TransportIndex($0), line: key.line) }
    }

    private mutating func connect(_ key: TransportKey, _ room: RoomKey, _ session: SessionParameters, at now: Timestamp)
    {
        guard transportIndices[key] == nil else { return }
        guard let room = place(of: room), let index = open(key, room, session) else {
            counters.refused &+= 1
            return tell(.failed(key))
        }
        transportIndices[key] = index
        fragments.insert(index, hash: UInt32(truncatingIfNeeded: transports[index].fragments.current))
        rooms[room].members &+= 1
        rooms[room].router.add(TransportIndex(index))
        rooms[room].router.update(TransportIndex(index), lines: session.lines, at: now)
        counters.transports &+= 1
    }

    private mutating func open(_ key: TransportKey, _ room: Int, _ session: SessionParameters) -> Int? {
        guard rooms[room].members < Forwarding.Limits.transports,
            let connection = PeerConnection(session, identity: identity, using: &generator)
        else {
            closeIfEmpty(room)
            return nil
        }
        let index = transports.insert(Transport(key, room: room, connection))
        if index == nil { closeIfEmpty(room) }
        return index
    }

    private mutating func place(of key: RoomKey) -> Int? {
        if let known = roomIndices[key] { return known }
        guard let new = rooms.insert(Room(key, seed: generator.next())) else { return nil }
        roomIndices[key] = new
        counters.rooms &+= 1
        return new
    }

    /// Puts a link under its present fragments: an ICE restart has given it another.
    private mutating func rename(_ index: Int) {
        let old = transports[index].fragments
        let names = transports[index].connection.fragments
        let new = (current: names.current.key, previous: names.previous?.key)
        guard new.current != old.current || new.previous != old.previous else { return }
        for key in [old.current, old.previous] {
            if let key { fragments.remove(index, hash: UInt32(truncatingIfNeeded: key)) }
        }
        for key in [new.current, new.previous] {
            if let key { fragments.insert(index, hash: UInt32(truncatingIfNeeded: key)) }
        }
        transports[index].fragments = new
    }

    private mutating func close(_ index: Int, at now: Timestamp, _ slab: inout PacketSlab) {
        let room = transports[index].room
        let names = transports[index].fragments
        for key in [names.current, names.previous] {
            if let key { fragments.remove(index, hash: UInt32(truncatingIfNeeded: key)) }
        }
        // Whoever closes it does not want to hear that it is lost.
        transports[index].isConnected = false
        transports[index].selected = -1
        let records = transports[index].records
        for place in records.indices where records[place] >= 0 { forget(Int(records[place]), at: now) }
        rooms[room].router.remove(TransportIndex(index))
        drain(room, at: now, &slab)
        transportIndices[transports[index].key] = nil
        var sums = past
        sums.add(transports[index].connection)
        past = sums
        transports.remove(index)
        rooms[room].members &-= 1
        counters.transports &-= 1
        closeIfEmpty(room)
    }

    private mutating func closeIfEmpty(_ room: Int) {
        guard rooms[room].members == 0 else { return }
        if rooms[room].isTouched { untouch(room) }
        roomIndices[rooms[room].key] = nil
        past.forwarding.add(rooms[room].router.counters)
        rooms.remove(room)
        counters.rooms &-= 1
    }
    /// A room that goes leaves the list, or the next in its place would be there twice.
    private mutating func untouch(_ room: Int) {
        for place in 0..<touchedCount where Int(touched[place]) == room {
            touchedCount &-= 1
            touched[place] = touched[touchedCount]
            return
        }
    }
}
