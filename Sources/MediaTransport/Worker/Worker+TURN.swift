import PacketStore
import STUN
import TURN
import Units
import Wire

/// TURN's packets: from clients to peers, and back.
extension Worker {
    /// Gives a message of TURN, or ChannelData, to the TURN server and does what it says.
    mutating func relay(_ slot: SlotIndex, from origin: Origin) {
        let bytes = unsafe slab.packet(slot)
        var room = unsafe slab.room(answerSlot).mutableSpan
        switch unsafe turn.receive(bytes.span, from: origin.path, at: now, wall: wall, into: &room) {
        case .nothing: slab.give(back: slot)
        case .reply(let count):
            slab.give(back: slot)
            sendAnswer(count, to: origin)
        case .relay(let id, let peer, let payload, let isOwn, let isAllowed):
            slab[slot].start &+= Int32(payload.lowerBound)
            slab[slot].count = Int32(payload.count)
            if isOwn, peer.port == plan.shared.mediaPort { return relayToSFU(slot, from: id, to: peer) }
            if isOwn { return relayToSelf(slot, from: id, to: peer, isAllowed: isAllowed) }
            send(slot, from: id, to: peer)
        case .open(let request):
            slab.give(back: slot)
            open(request, for: origin)
        }
        closeEnded()
    }

    /// Queues a payload at the relay's socket.
    private mutating func send(_ slot: SlotIndex, from id: RelayID, to peer: TransportAddress) {
        slab[slot].isDatagram = true
        slab[slot].destination = peer
        enqueue(slot, on: relays.token(of: id))
    }

    /// A payload for this machine: to the relay that has the port, in process. To anything else only when the host allows it.
    private mutating func relayToSelf(
        _ slot: SlotIndex,
        from id: RelayID,
        to peer: TransportAddress,
        isAllowed: Bool
    ) {
        let family = Families(IPVersion(of: peer.address))
        guard let target = ports.relay(at: peer.port), target.id.family == family else {
            if isAllowed { return send(slot, from: id, to: peer) }
            counters.ownPortClosed &+= 1
            return slab.give(back: slot)
        }
        guard let index = relays.index(of: id) else { return slab.give(back: slot) }
        let from = relays[index].relayed
        if target.worker == plan.index {
            counters.relayedInProcess &+= 1
            deliver(slot, from: from, to: target.id)
        } else {
            handOver(slot, from: from, to: target)
        }
    }

    /// Gives a payload in a slot to the client of a relay. The slot has head-room before it.
    mutating func deliver(_ slot: SlotIndex, from peer: TransportAddress, to id: RelayID) {
        guard let index = relays.index(of: id) else { return slab.give(back: slot) }
        let start = Int(slab[slot].start)
        let payload = Int(slab[slot].count)
        let base = unsafe slab.base(slot)
        let headRoom = unsafe UnsafeMutableBufferPointer(
            start: base + (start &- TURNServer.headRoom),
            count: TURNServer.headRoom
        )
        var header = unsafe headRoom.mutableSpan
        guard let delivery = turn.received(from: peer, on: id, count: payload, header: &header, at: now) else {
            return slab.give(back: slot)
        }
        for zero in 0..<delivery.trailer { unsafe base[start &+ payload &+ zero] = 0 }
        slab[slot].start = Int32(start &- delivery.header)
        slab[slot].count = Int32(payload &+ delivery.header &+ delivery.trailer)
        slab[slot].isDatagram = true
        slab[slot].destination = delivery.path.client
        slab[slot].source = delivery.path.server.address
        enqueue(slot, on: relays[index].client)
    }

    /// Takes a batch from a relay socket.
    mutating func receive(onRelay index: Int) {
        makeRoom(for: Limits.batch)
        // Flushing may have ended its client's connection.
        guard let id = relays[index].id else { return }
        let count = receiver.receive(relays[index].socket.descriptor, atMost: Limits.relayBatch, &slab)
        guard count > 0 else { return countReceiveError(-count) }
        counters.datagramsReceived &+= UInt64(count)
        for each in 0..<count {
            guard let peer = receiver.source(each), let slot = receiver.take(each, &slab) else {
                counters.tooLong &+= 1
                continue
            }
            deliver(slot, from: peer, to: id)
        }
        closeEnded()
    }
}

/// Packets between two workers.
extension Worker {
    /// Copies a payload to the worker that has the target; it is woken once at the end of the round.
    mutating func handOver(_ slot: SlotIndex, from: TransportAddress, to target: RelayPlace) {
        let path = FiveTuple(client: from, server: from, transport: .udp)
        if handOver(slot, HandOver(target: target.id, path: path, outlet: .none), to: target.worker) {
            counters.relayedInProcess &+= 1
        }
    }

    /// Copies a packet to another worker and gives its slot back; false when that worker has too many waiting.
    @discardableResult
    mutating func handOver(_ slot: SlotIndex, _ what: HandOver, to worker: Int) -> Bool {
        let ring = plan.shared.ring(from: plan.index, to: worker)
        let isTaken = unsafe ring.push(what, slab.packet(slot))
        if isTaken { handedTo[worker] = true } else { counters.handOversFull &+= 1 }
        slab.give(back: slot)
        return isTaken
    }

    /// Delivers what other workers handed over.
    mutating func takeHandOvers() {
        for other in 0..<handedTo.count where other != plan.index {
            let ring = plan.shared.ring(from: other, to: plan.index)
            for _ in 0..<Limits.handOvers {
                makeRoom(for: 2)
                guard let slot = slab.take() else { return }
                guard let packet = unsafe ring.pop(into: slab.room(slot)) else {
                    slab.give(back: slot)
                    break
                }
                slab[slot].start = Int32(PacketSlab.headRoom)
                slab[slot].count = packet.count
                if let relay = packet.target {
                    deliver(slot, from: packet.path.client, to: relay)
                } else {
                    giveToSFU(slot, on: packet.path, via: packet.outlet)
                }
            }
        }
        closeEnded()
    }

    /// Wakes the workers that were handed something in this round.
    mutating func wakeOthers() {
        for other in 0..<handedTo.count where handedTo[other] {
            handedTo[other] = false
            plan.shared.mailboxes[other].wake()
        }
    }
}
