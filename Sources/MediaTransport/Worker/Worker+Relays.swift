import CLinux
import Glibc
import PacketStore
import TURN
import Units
import Wire

/// Relay sockets: opened for an Allocate, closed with their allocation.
extension Worker {
    /// Opens what an Allocate asks for and answers it.
    mutating func open(_ request: RelayRequest, for origin: Origin) {
        guard plan.shared.ledger.admit(request.user, at: request.path.client.address) else {
            return refuse(request, .quotaReached, for: origin)
        }
        switch sockets(for: request) {
        case .failure(let refusal):
            plan.shared.ledger.release(request.user, at: request.path.client.address)
            refuse(request, refusal.why, for: origin)
        case .success(let opened): answer(request, opened, for: origin)
        }
    }

    /// Puts the sockets to use and sends the success.
    private mutating func answer(_ request: RelayRequest, _ opened: OpenedSockets, for origin: Origin) {
        for socket in opened.sockets { add(socket, request, for: origin) }
        if origin.outlet.kind == .stream { streams[Int(origin.outlet.index)].allocations += 1 }
        var room = unsafe slab.room(answerSlot).mutableSpan
        guard let count = turn.opened(request, opened.relays, at: now, into: &room) else {
            return close(request.id, .both, request.user, request.path, isLast: true)
        }
        sendAnswer(count, to: origin)
    }

    private mutating func refuse(_ request: RelayRequest, _ why: RelayRefusal, for origin: Origin) {
        switch why {
        case .quotaReached: counters.quotaRefusals &+= 1
        case .insufficientCapacity: counters.capacityRefusals &+= 1
        case .familyNotSupported: counters.familyRefusals &+= 1
        }
        var room = unsafe slab.room(answerSlot).mutableSpan
        guard let count = turn.refused(request, why, into: &room) else { return }
        sendAnswer(count, to: origin)
    }

    /// Gives an open socket its place, port and events.
    private mutating func add(_ socket: RelaySocket, _ request: RelayRequest, for origin: Origin) {
        let id = request.id.relay(Families(socket.version))
        let descriptor = socket.descriptor.release()
        let relay = Relay(
            id: id,
            socket: DatagramSocket(descriptor: descriptor, version: socket.version, namesSource: false),
            relayed: relayedAddress(of: socket),
            client: origin.outlet,
            queue: SlotQueue()
        )
        relays.open(relay, id)
        plan.shared.ports.set(socket.port, RelayPlace(worker: plan.index, id: id))
        // Without events (no memory in the kernel) it hears no peer; it lives as long as any other.
        try? poll.add(descriptor, relays.token(of: id))
    }

    /// Closes what has ended.
    mutating func closeEnded() {
        while let ended = turn.nextClosed() {
            close(ended.id, ended.families, ended.user, ended.path, isLast: ended.isLast)
        }
    }

    private mutating func close(
        _ id: AllocationID,
        _ families: Families,
        _ user: UserKey,
        _ path: FiveTuple,
        isLast: Bool
    ) {
        var client: Token?
        for family in [Families.v4, .v6] where families.contains(family) {
            guard let index = relays.index(of: id.relay(family)) else { continue }
            client = relays[index].client
            let port = relays[index].relayed.port
            slab.empty(&relays[index].queue)
            plan.shared.ports.clear(port)
            relays.remove(index)
            plan.shared.ledger.free(port)
        }
        guard isLast else { return }
        plan.shared.ledger.release(user, at: path.client.address)
        if let client, client.kind == .stream, streams.isCurrent(client) {
            streams[Int(client.index)].allocations -= 1
            // What it has left is the time of any other connection.
            streams[Int(client.index)].lastMessage = now
        }
    }

    /// Lets go of ports that nobody came for.
    mutating func expireReservations() {
        guard holdsReservations else { return }
        plan.shared.ledger.expire(at: now)
        holdsReservations = plan.shared.ledger.holdsAny
    }
}
