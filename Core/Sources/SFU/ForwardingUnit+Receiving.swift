import Forwarding
import ICE
public import PacketStore
import PeerConnection
import RTP
public import Units
import Wire

extension ForwardingUnit {
    /// Takes a packet that came on a path, with what an answer leaves by. The slot is the unit's from here on.
    public mutating func receive(
        _ slot: SlotIndex,
        on path: FiveTuple,
        via outlet: OutletID,
        at now: Timestamp,
        _ slab: inout PacketSlab
    ) {
        let bytes = unsafe slab.packet(slot)
        guard let index = unsafe transport(for: bytes.span, on: path) else {
            counters.unknown &+= 1
            return slab.give(back: slot)
        }
        if nextScan.map({ $0 > now + Limits.tick }) ?? true { nextScan = now + Limits.tick }
        var packet = unsafe bytes.mutableSpan
        switch transports[index].connection.receive(&packet, on: path, at: now) {
        case .nothing:
            slab.give(back: slot)
            note(path, outlet, of: index, at: now)
            settle(index, at: now, &slab)
        case .media(let parsed):
            counters.packetsIn &+= 1
            counters.bytesIn &+= UInt64(bytes.count)
            route(parsed, slot, from: index, at: now, &slab)
            takeEvents(of: index, at: now)
        case .control(let count):
            counters.controlIn &+= 1
            let room = transports[index].room
            let report = packet.span.extracting(0..<min(count, packet.count))
            rooms[room].router.receiveControl(report, from: TransportIndex(index), at: now)
            slab.give(back: slot)
            touch(room)
            takeEvents(of: index, at: now)
        }
    }

    /// Whose packet it is: a check says so itself, everything else by where it came from.
    private func transport(for bytes: Span<UInt8>, on path: FiveTuple) -> Int? {
        if bytes.count > 0, bytes[0] < 4, let fragment = Self.fragment(in: bytes) {
            var probe = fragments.probe(UInt32(truncatingIfNeeded: fragment.key))
            while let index = fragments.next(&probe) {
                if transports[index].isNamed(fragment.key) { return index }
            }
            return nil
        }
        return paths.find(path).map { Int(paths[$0].transport) }
    }

    /// Hands a packet to its room and sends the copies. They are encrypted out of the slot, which is why it is given back
    /// last.
    private mutating func route(
        _ packet: RTPPacket,
        _ slot: SlotIndex,
        from index: Int,
        at now: Timestamp,
        _ slab: inout PacketSlab
    ) {
        let room = transports[index].room
        // What decryption has left: the tag is gone.
        slab[slot].count = Int32(truncatingIfNeeded: packet.length)
        let bytes = unsafe slab.packet(slot)
        let disposition = unsafe rooms[room].router.receive(
            packet,
            in: bytes.span,
            as: slot,
            from: TransportIndex(index),
            at: now
        )
        sendForwards(of: room, &slab)
        // Without a slot to write into, copies are lost: the packet's slot may soon be another's.
        if spare == PacketSlab.none { rooms[room].router.dropCopies() }
        if disposition == .notKept { slab.give(back: slot) }
        giveBackReleased(of: room, &slab)
        touch(room)
    }

    /// Remembers a path that ICE has admitted, so that what comes from there finds its transport.
    private mutating func note(_ path: FiveTuple, _ outlet: OutletID, of index: Int, at now: Timestamp) {
        if let record = paths.find(path) {
            if paths[record].outlet != outlet { paths.move(record, to: outlet) }
            // A client that joins again from the same socket is another link.
            if Int(paths[record].transport) == index { return }
            guard transports[index].connection.admits(path) else { return }
            forget(record, at: now)
        } else if !transports[index].connection.admits(path) {
            return
        }
        let record = Int32(truncatingIfNeeded: paths.insert(path, outlet, transport: index))
        makeRoomForPath(of: index, at: now)
        for place in transports[index].records.indices where transports[index].records[place] < 0 {
            transports[index].records[place] = record
            break
        }
        tell(.opened(ClientPath(path: path, outlet: outlet)))
        guard transports[index].connection.selected == path else { return }
        transports[index].selected = record
        updateConnected(index, at: now)
    }

    /// Drops the oldest path that media does not take when there are as many as ICE keeps.
    private mutating func makeRoomForPath(of index: Int, at now: Timestamp) {
        let records = transports[index].records
        var oldest: Int32?
        for place in records.indices {
            if records[place] < 0 { return }
            if oldest == nil, records[place] != transports[index].selected { oldest = records[place] }
        }
        if let oldest { forget(Int(oldest), at: now) }
    }

    /// Takes a path away from its transport, which is without a way when its media went there.
    mutating func forget(_ record: Int, at now: Timestamp) {
        let index = Int(paths[record].transport)
        let name = Int32(truncatingIfNeeded: record)
        if transports.contains(index) {
            var kept = InlineArray<8, Int32>(repeating: -1)
            var count = 0
            for place in transports[index].records.indices
            where transports[index].records[place] != name && transports[index].records[place] >= 0 {
                kept[count] = transports[index].records[place]
                count &+= 1
            }
            transports[index].records = kept
            if transports[index].selected == name { transports[index].selected = -1 }
            updateConnected(index, at: now)
        }
        tell(.closed(ClientPath(path: paths[record].path, outlet: paths[record].outlet)))
        paths.remove(record)
    }

    /// A client's connection ended: its path is no more.
    public mutating func closed(_ path: FiveTuple, at now: Timestamp) {
        guard let record = paths.find(path) else { return }
        let index = Int(paths[record].transport)
        transports[index].connection.closed(path)
        forget(record, at: now)
        takeEvents(of: index, at: now)
    }
}
