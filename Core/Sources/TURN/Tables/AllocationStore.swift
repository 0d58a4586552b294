import Units
import Wire

/// All allocations of a worker with their permissions and channels, and the tables that find them.
///
/// An allocation is found by its 5-tuple while it opens or lives. What has run out is still there until `expire`;
/// every user compares the time.
struct AllocationStore: ~Copyable {
    var allocations: Slab<Allocation>
    var permissions: Slab<Permission>
    var channels: Slab<Channel>
    var paths = IndexTable()
    var permissionTable = IndexTable()
    var channelNumbers = IndexTable()
    var channelPeers = IndexTable()
    let limits: Configuration.Limits
    private let seed: UInt64
    /// First of the allocations that `nextClosed` has to tell of.
    private var firstClosed = Slab<Allocation>.none

    init(_ limits: Configuration.Limits, seed: UInt64) {
        self.limits = limits
        self.seed = seed
        allocations = Slab(limit: limits.allocations)
        permissions = Slab(limit: limits.permissions)
        channels = Slab(limit: limits.channels)
    }

    // MARK: Finding

    /// The allocation of a 5-tuple, opening or live.
    func find(_ path: FiveTuple) -> Int? {
        var probe = paths.probe(hash(path))
        while let index = paths.next(&probe) {
            if isEqual(allocations[index].path, path) { return index }
        }
        return nil
    }

    /// The allocation that an id names; nil when it is over.
    func find(_ id: AllocationID) -> Int? {
        let index = Int(id.slot)
        guard index < allocations.end, allocations[index].generation == id.generation,
            allocations[index].state == .live || allocations[index].state == .opening
        else { return nil }
        return index
    }

    func id(_ index: Int) -> AllocationID {
        AllocationID(slot: UInt32(truncatingIfNeeded: index), generation: allocations[index].generation)
    }

    // MARK: Opening and closing

    /// A new allocation in state `opening`, its path, user and expiry set; nil when there are too many.
    mutating func open(_ path: FiveTuple, user: UserKey, until: Timestamp) -> Int? {
        guard let index = allocations.take() else { return nil }
        // Thirty bits, as many as `RelayID.packed` keeps.
        let generation = (allocations[index].generation &+ 1) & 0x3FFF_FFFF
        allocations[index] = .empty
        allocations[index].state = .opening
        allocations[index].generation = generation
        allocations[index].path = path
        allocations[index].user = user
        allocations[index].expiresV4 = until
        paths.insert(index, hash: hash(path))
        return index
    }

    /// Forgets an allocation whose sockets the shell did not open, or has to close by itself.
    mutating func forget(_ index: Int) {
        paths.remove(index, hash: hash(allocations[index].path))
        allocations[index].state = .free
        allocations.give(index)
    }

    /// Ends some families of a live allocation; all of it with the last.
    mutating func close(_ index: Int, _ families: Families) {
        allocations[index].closing.formUnion(families.intersection(allocations[index].families))
        allocations[index].families.subtract(families)
        if allocations[index].families.isEmpty {
            paths.remove(index, hash: hash(allocations[index].path))
            while allocations[index].firstChannel != Slab<Channel>.none {
                removeChannel(Int(allocations[index].firstChannel))
            }
            while allocations[index].firstPermission != Slab<Permission>.none {
                removePermission(Int(allocations[index].firstPermission))
            }
            allocations[index].state = .closed
        }
        guard !allocations[index].isListed else { return }
        allocations[index].isListed = true
        allocations[index].next = firstClosed
        firstClosed = UInt32(truncatingIfNeeded: index)
    }

    /// Takes the next allocation off the list of those with something closed, and frees its place when it is over.
    mutating func nextClosed() -> ClosedAllocation? {
        guard firstClosed != Slab<Allocation>.none else { return nil }
        let index = Int(firstClosed)
        firstClosed = allocations[index].next
        let allocation = allocations[index]
        let isLast = allocation.state == .closed
        allocations[index].closing = []
        allocations[index].isListed = false
        allocations[index].next = Slab<Allocation>.none
        if isLast {
            allocations[index].state = .free
            allocations.give(index)
        }
        return ClosedAllocation(
            id: AllocationID(slot: UInt32(truncatingIfNeeded: index), generation: allocation.generation),
            user: allocation.user,
            path: allocation.path,
            families: allocation.closing,
            isLast: isLast
        )
    }

    // MARK: Hashes

    private func hash(_ path: FiveTuple) -> UInt32 {
        var hash = TableHash(seed: seed)
        hash.add(path)
        return hash.value
    }

    func hash(_ allocation: Int, _ address: IPAddress) -> UInt32 {
        var hash = TableHash(seed: seed)
        hash.add(address.high ^ UInt64(truncatingIfNeeded: allocation))
        hash.add(address.low)
        return hash.value
    }

    func hash(_ allocation: Int, _ peer: TransportAddress) -> UInt32 {
        var hash = TableHash(seed: seed)
        hash.add(peer, and: UInt64(truncatingIfNeeded: allocation))
        return hash.value
    }

    func hash(_ allocation: Int, _ number: UInt16) -> UInt32 {
        var hash = TableHash(seed: seed)
        hash.add(UInt64(truncatingIfNeeded: allocation) << 16 | UInt64(number))
        return hash.value
    }

    /// The parts that differ most come first.
    private func isEqual(_ left: FiveTuple, _ right: FiveTuple) -> Bool {
        left.client == right.client && left.server == right.server && left.transport == right.transport
    }
}
