import Units
import Wire

/// What must hold inside, whatever clients do. For tests and the fuzzer; it looks at everything.
extension TURNServer {
    /// Every rule that is broken, in words; none when all is well.
    package func violations() -> [String] {
        var broken: [String] = []
        var allocations = 0
        var (listed, permissions, channels) = (0, 0, 0)
        for index in 0..<store.allocations.end {
            let allocation = store.allocations[index]
            guard allocation.state != .free else { continue }
            allocations += 1
            listed += allocation.state == .closed ? 0 : 1
            if allocation.state == .closed, !allocation.isListed { broken.append("closed and not told: \(index)") }
            if allocation.state != .closed, store.find(allocation.path) != index {
                broken.append("not found by its path: \(index)")
            }
            if allocation.state == .live, allocation.families.isEmpty { broken.append("no relay: \(index)") }
            permissions += check(permissionsOf: index, &broken)
            channels += check(channelsOf: index, &broken)
        }
        let live = (0..<store.allocations.end).count { store.allocations[$0].state == .live }
        if allocations != store.allocations.count { broken.append("allocations are lost") }
        if listed != store.paths.count { broken.append("paths are left over") }
        if permissions != store.permissions.count || permissions != store.permissionTable.count {
            broken.append("permissions are lost")
        }
        if channels != store.channels.count || channels != store.channelNumbers.count
            || channels != store.channelPeers.count
        {
            broken.append("channels are lost")
        }
        if UInt64(live) != counters.allocations { broken.append("the count of allocations is wrong") }
        return broken
    }

    private func check(permissionsOf index: Int, _ broken: inout [String]) -> Int {
        var count = 0
        var next = store.allocations[index].firstPermission
        while next != Slab<Permission>.none, count <= limits.permissionsPerAllocation {
            let permission = store.permissions[Int(next)]
            if Int(permission.allocation) != index || store.permission(index, permission.address) != Int(next) {
                broken.append("a permission is not found: \(next)")
            }
            if configuration.policy.verdict(on: permission.address) == .closed {
                broken.append("a closed peer: \(next)")
            }
            count += 1
            next = permission.next
        }
        if count != Int(store.allocations[index].permissions) || count > limits.permissionsPerAllocation {
            broken.append("the count of permissions is wrong: \(index)")
        }
        return count
    }

    private func check(channelsOf index: Int, _ broken: inout [String]) -> Int {
        var count = 0
        var next = store.allocations[index].firstChannel
        while next != Slab<Channel>.none, count <= limits.channelsPerAllocation {
            let channel = store.channels[Int(next)]
            if Int(channel.allocation) != index || store.channel(index, channel.number) != Int(next)
                || store.channel(index, channel.peer) != Int(next)
            {
                broken.append("a channel is not found: \(next)")
            }
            if store.permission(index, channel.peer.address) != Int(channel.permission) {
                broken.append("a channel without its permission: \(next)")
            }
            count += 1
            next = channel.next
        }
        if count != Int(store.allocations[index].channels) || count > limits.channelsPerAllocation {
            broken.append("the count of channels is wrong: \(index)")
        }
        return count
    }
}
