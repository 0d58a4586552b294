import PacketStore
import Testing

@Suite("Slots of packets")
struct PacketSlabTests {
    @Test("Every slot is taken once, and again when it was given back")
    func slab() {
        var slab = PacketSlab(slots: 8)
        let taken = (0..<8).compactMap { _ in slab.take() }
        #expect(Set(taken).count == 8)
        #expect(slab.take() == nil)
        slab.give(back: taken[3])
        #expect(slab.available == 1)
        #expect(slab.take() == taken[3])
    }

    @Test("A queue keeps its order and gives all its slots back")
    func queue() {
        var slab = PacketSlab(slots: 8)
        var queue = SlotQueue()
        let slots = (0..<5).compactMap { _ in slab.take() }
        for slot in slots { slab.append(slot, to: &queue) }
        var seen: [SlotIndex] = []
        var next = queue.first
        while next != PacketSlab.none {
            seen.append(next)
            next = slab[next].next
        }
        #expect(seen == slots)
        slab.empty(&queue)
        #expect(slab.available == 8)
        #expect(queue.isEmpty)
    }
}
