import STUN
import Units

/// What all requests but Allocate have to pass first (RFC 8656 §5).
extension TURNServer {
    enum Owner {
        /// Place of the allocation, and who asks.
        case owner(Int, Sender)
        case answered(Outcome)
    }

    /// The allocation of the request's 5-tuple, if its sender is known and is the one who made it. The expiry of the
    /// credential does not matter any more; whoever was removed has no allocation.
    mutating func owner(of request: Request, _ bytes: Span<UInt8>, _ room: inout MutableSpan<UInt8>) -> Owner {
        switch authenticate(request, bytes) {
        case .refused(let code): return .answered(challenge(code, request, &room))
        case .valid(let sender):
            guard request.fields.unknownCount == 0 else {
                return .answered(refuse(.unknownAttribute, request, sender, &room))
            }
            guard let index = store.find(request.path), !store.allocations[index].live(at: request.now).isEmpty else {
                return .answered(refuse(.allocationMismatch, request, sender, &room))
            }
            guard store.allocations[index].username == sender.username else {
                return .answered(refuse(.wrongCredentials, request, sender, &room))
            }
            return .owner(index, sender)
        }
    }

    /// Whether a peer may be reached by this allocation (RFC 8656 §10.2, §12.2, §21.4); if so what the policy says.
    func judge(_ peer: TransportAddress, of index: Int, at now: Timestamp) -> PeerJudgement {
        guard store.allocations[index].isLive(peer.address.family, at: now) else {
            return .refused(.peerAddressFamilyMismatch)
        }
        switch configuration.policy.verdict(on: peer.address) {
        case .closed: return .refused(.forbidden)
        case .own where !configuration.isOwnRelay(peer): return .refused(.forbidden)
        case let verdict: return .permitted(verdict)
        }
    }
}

/// The answer of `TURNServer.judge`.
enum PeerJudgement {
    case permitted(PeerPolicy.Verdict)
    case refused(TURNErrorCode)
}
