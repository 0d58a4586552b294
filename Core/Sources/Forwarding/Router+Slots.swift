import RTP
public import Units
import Wire

// M-lines that clients receive on, and what they show.
extension Router {
    /// Shows a source in a slot, or nothing. Does nothing when the slot is none. A source that does not send yet is
    /// shown as soon as it does; one of another kind never.
    public mutating func assign(_ slot: Track, to source: Track?, at now: Timestamp) {
        self.now = now
        guard let peer = find(slot.transport), let place = self.slot(peer, slot.line) else { return }
        fanOut.stop()
        slots[place].wanted = source
        guard let source, let publisher = find(source.transport),
            let publication = publication(publisher, source.line)
        else { return unsubscribe(place) }
        subscribe(place, to: publication)
    }

    /// Holds a source back from everybody, for example because a moderator muted it. Kept for a publication that is not
    /// there yet.
    public mutating func pause(_ source: Track, _ isPaused: Bool, at now: Timestamp) {
        self.now = now
        guard let peer = find(source.transport), Int(source.line) < Limits.lines else { return }
        let bit: UInt64 = 1 << UInt64(source.line)
        peers[peer].pausedLines = isPaused ? peers[peer].pausedLines | bit : peers[peer].pausedLines & ~bit
        guard let publication = publication(peer, source.line), publications[publication].isPaused != isPaused else {
            return
        }
        fanOut.stop()
        publications[publication].isPaused = isPaused
        let range = publications[publication].subscribers
        for index in 0..<Int(range.count) {
            let slot = subscribers.slot(range, index)
            slots[slot].stream = -1
            if !isPaused { wantKeyFrame(slot) }
        }
    }

    /// Makes, changes or ends the slot of a line.
    mutating func update(_ peer: Int, _ line: UInt8, slot parameters: MediaParameters?) {
        let known = slot(peer, line)
        guard let parameters, let sources = parameters.slot, parameters.kind != .none, !parameters.formats.isEmpty
        else {
            if let known { end(slot: known) }
            return
        }
        let isAudio = parameters.kind == .audio
        if let known {
            if slots[known].ssrc == sources.ssrc, slots[known].repair == sources.repairSSRC,
                slots[known].isAudio == isAudio
            {
                configure(slot: known, parameters)
                return
            }
            end(slot: known)
        }
        let new = slotPlaces.take()
        if new >= slots.count { slots.grow(to: new &* 2, with: Slot()) }
        slots[new] = Slot()
        slots[new].peer = Int32(truncatingIfNeeded: peer)
        slots[new].line = line
        slots[new].isAudio = isAudio
        slots[new].clockRate = isAudio ? 48_000 : 90_000
        slots[new].ssrc = sources.ssrc
        slots[new].repair = sources.repairSSRC
        // In the lower half: a receiver that misses the first packets must not take the wrong turn (SRTP's index).
        slots[new].highest = Int64(draw() & 0x7FFF)
        slots[new].repairSequence = UInt16(truncatingIfNeeded: draw() & 0x7FFF)
        slots[new].timestamp = RTPTimestamp(UInt32(truncatingIfNeeded: draw()))
        slots[new].pictureID = UInt16(truncatingIfNeeded: draw() & 0x7FFF)
        slots[new].next = peers[peer].firstSlot
        peers[peer].firstSlot = Int32(truncatingIfNeeded: new)
        reserveKeys(2)
        _ = keys.insert(new, for: KeyTable.key(.slot, of: peer, sources.ssrc.rawValue))
        if let repair = sources.repairSSRC {
            _ = keys.insert(new, for: KeyTable.key(.slot, of: peer, repair.rawValue))
        }
        configure(slot: new, parameters)
    }

    /// The slot of a line.
    mutating func slot(_ peer: Int, _ line: UInt8) -> Int? {
        var index = Int(peers[peer].firstSlot)
        while index >= 0 {
            if slots[index].line == line { return index }
            index = Int(slots[index].next)
        }
        return nil
    }

    mutating func end(slot: Int) {
        let peer = Int(slots[slot].peer)
        unsubscribe(slot)
        if slots[slot].records >= 0 { sentPlaces.give(Int(slots[slot].records)) }
        keys.remove(KeyTable.key(.slot, of: peer, slots[slot].ssrc.rawValue))
        if let repair = slots[slot].repair { keys.remove(KeyTable.key(.slot, of: peer, repair.rawValue)) }
        if Int(peers[peer].reportSlot) == slot { peers[peer].reportSlot = slots[slot].next }
        if Int(peers[peer].firstSlot) == slot {
            peers[peer].firstSlot = slots[slot].next
        } else {
            var before = Int(peers[peer].firstSlot)
            while before >= 0, Int(slots[before].next) != slot { before = Int(slots[before].next) }
            if before >= 0 { slots[before].next = slots[slot].next }
        }
        slots[slot].peer = -1
        slotPlaces.give(slot)
    }

    mutating func subscribe(_ slot: Int, to publication: Int) {
        guard publications[publication].isAudio == slots[slot].isAudio else { return unsubscribe(slot) }
        guard Int(slots[slot].publication) != publication else { return }
        unsubscribe(slot)
        slots[slot].publication = Int32(truncatingIfNeeded: publication)
        slots[slot].sourceType = 0xFF
        subscribers.add(slot, to: publication, of: &publications)
        makeCacheWhenWanted(publication)
        wantKeyFrame(slot)
    }

    mutating func unsubscribe(_ slot: Int) {
        let publication = Int(slots[slot].publication)
        guard publication >= 0 else { return }
        subscribers.remove(slot, from: &publications[publication].subscribers)
        slots[slot].publication = -1
        slots[slot].stream = -1
    }

    private mutating func configure(slot: Int, _ parameters: MediaParameters) {
        slots[slot].formats = FormatTable(parameters.formats)
        slots[slot].extensions = parameters.extensions
        slots[slot].mid = parameters.mid
        slots[slot].sourceType = 0xFF
        guard slots[slot].records < 0, slots[slot].formats.usesNACK, slots[slot].repair != nil else { return }
        let block = sentPlaces.take()
        let needed = (block &+ 1) &* Limits.sentPackets
        if needed > sent.count { sent.grow(to: max(needed, sent.count &+ sent.count / 2), with: SentPacket()) }
        for index in (block &* Limits.sentPackets)..<needed { sent[index] = SentPacket() }
        slots[slot].records = Int32(truncatingIfNeeded: block)
    }
}
