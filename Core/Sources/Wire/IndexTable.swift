/// Finds places of a table by a hash: open addressing with linear probing, at most half full.
///
/// It knows no keys. Who looks compares them himself, so nothing is kept twice and one type serves for all keys:
/// ```
/// var probe = table.probe(hash)
/// while let index = table.next(&probe) { if slab[index].key == key { return index } }
/// ```
public struct IndexTable: ~Copyable {
    public struct Probe {
        @usableFromInline var position: Int
        @usableFromInline let hash: UInt32

        @usableFromInline init(position: Int, hash: UInt32) {
            self.position = position
            self.hash = hash
        }
    }

    /// The hash in the upper half, the index plus one in the lower; zero is free.
    @usableFromInline var entries = FlatArray<UInt64>(repeating: 0, count: 64)
    public private(set) var count = 0

    public init() {}

    @usableFromInline var mask: Int { entries.count &- 1 }

    @inlinable public func probe(_ hash: UInt32) -> Probe { Probe(position: Int(hash) & mask, hash: hash) }

    /// The next index that was put in under the hash; nil after the last.
    @inlinable public func next(_ probe: inout Probe) -> Int? {
        while true {
            let entry = entries[probe.position]
            guard entry != 0 else { return nil }
            probe.position = (probe.position &+ 1) & mask
            if UInt32(truncatingIfNeeded: entry >> 32) == probe.hash { return Int(entry & 0xFFFF_FFFF) &- 1 }
        }
    }

    public mutating func insert(_ index: Int, hash: UInt32) {
        if (count &+ 1) &* 2 > entries.count { grow() }
        put(UInt64(hash) << 32 | UInt64(index &+ 1))
        count &+= 1
    }

    public mutating func remove(_ index: Int, hash: UInt32) {
        let entry = UInt64(hash) << 32 | UInt64(index &+ 1)
        var position = Int(hash) & mask
        while entries[position] != entry {
            guard entries[position] != 0 else { return }
            position = (position &+ 1) & mask
        }
        close(position)
        count &-= 1
    }

    /// Frees a place and moves up what stood behind it, so that no probe ends too early.
    private mutating func close(_ position: Int) {
        var gap = position
        var next = (gap &+ 1) & mask
        while entries[next] != 0 {
            let home = Int(entries[next] >> 32) & mask
            // It may move into the gap unless its home lies between the two.
            if (next &- home) & mask >= (next &- gap) & mask {
                entries[gap] = entries[next]
                gap = next
            }
            next = (next &+ 1) & mask
        }
        entries[gap] = 0
    }

    private mutating func put(_ entry: UInt64) { Self.put(entry, &entries) }

    private static func put(_ entry: UInt64, _ entries: inout FlatArray<UInt64>) {
        let mask = entries.count &- 1
        var position = Int(entry >> 32) & mask
        while entries[position] != 0 { position = (position &+ 1) & mask }
        entries[position] = entry
    }

    private mutating func grow() {
        var larger = FlatArray<UInt64>(repeating: 0, count: entries.count &* 2)
        for position in 0..<entries.count where entries[position] != 0 { Self.put(entries[position], &larger) }
        entries = larger
    }
}
