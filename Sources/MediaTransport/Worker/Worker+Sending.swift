import PacketStore
import Units
import Wire

/// The sockets and connections that have something to send, in the order in which they got it.
struct OutletList: ~Copyable {
    private var tokens: FlatArray<Token>
    private(set) var count = 0

    init(capacity: Int) { tokens = FlatArray(repeating: Token(.inbox, 0), count: capacity) }

    /// How many more it can take before it is emptied. What was closed in this round still has its place.
    var room: Int { tokens.count &- count }

    subscript(index: Int) -> Token { tokens[index] }

    mutating func append(_ token: Token) {
        tokens[count] = token
        count &+= 1
    }

    mutating func removeAll() { count = 0 }
}

extension Worker {
    /// Makes room for so many packets, each of which may queue one more: sends what waits when there is too little. To be
    /// called before packets are taken from anywhere.
    mutating func makeRoom(for packets: Int) {
        guard slab.available < packets || outlets.room < packets else { return }
        queueForwards()
        flush()
    }

    /// Queues a packet at the socket or connection it leaves by; it goes at the end of the round.
    mutating func enqueue(_ slot: SlotIndex, on outlet: Token) {
        let index = Int(outlet.index)
        switch outlet.kind {
        case .media:
            if media[index].queue.isEmpty { outlets.append(outlet) }
            slab.append(slot, to: &media[index].queue)
        case .stream where streams.isCurrent(outlet):
            if streams[index].queue.isEmpty { outlets.append(outlet) }
            slab.append(slot, to: &streams[index].queue)
        case .relay where relays.isCurrent(outlet):
            if relays[index].queue.isEmpty { outlets.append(outlet) }
            slab.append(slot, to: &relays[index].queue)
        case .stream, .relay, .inbox, .listener, .inside: slab.give(back: slot)  // closed meanwhile
        }
    }

    /// Sends everything that is queued. All slots but those that wait for input are free then.
    mutating func flush() {
        for each in 0..<outlets.count {
            let outlet = outlets[each]
            let index = Int(outlet.index)
            switch outlet.kind {
            case .media: sender.send(&media[index].queue, on: media[index].socket, &slab, &counters)
            case .stream where streams.isCurrent(outlet): write(index)
            case .relay where relays.isCurrent(outlet):
                sender.send(&relays[index].queue, on: relays[index].socket, &slab, &counters)
            case .stream, .relay, .inbox, .listener, .inside: break  // closed meanwhile, and its queue with it
            }
        }
        outlets.removeAll()
    }
}
