public import Units

/// How allocations end.
extension TURNServer {
    /// Ends what has run out. To be called about once a second; being late does no harm, since every use checks the time.
    public mutating func expire(at now: Timestamp) {
        for index in 0..<store.allocations.end {
            switch store.allocations[index].state {
            case .free, .closed: break
            case .opening:
                if store.allocations[index].expiresV4 <= now { store.forget(index) }
            case .live:
                let over = store.allocations[index].families.subtracting(store.allocations[index].live(at: now))
                if !over.isEmpty { close(index, over) }
                if store.allocations[index].state == .live { store.expirePeers(of: index, at: now) }
            }
        }
    }

    /// A participant was removed: its allocations end now, and credentials of it that run out at `wall` (Unix seconds) or
    /// before are refused at Allocate. `wall` is therefore the time of now plus the life of a credential.
    public mutating func revoke(_ user: UserKey, until wall: UInt64, at now: Timestamp) {
        revocations.insert(user, until: wall, at: self.wall)
        for index in 0..<store.allocations.end where store.allocations[index].user == user { end(index) }
    }

    /// The TCP or TLS connection ended, and its allocation with it (RFC 8656 §3.1).
    public mutating func closed(_ path: FiveTuple) {
        if let index = store.find(path) { end(index) }
    }

    /// The next allocation, or family of one, that ended since it was asked last; nil when there is none.
    public mutating func nextClosed() -> ClosedAllocation? { store.nextClosed() }

    private mutating func end(_ index: Int) {
        switch store.allocations[index].state {
        case .free, .closed: break
        case .opening: store.forget(index)
        case .live: close(index, .both)
        }
    }

    mutating func close(_ index: Int, _ families: Families) {
        store.close(index, families)
        if store.allocations[index].state == .closed { counters.allocations &-= 1 }
    }
}
