import STUN
public import Units
import Wire

/// Data of peers (RFC 8656 §11.3, §12.7).
extension TURNServer {
    /// A datagram of `count` bytes came to a relay socket, or in process from another allocation of this machine.
    ///
    /// Writes what stands before the payload to the **end** of `header` (at least `headRoom` bytes) and says where all of
    /// it goes. Nil: no permission, over the bandwidth, or the relay is gone; counted.
    public mutating func received(
        from peer: TransportAddress,
        on relay: RelayID,
        count: Int,
        header: inout MutableSpan<UInt8>,
        at now: Timestamp
    ) -> Delivery? {
        guard header.count >= Limits.headRoom else { return discard(.noRoom) }
        guard let index = store.find(relay.allocation), store.allocations[index].isLive(relay.family, at: now) else {
            return discard(.noAllocation)
        }
        guard let permission = store.permission(index, peer.address), now < store.permissions[permission].expires else {
            return discard(.noPermission)
        }
        let channel = store.channel(index, peer).flatMap { now < store.channels[$0].expires ? $0 : nil }
        // The largest length whose padding still fits into a message's 16 bits.
        guard count >= 0, count <= 65_500 else { return discard(.tooLarge) }
        guard store.allocations[index].toClient.take(count, bandwidth, at: now) else { return discard(.bandwidth) }
        guard totalToClients.take(count, totalBandwidth, at: now) else { return discard(.totalBandwidth) }
        counters.toClients.count(count)
        let path = store.allocations[index].path
        let padding = (4 &- count % 4) % 4
        guard let channel else {
            let written = writeData(from: peer, count, padding, &header)
            return Delivery(path: path, header: written, trailer: padding)
        }
        let start = header.count &- ChannelData.headerLength
        header.write(store.channels[channel].number, at: start)
        header.write(UInt16(truncatingIfNeeded: count), at: start &+ 2)
        return Delivery(
            path: path,
            header: ChannelData.headerLength,
            trailer: path.transport.isStream ? padding : 0
        )
    }

    /// The relayed address that the shell gave in `OpenedRelays`; nil when the relay is gone. What a payload that is
    /// handed over in process comes from.
    public func relayedAddress(of relay: RelayID) -> TransportAddress? {
        guard let index = store.find(relay.allocation), store.allocations[index].families.contains(relay.family) else {
            return nil
        }
        return relay.family == .v4 ? store.allocations[index].relayedV4 : store.allocations[index].relayedV6
    }

    /// Writes a Data indication (RFC 8656 §11.3) up to its payload: header, XOR-PEER-ADDRESS, type and length of DATA.
    private mutating func writeData(
        from peer: TransportAddress,
        _ count: Int,
        _ padding: Int,
        _ room: inout MutableSpan<UInt8>
    ) -> Int {
        let addressLength = peer.address.v4 == nil ? 20 : 8
        let length = Message.headerLength &+ 4 &+ addressLength &+ 4
        let start = room.count &- length
        indications &+= 0x9E37_79B9_7F4A_7C15
        let mixed = (indications ^ indications >> 31) &* 0xBF58_476D_1CE4_E5B9
        let transaction = TransactionID(high: UInt32(truncatingIfNeeded: mixed >> 32), low: mixed ^ indications)
        room.write(MessageType(.indication, .data).wire, at: start)
        room.write(UInt16(truncatingIfNeeded: length &- Message.headerLength &+ count &+ padding), at: start &+ 2)
        room.write(Message.magicCookie, at: start &+ 4)
        room.write(transaction.high, at: start &+ 8)
        room.write(transaction.low, at: start &+ 12)
        room.write(AttributeType.xorPeerAddress.rawValue, at: start &+ 20)
        room.write(UInt16(truncatingIfNeeded: addressLength), at: start &+ 22)
        transaction.write(peer, at: start &+ 24, &room)
        room.write(AttributeType.data.rawValue, at: room.count &- 4)
        room.write(UInt16(truncatingIfNeeded: count), at: room.count &- 2)
        return length
    }

    private mutating func discard(_ reason: DropReason) -> Delivery? {
        counters.count(reason)
        return nil
    }
}
