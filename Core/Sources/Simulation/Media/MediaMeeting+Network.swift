import PacketStore
import SFU
import Units

// How datagrams get from clients to the unit and back.
extension MediaMeeting {
    /// One step of time.
    func advance() {
        now = now + Self.step
        for member in members {
            control(member)
            if member.isHere, !member.client.isEstablished, now > member.retry { startAnew(member) }
        }
        for member in members { send(member) }
        for member in members { deliverUp(member) }
        if let due = unit.nextDeadline, due <= now { unit.handleTimeout(at: now, &slab) }
        finishRound()
        for member in members where member.isHere { deliverDown(member) }
    }

    /// What the unit has to send and to say.
    func finishRound() {
        unit.finish(at: now, &slab)
        var queue = unit.takeOutgoing(&slab)
        var slot = queue.first
        while slot != PacketSlab.none {
            sendDown(slot)
            slot = slab[slot].next
        }
        slab.empty(&queue)
        while let event = unit.nextEvent() { hear(event) }
    }

    /// What a client has to send.
    private func send(_ member: MeetingMember) {
        guard member.isHere else { return }
        while true {
            var span = buffer.mutableSpan
            guard let (path, count) = member.client.poll(at: now, into: &span) else { return }
            // From an address that is gone nothing goes.
            guard path.client == member.address else { continue }
            let seen = FiveTuple(client: member.outside, server: path.server, transport: .udp)
            member.up.send(buffer.span.extracting(..<count), on: seen, at: now)
        }
    }

    private func deliverUp(_ member: MeetingMember) {
        while let datagram = member.up.next(at: now) {
            note(datagram.bytes.span, UInt64(member.number))
            guard let slot = slab.take() else {
                violate("no slot is left")
                return
            }
            slab[slot].start = Int32(PacketSlab.headRoom)
            slab[slot].count = Int32(datagram.bytes.count)
            var room = unsafe slab.packet(slot).mutableSpan
            for index in datagram.bytes.indices { room[index] = datagram.bytes[index] }
            unit.receive(slot, on: datagram.path, via: OutletID(rawValue: 1), at: now, &slab)
        }
    }

    private func sendDown(_ slot: SlotIndex) {
        let bytes = unsafe slab.packet(slot)
        note(unsafe bytes.span, 0)
        if unsafe !audit.admits(bytes.span) { violate("an SRTP index was used twice") }
        let destination = slab[slot].destination
        // Whoever has the address now: the one before may not be here any more.
        guard let member = members.last(where: { $0.isHere && $0.outside == destination }) else { return }
        let path = FiveTuple(client: member.address, server: Self.server, transport: .udp)
        unsafe member.down.send(bytes.span, on: path, at: now)
    }

    private func deliverDown(_ member: MeetingMember) {
        while let datagram = member.down.next(at: now) {
            guard datagram.path.client == member.address else { continue }
            var bytes = datagram.bytes
            var span = bytes.mutableSpan
            member.client.receive(&span, on: datagram.path, at: now)
        }
    }

    /// Signatures of handshakes have lengths of their own, so those do not count.
    private func note(_ bytes: Span<UInt8>, _ way: UInt64) {
        let isHandshake = bytes.count > 0 && (20...63).contains(bytes[0])
        trace(now.nanoseconds, way, isHandshake ? 0 : UInt64(bytes.count))
    }
}
