import Units
import Wire

/// Permissions and channels. Each stands in the list of its allocation and in the tables that find it.
extension AllocationStore {
    /// The permission of an allocation for an address, run out or not.
    func permission(_ allocation: Int, _ address: IPAddress) -> Int? {
        var probe = permissionTable.probe(hash(allocation, address))
        while let index = permissionTable.next(&probe) {
            if permissions[index].address == address, Int(permissions[index].allocation) == allocation { return index }
        }
        return nil
    }

    /// The channel of an allocation with a number, run out or not.
    func channel(_ allocation: Int, _ number: UInt16) -> Int? {
        var probe = channelNumbers.probe(hash(allocation, number))
        while let index = channelNumbers.next(&probe) {
            if channels[index].number == number, Int(channels[index].allocation) == allocation { return index }
        }
        return nil
    }

    /// The channel of an allocation to a peer, run out or not.
    func channel(_ allocation: Int, _ peer: TransportAddress) -> Int? {
        var probe = channelPeers.probe(hash(allocation, peer))
        while let index = channelPeers.next(&probe) {
            if channels[index].peer == peer, Int(channels[index].allocation) == allocation { return index }
        }
        return nil
    }

    /// Installs or refreshes a permission; nil when there are too many.
    mutating func permit(_ allocation: Int, _ address: IPAddress, _ verdict: PeerPolicy.Verdict, until: Timestamp)
        -> Int?
    {
        let index: Int
        if let known = permission(allocation, address) {
            index = known
        } else {
            guard Int(allocations[allocation].permissions) < limits.permissionsPerAllocation,
                let new = permissions.take()
            else { return nil }
            index = new
            permissions[index] = .empty
            permissions[index].allocation = UInt32(truncatingIfNeeded: allocation)
            permissions[index].address = address
            permissions[index].next = allocations[allocation].firstPermission
            allocations[allocation].firstPermission = UInt32(truncatingIfNeeded: index)
            allocations[allocation].permissions &+= 1
            permissionTable.insert(index, hash: hash(allocation, address))
        }
        permissions[index].expires = until
        permissions[index].isOwn = verdict == .own || verdict == .ownAllowed
        permissions[index].isAllowed = verdict == .ownAllowed
        return index
    }

    /// Binds a number to a peer, neither of them bound; false when there are too many.
    mutating func bind(
        _ number: UInt16,
        to peer: TransportAddress,
        of allocation: Int,
        permission: Int,
        until: Timestamp
    ) -> Bool {
        guard Int(allocations[allocation].channels) < limits.channelsPerAllocation, let index = channels.take() else {
            return false
        }
        channels[index] = Channel(
            allocation: UInt32(truncatingIfNeeded: allocation),
            permission: UInt32(truncatingIfNeeded: permission),
            peer: peer,
            number: number,
            expires: until,
            next: allocations[allocation].firstChannel
        )
        allocations[allocation].firstChannel = UInt32(truncatingIfNeeded: index)
        allocations[allocation].channels &+= 1
        permissions[permission].channels &+= 1
        channelNumbers.insert(index, hash: hash(allocation, number))
        channelPeers.insert(index, hash: hash(allocation, peer))
        return true
    }

    /// Removes a permission that no channel points to.
    mutating func removePermission(_ index: Int) {
        let (allocation, next) = (Int(permissions[index].allocation), permissions[index].next)
        permissionTable.remove(index, hash: hash(allocation, permissions[index].address))
        if Int(allocations[allocation].firstPermission) == index {
            allocations[allocation].firstPermission = next
        } else {
            var previous = Int(allocations[allocation].firstPermission)
            while Int(permissions[previous].next) != index { previous = Int(permissions[previous].next) }
            permissions[previous].next = next
        }
        allocations[allocation].permissions &-= 1
        permissions.give(index)
    }

    mutating func removeChannel(_ index: Int) {
        let channel = channels[index]
        let allocation = Int(channel.allocation)
        channelNumbers.remove(index, hash: hash(allocation, channel.number))
        channelPeers.remove(index, hash: hash(allocation, channel.peer))
        if Int(allocations[allocation].firstChannel) == index {
            allocations[allocation].firstChannel = channel.next
        } else {
            var previous = Int(allocations[allocation].firstChannel)
            while Int(channels[previous].next) != index { previous = Int(channels[previous].next) }
            channels[previous].next = channel.next
        }
        allocations[allocation].channels &-= 1
        permissions[Int(channel.permission)].channels &-= 1
        channels.give(index)
    }

    /// Frees what has run out: channels first, because they hold their permissions.
    mutating func expirePeers(of allocation: Int, at now: Timestamp) {
        var channel = allocations[allocation].firstChannel
        while channel != Slab<Channel>.none {
            let index = Int(channel)
            channel = channels[index].next
            if channels[index].expires <= now { removeChannel(index) }
        }
        var permission = allocations[allocation].firstPermission
        while permission != Slab<Permission>.none {
            let index = Int(permission)
            permission = permissions[index].next
            if permissions[index].expires <= now, permissions[index].channels == 0 { removePermission(index) }
        }
    }
}
