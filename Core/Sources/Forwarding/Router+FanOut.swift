import RTP
import Units
import Wire

// The way of a packet out: one copy for each subscriber, then packets that are sent out of turn.
extension Router {
    /// The next packet to send: copies of the packet just received, and retransmissions. Writes its header into `room`,
    /// which needs `Limits.header` bytes.
    public mutating func nextForward(into room: inout MutableSpan<UInt8>) -> Forward? {
        while fanOut.isActive {
            let range = publications[fanOut.publication].subscribers
            guard fanOut.next < Int(range.count) else {
                fanOut.stop()
                break
            }
            let slot = subscribers.slot(range, fanOut.next)
            fanOut.next &+= 1
            if let forward = copy(to: slot, into: &room) { return forward }
        }
        return nextRepeat(into: &room)
    }

    /// Gives up the copies of the packet just received that were not fetched: for a caller who has nowhere to put them,
    /// before the bytes are another packet's.
    public mutating func dropCopies() { fanOut.stop() }

    /// The packet just received for one slot; nil when it gets none.
    private mutating func copy(to slot: Int, into room: inout MutableSpan<UInt8>) -> Forward? {
        guard peers[Int(slots[slot].peer)].isConnected else { return nil }
        guard slots[slot].sourceType == fanOut.packet.payloadType || match(slot, fanOut.packet.payloadType) else {
            return refuse(.noFormat)
        }
        let stream = fanOut.stream
        if Int(slots[slot].stream) != stream || slots[slot].epoch != streams[stream].epoch {
            guard slots[slot].isAudio || fanOut.packet.isKeyFrameStart else {
                wantKeyFrame(of: stream)
                return nil
            }
            begin(slot)
        }
        guard fanOut.number >= slots[slot].firstSource else { return refuse(.beforeSwitch) }
        return send(fanOut.packet, fanOut.number, compacted: fanOut.compacted, to: slot, into: &room)
    }

    /// Finds what a publisher's payload type is at a subscriber's; false when he has not agreed on that codec.
    private mutating func match(_ slot: Int, _ type: UInt8) -> Bool {
        let publication = Int(slots[slot].publication)
        guard let format = publications[publication].formats.format(type),
            let own = slots[slot].formats.format(of: format.codec)
        else { return false }
        slots[slot].sourceType = type
        slots[slot].ownType = own.payloadType
        slots[slot].repairType = own.repairPayloadType
        slots[slot].clockRate = format.clockRate
        return true
    }

    /// A slot begins with the packet just received: everything goes on from where the slot was. One number is left out
    /// where a frame was cut, so that its rest is missing and not this packet's beginning.
    private mutating func begin(_ slot: Int) {
        let stream = fanOut.stream
        let first = slots[slot].highest &+ (slots[slot].endedFrame || slots[slot].isAudio ? 1 : 2)
        slots[slot].stream = Int32(truncatingIfNeeded: stream)
        slots[slot].epoch = streams[stream].epoch
        slots[slot].firstSource = fanOut.number
        slots[slot].sequenceOffset = first &- fanOut.compacted
        slots[slot].first = first
        slots[slot].timestampOffset = continuedTimestamp(slot) - fanOut.packet.timestamp
        if let id = fanOut.packet.descriptor.pictureID {
            slots[slot].pictureOffset = slots[slot].pictureID &+ 1 &- id
        }
        if let index = fanOut.packet.descriptor.tl0PictureIndex {
            slots[slot].tl0Offset = slots[slot].tl0PictureIndex &+ 1 &- index
        }
        let peer = Int(slots[slot].peer)
        // Soon a report that tells the new source's clock, for lips in sync.
        let soon = now + .milliseconds(50)
        if let due = peers[peer].reportDue, due > soon { peers[peer].reportDue = soon }
        schedule(soon)
        catchUp(slot)
    }

    /// What of the stream came before the packet that the slot begins with, but follows it: sent after it.
    private mutating func catchUp(_ slot: Int) {
        let publication = fanOut.publication
        var number = fanOut.number &+ 1
        while number <= streams[fanOut.stream].window.highest {
            if cached(number, of: publication) != nil {
                push(PendingRepeat(slot: Int32(truncatingIfNeeded: slot), number: number, isFirst: true))
            }
            number &+= 1
        }
    }

