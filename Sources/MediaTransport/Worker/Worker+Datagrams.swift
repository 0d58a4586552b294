import Glibc
import PacketStore
import STUN
import TURN
import Units
import Wire

/// A UDP socket of the media port in its worker's table.
struct MediaSocket: BitwiseCopyable {
    let socket: DatagramSocket
    /// What it is bound to; the address may stand for all of them.
    let bound: TransportAddress
    /// What goes out at the end of the round.
    var queue = SlotQueue()

    /// What a place of the table holds before its socket.
    static var closed: MediaSocket {
        MediaSocket(
            socket: DatagramSocket(descriptor: -1, version: .v4, namesSource: false),
            bound: TransportAddress(IPAddress(v4: 0), port: 0)
        )
    }
}

extension MediaSocket {
    init(_ planned: WorkerPlan.Socket) {
        socket = DatagramSocket(descriptor: planned.descriptor.number, version: planned.version, namesSource: true)
        bound = planned.bound
    }
}

extension Worker {
    /// Takes a batch from a UDP socket of the media port.
    mutating func receive(onMedia index: Int) {
        makeRoom(for: Limits.batch)
        let count = receiver.receive(media[index].socket.descriptor, atMost: Limits.batch, &slab)
        guard count > 0 else { return countReceiveError(-count) }
        counters.datagramsReceived &+= UInt64(count)
        let bound = media[index].bound
        for each in 0..<count {
            guard let client = receiver.source(each), let local = receiver.local(each),
                let slot = receiver.take(each, &slab)
            else {
                counters.tooLong &+= 1
                continue
            }
            let server = TransportAddress(local, port: bound.port)
            let path = FiveTuple(client: client, server: server, transport: .udp)
            process(slot, from: Origin(path: path, outlet: Token(.media, index)))
        }
    }

    /// Counts why nothing was received; `number` is an errno, or 0.
    mutating func countReceiveError(_ number: Int) {
        // Reported for a datagram sent before, or nothing at all: the next round asks again.
        guard number != 0, number != EAGAIN, number != EINTR else { return }
        counters.receiveErrors &+= 1
    }

    /// Gives a packet of a client to its protocol, which takes the slot.
    mutating func process(_ slot: SlotIndex, from origin: Origin) {
        let packet = unsafe slab.packet(slot)
        guard packet.count > 1 else {
            counters.unknownProtocol &+= 1
            return slab.give(back: slot)
        }
        switch PacketKind(firstByte: unsafe packet[0]) {
        case .stun:
            let wire = unsafe UInt16(packet[0]) << 8 | UInt16(packet[1])
            if let type = MessageType(wire: wire), type.method == .binding {
                receiveBinding(slot, type.class, from: origin)
            } else {
                relay(slot, from: origin)
            }
        case .channelData: relay(slot, from: origin)
        case .sfu: receiveMedia(slot, from: origin)
        case .unknown:
            counters.unknownProtocol &+= 1
            slab.give(back: slot)
        }
    }

    /// STUN's own Binding. One with USERNAME is a check of ICE, and ICE's alone to answer.
    mutating func answerBinding(_ slot: SlotIndex, from origin: Origin) {
        let request = unsafe slab.packet(slot)
        var room = unsafe slab.room(answerSlot).mutableSpan
        let source = origin.path.client
        let count =
            origin.path.transport.isStream
            ? unsafe streamSTUN.answer(request.span, from: source, into: &room, now: now)
            : unsafe stun.answer(request.span, from: source, into: &room, now: now)
        slab.give(back: slot)
        guard let count else { return counters.bindingsIgnored &+= 1 }
        counters.bindingsAnswered &+= 1
        sendAnswer(count, to: origin)
    }

    /// Sends the first bytes of the answer slot back to where a packet came from.
    mutating func sendAnswer(_ count: Int, to origin: Origin) {
        guard let next = slab.take() else { return counters.socketFull &+= 1 }
        let slot = answerSlot
        answerSlot = next
        slab[slot].start = Int32(PacketSlab.headRoom)
        slab[slot].count = Int32(count)
        slab[slot].isDatagram = false
        slab[slot].destination = origin.path.client
        slab[slot].source = origin.path.server.address
        enqueue(slot, on: origin.outlet)
    }
}
