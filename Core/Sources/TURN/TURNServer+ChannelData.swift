import STUN
import Units

/// Data of a client on a channel (RFC 8656 §12.6). The busiest way through a relay: no STUN, two look-ups.
extension TURNServer {
    mutating func receiveChannelData(_ bytes: Span<UInt8>, _ path: FiveTuple, _ now: Timestamp) -> Outcome {
        guard let data = ChannelData(parsing: bytes) else { return drop(.malformed) }
        guard let index = store.find(path) else { return drop(.noAllocation) }
        guard let channel = store.channel(index, data.number), now < store.channels[channel].expires else {
            return drop(.noChannel)
        }
        return relay(
            data.payload,
            to: store.channels[channel].peer,
            of: index,
            permission: Int(store.channels[channel].permission),
            at: now
        )
    }

    /// Lets a payload out to a peer if permission and bandwidth are there.
    mutating func relay(
        _ payload: Range<Int>,
        to peer: TransportAddress,
        of index: Int,
        permission: Int,
        at now: Timestamp
    ) -> Outcome {
        let family = peer.address.family
        guard store.allocations[index].isLive(family, at: now) else { return drop(.noAllocation) }
        guard now < store.permissions[permission].expires else { return drop(.noPermission) }
        guard store.allocations[index].toPeers.take(payload.count, bandwidth, at: now) else { return drop(.bandwidth) }
        guard totalToPeers.take(payload.count, totalBandwidth, at: now) else { return drop(.totalBandwidth) }
        counters.toPeers.count(payload.count)
        return .relay(
            store.id(index).relay(family),
            to: peer,
            payload: payload,
            isOwn: store.permissions[permission].isOwn,
            isAllowed: store.permissions[permission].isAllowed
        )
    }
}