    /// The timestamp a slot goes on with: as much later as time has passed, a frame at least.
    private mutating func continuedTimestamp(_ slot: Int) -> RTPTimestamp {
        guard let last = slots[slot].lastSent else { return slots[slot].timestamp }
        // An hour is less than half a turn of a 90 kHz clock.
        let passed = min((now - last).wholeNanoseconds, 3_600_000_000_000) / 1_000
        let ticks = Int(passed &* UInt64(slots[slot].clockRate) / 1_000_000)
        return slots[slot].timestamp + max(ticks, frame(slot))
    }

    /// Ticks of the shortest frame that is likely: 20 ms of sound, a 30th of a second of picture.
    private mutating func frame(_ slot: Int) -> Int { Int(slots[slot].clockRate) / (slots[slot].isAudio ? 50 : 30) }

    /// Sends a packet of the source under a number it was not sent with before.
    mutating func send(
        _ packet: CachedPacket,
        _ number: Int64,
        compacted: Int64,
        to slot: Int,
        into room: inout MutableSpan<UInt8>
    ) -> Forward? {
        let own = compacted &+ slots[slot].sequenceOffset
        guard own >= slots[slot].first else { return refuse(.beforeSwitch) }
        var record = SentPacket()
        record.source = packet.source
        record.number = UInt16(truncatingIfNeeded: own)
        record.timestamp = packet.timestamp + slots[slot].timestampOffset
        if own > slots[slot].highest, record.timestamp - slots[slot].timestamp < 0 {
            // The source's clock went back: the slot's does not. What comes late from before the jump is of no use.
            slots[slot].timestampOffset = continuedTimestamp(slot) - packet.timestamp
            slots[slot].firstSource = number
            // Its last report is of the clock before the jump.
            streams[Int(slots[slot].stream)].report = nil
            record.timestamp = packet.timestamp + slots[slot].timestampOffset
        }
        record.pictureID = ((packet.descriptor.pictureID ?? 0) &+ slots[slot].pictureOffset) & 0x7FFF
        record.tl0PictureIndex = (packet.descriptor.tl0PictureIndex ?? 0) &+ slots[slot].tl0Offset
        record.state = .sent
        guard let forward = write(packet, record, to: slot, isRepeat: false, into: &room) else {
            return refuse(.noRoom)
        }
        note(packet, record, own, forward, slot)
        return forward
    }

    /// Keeps the slot's books on a packet that leaves.
    private mutating func note(
        _ packet: CachedPacket,
        _ record: SentPacket,
        _ own: Int64,
        _ forward: Forward,
        _ slot: Int
    ) {
        if own > slots[slot].highest {
            slots[slot].highest = own
            slots[slot].timestamp = record.timestamp
            slots[slot].endedFrame = packet.marker
            slots[slot].lastSent = now
            if packet.descriptor.pictureID != nil { slots[slot].pictureID = record.pictureID }
            if packet.descriptor.tl0PictureIndex != nil { slots[slot].tl0PictureIndex = record.tl0PictureIndex }
        }
        if packet.isKeyFrameStart { slots[slot].keyFrameSent = now }
        slots[slot].packets &+= 1
        slots[slot].octets &+= UInt32(truncatingIfNeeded: forward.prefixCount &+ forward.payload.count)
        let peer = Int(slots[slot].peer)
        let limit = 2 &* Limits.repeatBudget &* Limits.mediaPerRepeat
        peers[peer].repeatCredit = min(limit, peers[peer].repeatCredit &+ Int64(forward.length))
        if slots[slot].records >= 0 { sent[sentPlace(record.number, slot)] = record }
        counters.forwarded &+= 1
    }

    /// Where the record of an own number stands.
    mutating func sentPlace(_ number: UInt16, _ slot: Int) -> Int {
        Int(slots[slot].records) &* Limits.sentPackets &+ Int(number) & (Limits.sentPackets &- 1)
    }

    mutating func refuse(_ reason: DropReason) -> Forward? {
        counters.count(reason)
        return nil
    }
}
