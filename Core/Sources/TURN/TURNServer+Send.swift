import STUN
import Units

/// Data of a client in a Send indication (RFC 8656 §11.2).
extension TURNServer {
    mutating func receiveSend(
        _ message: Message,
        _ bytes: Span<UInt8>,
        _ path: FiveTuple,
        _ now: Timestamp
    ) -> Outcome {
        var peer: TransportAddress?
        var payload: Range<Int>?
        var attributes = message.attributes
        while let attribute = attributes.next(in: bytes) {
            switch attribute.type {
            case .xorPeerAddress where peer == nil: peer = message.xorAddress(of: attribute, in: bytes)
            case .data where payload == nil: payload = attribute.value
            case .xorPeerAddress, .data: break
            // What must be understood and is not, DONT-FRAGMENT with it, spoils an indication (RFC 8489 §6.3.2).
            case let type where type.isComprehensionRequired && !type.isKnownToTURN: return drop(.badIndication)
            default: break
            }
        }
        guard let peer, let payload else { return drop(.badIndication) }
        guard let index = store.find(path) else { return drop(.noAllocation) }
        guard let permission = store.permission(index, peer.address) else {
            let isClosed = configuration.policy.verdict(on: peer.address) == .closed
            return drop(isClosed ? .deniedPeer : .noPermission)
        }
        return relay(payload, to: peer, of: index, permission: permission, at: now)
    }
}
