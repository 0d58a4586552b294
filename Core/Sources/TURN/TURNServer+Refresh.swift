import STUN
import Units

/// Refreshing and deleting an allocation (RFC 8656 §8).
extension TURNServer {
    mutating func receiveRefresh(
        _ request: Request,
        _ bytes: Span<UInt8>,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        let (index, sender): (Int, Sender)
        switch owner(of: request, bytes, &room) {
        case .answered(let outcome): return outcome
        case .owner(let found, let known): (index, sender) = (found, known)
        }
        let live = store.allocations[index].live(at: request.now)
        var families = live
        if let range = request.fields.requestedFamily {
            guard let family = FieldValue.firstByte(range, in: bytes) else {
                return refuse(.badRequest, request, sender, &room)
            }
            guard let named = Families(wire: family), live.contains(named) else {
                return refuse(.peerAddressFamilyMismatch, request, sender, &room)
            }
            families = named
        }
        var wanted: UInt32?
        if let range = request.fields.lifetime {
            guard let lifetime = FieldValue.uint32(range, in: bytes) else {
                return refuse(.badRequest, request, sender, &room)
            }
            wanted = lifetime
        }
        let seconds = wanted == 0 ? 0 : seconds(granted: wanted)
        if seconds == 0 {
            close(index, families)
        } else {
            let expires = request.now + .seconds(Int64(seconds))
            if families.contains(.v4) { store.allocations[index].expiresV4 = expires }
            if families.contains(.v6) { store.allocations[index].expiresV6 = expires }
        }
        return succeed(request, sender, &room) { $0.write(.lifetime, seconds, to: &$1) }
    }
}
