import Wire

/// Where the list of one publication stands in `SubscriberLists`.
struct SubscriberRange: BitwiseCopyable, Sendable {
    var start: Int32 = 0
    var count: Int32 = 0
    var capacity: Int32 = 0
}

/// The slots of each publication, each list in one piece, because every packet walks over one of them.
///
/// A list that is full moves to the end with twice the room; what it leaves behind is used again when all lists are
/// packed together, which happens before the whole grows.
struct SubscriberLists: ~Copyable, Sendable {
    private var slots = FlatArray<Int32>(repeating: -1, count: 64)
    private var end = 0

    func slot(_ range: SubscriberRange, _ index: Int) -> Int { Int(slots[Int(range.start) &+ index]) }

    /// Adds a slot to the list of a publication.
    mutating func add(_ slot: Int, to publication: Int, of publications: inout FlatArray<Publication>) {
        let range = publications[publication].subscribers
        if range.count == range.capacity {
            makeRoom(max(4, Int(range.capacity) &* 2), for: publication, &publications)
        }
        let place = Int(publications[publication].subscribers.start &+ range.count)
        slots[place] = Int32(truncatingIfNeeded: slot)
        publications[publication].subscribers.count &+= 1
    }

    /// Removes a slot; the last one of the list takes its place.
    mutating func remove(_ slot: Int, from range: inout SubscriberRange) {
        let start = Int(range.start)
        for index in start..<(start &+ Int(range.count)) where Int(slots[index]) == slot {
            range.count &-= 1
            slots[index] = slots[start &+ Int(range.count)]
            return
        }
    }

    private mutating func makeRoom(
        _ capacity: Int,
        for publication: Int,
        _ publications: inout FlatArray<Publication>
    ) {
        if end &+ capacity > slots.count { pack(room: capacity, &publications) }
        let old = publications[publication].subscribers
        for index in 0..<Int(old.count) { slots[end &+ index] = slots[Int(old.start) &+ index] }
        publications[publication].subscribers.start = Int32(truncatingIfNeeded: end)
        publications[publication].subscribers.capacity = Int32(truncatingIfNeeded: capacity)
        end &+= capacity
    }

    private mutating func pack(room: Int, _ publications: inout FlatArray<Publication>) {
        var used = 0
        for index in 0..<publications.count { used &+= Int(publications[index].subscribers.count) }
        var size = slots.count
        while size < 2 &* (used &+ room) { size &*= 2 }
        var packed = FlatArray<Int32>(repeating: -1, count: size)
        var place = 0
        for index in 0..<publications.count {
            let old = publications[index].subscribers
            for slot in 0..<Int(old.count) { packed[place &+ slot] = slots[Int(old.start) &+ slot] }
            publications[index].subscribers.start = Int32(truncatingIfNeeded: place)
            publications[index].subscribers.capacity = old.count
            place &+= Int(old.count)
        }
        slots = packed
        end = place
    }
}
