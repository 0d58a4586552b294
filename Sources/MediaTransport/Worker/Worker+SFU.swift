import ICE
import PacketStore
import SFU
import STUN
import TURN
import Units

/// The SFU's packets: from clients to the worker that has their link, and from the forwarding unit to the sockets.
extension Worker {
    /// A Binding is a check of ICE when it names a link; an answer is one to a check of ours.
    mutating func receiveBinding(_ slot: SlotIndex, _ kind: MessageType.Class, from origin: Origin) {
        guard kind == .request else { return receiveMedia(slot, from: origin) }
        guard let fragment = unsafe ForwardingUnit.fragment(in: slab.packet(slot).span) else {
            return answerBinding(slot, from: origin)
        }
        give(slot, from: origin, to: Int(fragment.worker))
    }

    /// DTLS, SRTP and answers belong to whoever has the path.
    mutating func receiveMedia(_ slot: SlotIndex, from origin: Origin) {
        counters.forSFU &+= 1
        give(slot, from: origin, to: routes.worker(of: origin.path) ?? plan.index)
    }

    private mutating func give(_ slot: SlotIndex, from origin: Origin, to worker: Int) {
        let outlet = OutletID(rawValue: origin.outlet.raw)
        if worker == plan.index { return giveToSFU(slot, on: origin.path, via: outlet) }
        // Connections move to the worker that they belong to with their first message.
        guard worker < plan.shared.mailboxes.count, origin.outlet.kind != .stream else {
            counters.bindingsIgnored &+= 1
            return slab.give(back: slot)
        }
        handOver(slot, HandOver(target: nil, path: origin.path, outlet: outlet), to: worker)
    }

    /// Gives a packet to this worker's forwarding unit, with room for what it makes of it.
    mutating func giveToSFU(_ slot: SlotIndex, on path: FiveTuple, via outlet: OutletID) {
        makeRoom(for: Limits.forwardingReserve)
        sfu.receive(slot, on: path, via: outlet, at: now, &slab)
    }

    /// A relay's client talks to the SFU: the packet never leaves the process. Nothing but the SFU can be reached this way.
    mutating func relayToSFU(_ slot: SlotIndex, from id: RelayID, to peer: TransportAddress) {
        let packet = unsafe slab.packet(slot)
        guard let index = relays.index(of: id), packet.count > 1 else { return slab.give(back: slot) }
        let path = FiveTuple(client: relays[index].relayed, server: peer, transport: .udp)
        let origin = Origin(path: path, outlet: Token(.inside, 0))
        switch PacketKind(firstByte: unsafe packet[0]) {
        case .sfu: receiveMedia(slot, from: origin)
        case .stun:
            let wire = unsafe UInt16(packet[0]) << 8 | UInt16(packet[1])
            if let type = MessageType(wire: wire), type.method == .binding, type.class != .request {
                receiveMedia(slot, from: origin)
            } else if let fragment = unsafe ForwardingUnit.fragment(in: packet.span) {
                give(slot, from: origin, to: Int(fragment.worker))
            } else {
                counters.ownPortClosed &+= 1
                slab.give(back: slot)
            }
        case .channelData, .unknown:
            counters.ownPortClosed &+= 1
            slab.give(back: slot)
        }
    }

    /// Ends a round of the SFU: timers, what rooms have gathered, what goes out, what there is to tell.
    mutating func finishForwarding() {
        if let due = sfu.nextDeadline, due <= now { sfu.handleTimeout(at: now, &slab) }
        sfu.finish(at: now, &slab)
        queueForwards()
        while let event = sfu.nextEvent() { tell(event) }
    }

    /// Puts what the SFU wants to send into the queues of the sockets.
    mutating func queueForwards() {
        var queue = sfu.takeOutgoing(&slab)
        var slot = queue.first
        queue = SlotQueue()
        while slot != PacketSlab.none {
            let next = slab[slot].next
            send(slot)
            slot = next
        }
    }

    private mutating func send(_ slot: SlotIndex) {
        guard let outlet = Token(slab[slot].outlet.rawValue) else { return slab.give(back: slot) }
        switch outlet.kind {
        case .inside: sendInside(slot)
        case .stream:
            // RFC 4571: the length goes before each packet. There is room for it.
            let count = Int(slab[slot].count)
            slab[slot].start &-= Int32(FramedPacket.headerLength)
            slab[slot].count &+= Int32(FramedPacket.headerLength)
            var bytes = unsafe slab.packet(slot).mutableSpan
            guard FramedPacket.writeHeader(for: count, to: &bytes) else { return slab.give(back: slot) }
            enqueue(slot, on: outlet)
        default: enqueue(slot, on: outlet)
        }
    }

    /// To a client that uses one of our own relays.
    private mutating func sendInside(_ slot: SlotIndex) {
        let from = TransportAddress(slab[slot].source, port: plan.shared.mediaPort)
        let relayed = slab[slot].destination
        guard let target = ports.relay(at: relayed.port),
            target.id.family == Families(IPVersion(of: relayed.address))
        else { return slab.give(back: slot) }
        if target.worker == plan.index {
            counters.relayedInProcess &+= 1
            deliver(slot, from: from, to: target.id)
        } else {
            handOver(slot, from: from, to: target)
        }
    }

    private mutating func tell(_ event: SFUEvent) {
        switch event {
        case .opened(let way): announce(way, worker: plan.index)
        case .closed(let way): announce(way, worker: nil)
        default: plan.shared.onEvent(event)
        }
    }

    /// Tells the other workers where packets of a path belong. Those of a connection come to this one anyway.
    private func announce(_ way: ClientPath, worker: Int?) {
        guard !way.path.transport.isStream else { return }
        for other in 0..<plan.shared.mailboxes.count where other != plan.index {
            plan.shared.mailboxes[other].post(.route(way.path, worker: worker))
        }
    }
}
