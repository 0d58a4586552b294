import Units
import Wire

// Packets that are kept, of each publication those of its active stream, at their number modulo the block's length.
extension Router {
    /// The next packet that the router has no more use for. Each handle that was kept comes out exactly once.
    public mutating func nextReleased() -> PacketHandle? { released.pop() }

    /// Control plane: gives a publication its block once somebody is shown it; most members of a large meeting offer a
    /// camera that nobody sees, and a block has some 80 KB.
    mutating func makeCacheWhenWanted(_ publication: Int) {
        guard publications[publication].cache < 0, publications[publication].formats.usesNACK,
            publications[publication].subscribers.count > 0
        else { return }
        let block = cachePlaces.take()
        let needed = (block &+ 1) &* Limits.cachedPackets
        if needed > cache.count { cache.grow(to: needed, with: CachedPacket()) }
        publications[publication].cache = Int32(truncatingIfNeeded: block)
        // All that may be kept, and as many on the way back.
        released.reserve(cache.count &* 2)
    }

    /// Where a packet of a publication's active stream stands in the cache; nil when it is not kept (any more).
    mutating func cached(_ number: Int64, of publication: Int) -> Int? {
        guard publications[publication].cache >= 0, number >= publications[publication].cacheStart,
            number < publications[publication].cacheEnd
        else { return nil }
        let place = place(number, publication)
        guard cache[place].handle >= 0, cache[place].source == UInt32(truncatingIfNeeded: number) else { return nil }
        return place
    }

    /// Keeps a packet; false when there is no cache or it is too old for it.
    mutating func keep(_ packet: CachedPacket, _ number: Int64, of publication: Int) -> Bool {
        guard publications[publication].cache >= 0 else { return false }
        let length = Int64(Limits.cachedPackets)
        let end = publications[publication].cacheEnd
        if publications[publication].cacheStart >= end || number >= end &+ length {
            flushCache(publication)
            publications[publication].cacheStart = number
            publications[publication].cacheEnd = number
        }
        guard number >= publications[publication].cacheEnd &- length else { return false }
        // Caller who does not fetch what is released: better to keep nothing than to lose a handle.
        guard released.count &+ Limits.cachedPackets < released.capacity else { return false }
        if number >= publications[publication].cacheEnd {
            publications[publication].cacheEnd = number &+ 1
            dropCached(before: number &+ 1 &- length, of: publication)
        }
        publications[publication].cacheStart = min(publications[publication].cacheStart, number)
        let place = place(number, publication)
        if cache[place].handle >= 0 { released.push(cache[place].handle) }
        cache[place] = packet
        return true
    }

    /// Drops what is too old to be asked for.
    mutating func trimCache(_ publication: Int, at now: Timestamp) {
        let time = publications[publication].cacheTime
        while publications[publication].cacheStart < publications[publication].cacheEnd {
            let place = place(publications[publication].cacheStart, publication)
            if cache[place].handle >= 0 {
                guard now - cache[place].arrival > time else { return }
                release(place)
            }
            publications[publication].cacheStart &+= 1
        }
    }

    mutating func flushCache(_ publication: Int) {
        dropCached(before: publications[publication].cacheEnd, of: publication)
    }

    private mutating func dropCached(before number: Int64, of publication: Int) {
        var oldest = publications[publication].cacheStart
        while oldest < number {
            release(place(oldest, publication))
            oldest &+= 1
        }
        publications[publication].cacheStart = oldest
    }

    private mutating func release(_ place: Int) {
        guard cache[place].handle >= 0 else { return }
        released.push(cache[place].handle)
        cache[place].handle = -1
    }

    private mutating func place(_ number: Int64, _ publication: Int) -> Int {
        Int(publications[publication].cache) &* Limits.cachedPackets &+ Int(number) & (Limits.cachedPackets &- 1)
    }
}
