import RTP
import Units
import Wire

// Packets that are sent out of turn: retransmissions that subscribers asked for (media checklist, 19), and what came too
// early at a switch.
extension Router {
    /// A subscriber asks for one of his packets again. Refused within a round trip of the last time, beyond the budget,
    /// and when it is not there any more.
    mutating func askedForRepeat(_ number: SequenceNumber, _ slot: Int) {
        counters.asked &+= 1
        guard slots[slot].records >= 0, slots[slot].repairType != nil else { return counters.count(.noRepair) }
        let peer = Int(slots[slot].peer)
        guard peers[peer].isConnected, let place = sentRecord(number, slot),
            let packet = cached(sourceNumber(place, slot), of: Int(slots[slot].publication))
        else { return counters.count(.notCached) }
        let clock = UInt16(truncatingIfNeeded: now.nanoseconds / 1_000_000)
        if sent[place].state == .repeated {
            let passed = Int64(clock &- sent[place].repeated)
            guard .milliseconds(passed) >= peers[peer].roundTrip else { return counters.count(.repeatedNACK) }
        }
        let cost = Int64(40 &+ Int(cache[packet].payloadCount)) &* Limits.mediaPerRepeat
        guard peers[peer].repeatCredit >= cost else { return counters.count(.retransmissionBudget) }
        let repetition = PendingRepeat(
            slot: Int32(truncatingIfNeeded: slot),
            number: Int64(number.rawValue),
            isFirst: false
        )
        guard push(repetition) else { return counters.count(.retransmissionBudget) }
        peers[peer].repeatCredit &-= cost
        sent[place].state = .repeated
        sent[place].repeated = clock
    }

    /// Puts a packet in line; false when too many wait.
    @discardableResult
    mutating func push(_ repetition: PendingRepeat) -> Bool {
        guard repeatCount < Limits.pendingRepeats else { return false }
        repeats[(firstRepeat &+ repeatCount) & (Limits.pendingRepeats &- 1)] = repetition
        repeatCount &+= 1
        return true
    }

    mutating func nextRepeat(into room: inout MutableSpan<UInt8>) -> Forward? {
        while repeatCount > 0 {
            let next = repeats[firstRepeat]
            firstRepeat = (firstRepeat &+ 1) & (Limits.pendingRepeats &- 1)
            repeatCount &-= 1
            let slot = Int(next.slot)
            // All that it names may have gone meanwhile.
            guard slots[slot].peer >= 0, isCurrent(slot), peers[Int(slots[slot].peer)].isConnected else { continue }
            let forward = next.isFirst ? sendFirst(next, into: &room) : sendAgain(next, into: &room)
            if let forward { return forward }
        }
        return nil
    }

    private mutating func sendFirst(_ next: PendingRepeat, into room: inout MutableSpan<UInt8>) -> Forward? {
        let slot = Int(next.slot)
        let stream = Int(slots[slot].stream)
        guard next.number >= slots[slot].firstSource,
            let place = cached(next.number, of: Int(slots[slot].publication)),
            let compacted = streams[stream].compactor.compact(next.number),
            cache[place].payloadType == slots[slot].sourceType
        else { return nil }
        return send(cache[place], next.number, compacted: compacted, to: slot, into: &room)
    }

    private mutating func sendAgain(_ next: PendingRepeat, into room: inout MutableSpan<UInt8>) -> Forward? {
        let slot = Int(next.slot)
        let number = SequenceNumber(UInt16(truncatingIfNeeded: next.number))
        guard slots[slot].records >= 0, slots[slot].repairType != nil, let place = sentRecord(number, slot),
            let packet = cached(sourceNumber(place, slot), of: Int(slots[slot].publication)),
            let forward = write(cache[packet], sent[place], to: slot, isRepeat: true, into: &room)
        else { return refuse(.notCached) }
        counters.forwarded &+= 1
        counters.retransmitted &+= 1
        return forward
    }

    /// Where the record of a number stands that was sent since the slot began with its stream.
    private mutating func sentRecord(_ number: SequenceNumber, _ slot: Int) -> Int? {
        guard isCurrent(slot) else { return nil }
        let own = number.extended(near: slots[slot].highest)
        guard own >= slots[slot].first, own <= slots[slot].highest else { return nil }
        let place = sentPlace(number.rawValue, slot)
        return sent[place].state != .free && sent[place].number == number.rawValue ? place : nil
    }

    /// Whether the slot's numbers are those of the stream it shows.
    private mutating func isCurrent(_ slot: Int) -> Bool {
        slots[slot].publication >= 0 && slots[slot].stream >= 0
            && slots[slot].epoch == streams[Int(slots[slot].stream)].epoch
    }

    /// The extended number of the source's packet that a record names.
    private mutating func sourceNumber(_ place: Int, _ slot: Int) -> Int64 {
        let highest = streams[Int(slots[slot].stream)].window.highest
        let step = Int32(bitPattern: sent[place].source &- UInt32(truncatingIfNeeded: highest))
        return highest &+ Int64(step)
    }
}
