import STUN
import Units

/// Binding a channel (RFC 8656 §12.2).
extension TURNServer {
    mutating func receiveChannelBind(
        _ request: Request,
        _ bytes: Span<UInt8>,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        let (index, sender): (Int, Sender)
        switch owner(of: request, bytes, &room) {
        case .answered(let outcome): return outcome
        case .owner(let found, let known): (index, sender) = (found, known)
        }
        guard let number = request.fields.channelNumber.flatMap({ FieldValue.uint16($0, in: bytes) }),
            Limits.channels.contains(number),
            let peer = request.fields.peerAddress.flatMap({ request.message.xorAddress(of: $0, in: bytes) })
        else { return refuse(.badRequest, request, sender, &room) }
        if let code = bind(number, to: peer, of: index, at: request.now) { return refuse(code, request, sender, &room) }
        return succeed(request, sender, &room)
    }

    /// Binds or refreshes a channel together with its permission; why not, if not.
    private mutating func bind(
        _ number: UInt16,
        to peer: TransportAddress,
        of index: Int,
        at now: Timestamp
    ) -> TURNErrorCode? {
        // One that has run out binds nothing.
        store.expirePeers(of: index, at: now)
        let known = store.channel(index, number)
        guard known == store.channel(index, peer) else { return .badRequest }
        let verdict: PeerPolicy.Verdict
        switch judge(peer, of: index, at: now) {
        case .refused(let code): return code
        case .permitted(let permitted): verdict = permitted
        }
        guard known != nil || Int(store.allocations[index].channels) < limits.channelsPerAllocation,
            let permission = store.permit(index, peer.address, verdict, until: now + limits.permissionLifetime)
        else { return .insufficientCapacity }
        let until = now + limits.channelLifetime
        if let known {
            store.channels[known].expires = until
            return nil
        }
        return store.bind(number, to: peer, of: index, permission: permission, until: until)
            ? nil : .insufficientCapacity
    }
}
