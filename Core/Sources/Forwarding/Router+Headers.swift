import RTP
import Units
import Wire

// The headers of packets to subscribers.
extension Router {
    /// Writes the header of a packet to a slot, as a first copy or as a retransmission in RTX (RFC 4588). Nil, and
    /// nothing is used up, when the room is too small.
    mutating func write(
        _ packet: CachedPacket,
        _ record: SentPacket,
        to slot: Int,
        isRepeat: Bool,
        into room: inout MutableSpan<UInt8>
    ) -> Forward? {
        let peer = Int(slots[slot].peer)
        let header = RTPHeader(
            payloadType: isRepeat ? slots[slot].repairType ?? 0 : slots[slot].ownType,
            marker: packet.marker,
            sequenceNumber: SequenceNumber(isRepeat ? slots[slot].repairSequence &+ 1 : record.number),
            timestamp: record.timestamp,
            ssrc: isRepeat ? slots[slot].repair ?? slots[slot].ssrc : slots[slot].ssrc
        )
        guard let length = writeHeader(header, packet, slot, peer, isRepeat: isRepeat, &room) else { return nil }
        if slots[slot].extensions[.transportSequence] != nil { peers[peer].nextTransportSequence &+= 1 }
        if isRepeat { slots[slot].repairSequence &+= 1 }
        var prefix = InlineArray<8, UInt8>(repeating: 0)
        var count = 0
        if isRepeat {
            prefix[0] = UInt8(truncatingIfNeeded: record.number >> 8)
            prefix[1] = UInt8(truncatingIfNeeded: record.number)
            count = RTX.prefixLength
        }
        if packet.descriptor.count > 0 {
            count = packet.descriptor.write(
                pictureID: record.pictureID,
                tl0PictureIndex: record.tl0PictureIndex,
                at: count,
                in: &prefix
            )
        }
        return Forward(
            transport: peers[peer].index,
            handle: packet.handle,
            header: length,
            prefix: prefix,
            prefixCount: count,
            payload: packet.payload
        )
    }

    /// Our own mid while the client may not know the SSRC; never the publisher's, nor a rid.
    private mutating func writeHeader(
        _ header: RTPHeader,
        _ packet: CachedPacket,
        _ slot: Int,
        _ peer: Int,
        isRepeat: Bool,
        _ room: inout MutableSpan<UInt8>
    ) -> Int? {
        let long = packet.hasLongDescriptor ? slots[slot].extensions[.dependencyDescriptor] : nil
        let stream = Int(slots[slot].stream)
        if long != nil, longDescriptors[stream].source != packet.source { return nil }
        var writer = RTPHeaderWriter(header, form: long == nil ? .oneByte : .twoByte, to: &room)
        if let id = slots[slot].extensions[.transportSequence] {
            writer.add(
                id,
                bits: UInt64(peers[peer].nextTransportSequence),
                count: TransportSequence.size,
                to: &room
            )
        }
        if let id = slots[slot].extensions[.absoluteSendTime] {
            writer.add(id, bits: AbsoluteSendTime(now).bits, count: AbsoluteSendTime.size, to: &room)
        }
        if !slots[slot].isBound || isRepeat, let id = slots[slot].extensions[.mid], let mid = slots[slot].mid {
            writer.add(id, mid, to: &room)
        }
        packet.extensions.write(slots[slot].extensions, &writer, to: &room)
        if let long { longDescriptors[stream].write(long, &writer, to: &room) }
        return writer.finish(&room)
    }
}
