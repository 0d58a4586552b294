import STUN
import Units

/// Permissions (RFC 8656 §9, §10).
extension TURNServer {
    /// All addresses of the request get a permission, or none.
    mutating func receiveCreatePermission(
        _ request: Request,
        _ bytes: Span<UInt8>,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        let (index, sender): (Int, Sender)
        switch owner(of: request, bytes, &room) {
        case .answered(let outcome): return outcome
        case .owner(let found, let known): (index, sender) = (found, known)
        }
        if let code = check(peersOf: request, bytes, index) { return refuse(code, request, sender, &room) }
        let until = request.now + limits.permissionLifetime
        var attributes = request.message.attributes
        while let attribute = attributes.next(in: bytes) {
            guard attribute.type == .xorPeerAddress, let peer = request.message.xorAddress(of: attribute, in: bytes)
            else { continue }
            _ = store.permit(index, peer.address, configuration.policy.verdict(on: peer.address), until: until)
        }
        return succeed(request, sender, &room)
    }

    /// Nil when every address of the request may have a permission and there is room for the new ones.
    private func check(peersOf request: Request, _ bytes: Span<UInt8>, _ index: Int) -> TURNErrorCode? {
        var added = 0
        var isAny = false
        let room = min(
            limits.permissionsPerAllocation &- Int(store.allocations[index].permissions),
            limits.permissions &- store.permissions.count
        )
        var attributes = request.message.attributes
        while let attribute = attributes.next(in: bytes) {
            guard attribute.type == .xorPeerAddress else { continue }
            guard let peer = request.message.xorAddress(of: attribute, in: bytes) else { return .badRequest }
            if case .refused(let code) = judge(peer, of: index, at: request.now) { return code }
            isAny = true
            // An address that is named twice counts twice; nobody who is near the limit does that.
            if store.permission(index, peer.address) == nil { added &+= 1 }
            guard added <= room else { return .insufficientCapacity }
        }
        return isAny ? nil : .badRequest
    }
}
