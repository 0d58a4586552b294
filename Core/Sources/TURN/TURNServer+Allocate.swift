import STUN
public import Units

/// Creating an allocation (RFC 8656 §7).
extension TURNServer {
    /// The checks of RFC 8656 §7.2 under their numbers.
    mutating func receiveAllocate(
        _ request: Request,
        _ bytes: Span<UInt8>,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        // 1. The sender is known, its credential has not run out and was not taken back.
        let sender: Sender
        switch authenticate(request, bytes) {
        case .refused(let code): return challenge(code, request, &room)
        case .valid(let valid): sender = valid
        }
        guard request.wall <= sender.expiry, !revocations.contains(sender.user, expiry: sender.expiry) else {
            return challenge(.unauthenticated, request, &room)
        }
        // 2. The 5-tuple is free; but the answer may have been lost, and one that has run out is none.
        if let index = store.find(request.path), store.allocations[index].state == .live,
            store.allocations[index].live(at: request.now).isEmpty
        {
            close(index, .both)
        }
        if let index = store.find(request.path) { return repeatAllocate(index, request, sender, &room) }
        // 3. to 9.
        let wish: AllocateWish
        switch AllocateWish.read(request, bytes) {
        case .refused(let code): return refuse(code, request, sender, &room)
        case .wish(let read): wish = read
        }
        // 10. Quotas of users and addresses are the shell's, for they count over all workers.
        guard
            let index = store.open(request.path, user: sender.user, until: request.now + limits.opening)
        else { return refuse(.insufficientCapacity, request, sender, &room) }
        store.allocations[index].username = sender.username
        store.allocations[index].key = sender.key
        store.allocations[index].integrity = sender.integrity
        store.allocations[index].transaction = request.message.transactionID
        store.allocations[index].hasFingerprint = request.fields.hasFingerprint
        store.allocations[index].lifetime = seconds(granted: wish.lifetime)
        return .open(
            RelayRequest(
                id: store.id(index),
                user: sender.user,
                path: request.path,
                families: wish.families,
                isEvenPort: wish.isEvenPort,
                reservesNext: wish.reservesNext,
                reservation: wish.reservation
            )
        )
    }

    /// An Allocate on a 5-tuple that has an allocation: the same transaction gets the same answer, another 437.
    private mutating func repeatAllocate(
        _ index: Int,
        _ request: Request,
        _ sender: Sender,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        guard store.allocations[index].transaction == request.message.transactionID,
            store.allocations[index].username == sender.username
        else { return refuse(.allocationMismatch, request, sender, &room) }
        // The answer is on its way when the shell has opened the sockets.
        guard store.allocations[index].state == .live else { return .nothing }
        guard let count = writeAllocated(index, &room) else { return drop(.noRoom) }
        return .reply(count: count)
    }

    /// The time-to-expiry: what was asked for, not less than the standard and not more than the longest.
    func seconds(granted wanted: UInt32?) -> UInt32 {
        let longest = UInt32(clamping: limits.longestLifetime.wholeNanoseconds / 1_000_000_000)
        let standard = UInt32(clamping: limits.standardLifetime.wholeNanoseconds / 1_000_000_000)
        return max(standard, min(wanted ?? 0, longest))
    }

    /// The shell opened what `Outcome.open` asked for. Writes the Allocate response, to be sent on `request.path`, and
    /// returns its bytes. Nil: the allocation has ended meanwhile; the shell closes what it opened and gives the quota back
    /// itself, `nextClosed` does not name it.
    public mutating func opened(
        _ request: RelayRequest,
        _ relays: OpenedRelays,
        at now: Timestamp,
        into room: inout MutableSpan<UInt8>
    ) -> Int? {
        guard let index = store.find(request.id), store.allocations[index].state == .opening else { return nil }
        guard room.count >= Self.answerRoom, relays.v4 != nil || relays.v6 != nil else {
            store.forget(index)
            counters.count(.noRoom)
            return nil
        }
        let expires = now + .seconds(Int64(store.allocations[index].lifetime))
        store.allocations[index].state = .live
        store.allocations[index].expiresV4 = expires
        store.allocations[index].expiresV6 = expires
        if let v4 = relays.v4 {
            store.allocations[index].relayedV4 = v4
            store.allocations[index].families.insert(.v4)
        }
        if let v6 = relays.v6 {
            store.allocations[index].relayedV6 = v6
            store.allocations[index].families.insert(.v6)
        }
        store.allocations[index].v6Refusal = relays.v6Refusal
        store.allocations[index].reservation = relays.reservation
        counters.allocated &+= 1
        counters.allocations &+= 1
        return writeAllocated(index, &room)
    }

    /// The shell could not open what `Outcome.open` asked for. Writes the error response, returns its bytes. The allocation
    /// is forgotten; `nextClosed` does not name it. Nil when it was forgotten before.
    public mutating func refused(
        _ request: RelayRequest,
        _ why: RelayRefusal,
        into room: inout MutableSpan<UInt8>
    ) -> Int? {
        guard let index = store.find(request.id), store.allocations[index].state == .opening else { return nil }
        let allocation = store.allocations[index]
        store.forget(index)
        var writer = MessageWriter(MessageType(.error, .allocate), allocation.transaction, to: &room)
        writer.writeErrorCode(why.rawValue, to: &room)
        if let code = TURNErrorCode(rawValue: why.rawValue) { counters.count(code) }
        return Self.finish(&writer, allocation, &room)
    }

    /// The success response of a live allocation, the same as often as it is asked for.
    private mutating func writeAllocated(_ index: Int, _ room: inout MutableSpan<UInt8>) -> Int? {
        let allocation = store.allocations[index]
        var writer = MessageWriter(MessageType(.success, .allocate), allocation.transaction, to: &room)
        if allocation.families.contains(.v4) {
            writer.write(.xorRelayedAddress, xor: allocation.relayedV4, to: &room)
        }
        if allocation.families.contains(.v6) {
            writer.write(.xorRelayedAddress, xor: allocation.relayedV6, to: &room)
        }
        if let why = allocation.v6Refusal {
            // Family, reserved bits, class and number of the code (RFC 8656 §18.12).
            let code = UInt32(why.rawValue / 100) << 8 | UInt32(why.rawValue % 100)
            writer.write(.addressErrorCode, 0x0200_0000 | code, to: &room)
        }
        writer.write(.lifetime, allocation.lifetime, to: &room)
        if let reservation = allocation.reservation { writer.write(.reservationToken, reservation, to: &room) }
        writer.write(.xorMappedAddress, xor: allocation.path.client, to: &room)
        counters.successes &+= 1
        return Self.finish(&writer, allocation, &room)
    }

    private static func finish(
        _ writer: inout MessageWriter,
        _ allocation: Allocation,
        _ room: inout MutableSpan<UInt8>
    ) -> Int? {
        allocation.key.sign(&writer, allocation.integrity, to: &room)
        if allocation.hasFingerprint { writer.writeFingerprint(to: &room) }
        return writer.finish(&room)
    }
}
