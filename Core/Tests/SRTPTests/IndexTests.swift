import Testing

@testable import SRTP

@Suite("Indices of SRTP")
struct IndexTests {
    @Test("A window knows what a set knows, among the last 128 and 1,024 indices", arguments: [31, 32, 33] as [UInt64])
    func window(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var small = ReplayWindow<2>()
        var large = ReplayWindow<16>()
        var used: Set<UInt64> = []
        var highest: UInt64?
        var position: UInt64 = UInt64(random.below(1 << 20))
        for round in 0..<4_000 {
            let jump = random.below(40) == 0 ? random.below(3_000) : random.below(3)
            position += UInt64(jump)
            let back = UInt64(random.below(10) == 0 ? random.below(2_000) : random.below(4))
            let index = position >= back ? position - back : 0
            func expected(_ index: UInt64, _ size: UInt64) -> IndexVerdict {
                guard let highest, index <= highest else { return .fresh }
                if highest - index >= size { return .tooOld }
                return used.contains(index) ? .used : .fresh
            }
            #expect(small.verdict(index) == expected(index, 128), "seed \(seed) round \(round)")
            #expect(large.verdict(index) == expected(index, 1_024), "seed \(seed) round \(round)")
            // The edges, where a ring goes wrong first.
            for back in [127, 128, 1_023, 1_024] as [UInt64] {
                guard let highest, highest >= back else { continue }
                let edge = highest - back
                #expect(small.verdict(edge) == expected(edge, 128), "seed \(seed) round \(round) back \(back)")
                #expect(large.verdict(edge) == expected(edge, 1_024), "seed \(seed) round \(round) back \(back)")
            }
            if large.verdict(index) == .fresh {
                if small.verdict(index) == .fresh { small.use(index) }
                large.use(index)
                used.insert(index)
                highest = max(highest ?? 0, index)
            }
        }
        #expect(used.count > 1_000)
    }

    @Test("Numbers are told their turn through many turns, out of order by up to 900", arguments: [41, 42] as [UInt64])
    func turns(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var state = StreamState(ssrc: 1)
        var sent = UInt64(random.below(1 << 15))
        state.packets.use(sent)
        for round in 0..<20_000 {
            sent += UInt64(random.below(30) == 0 ? random.below(20_000) : 1 + random.below(40))
            let late = UInt64(random.below(4) == 0 ? random.below(900) : 0)
            let index = sent > late + 32_768 ? sent - late : sent
            #expect(state.index(of: UInt16(truncatingIfNeeded: index)) == index, "seed \(seed) round \(round)")
            if state.packets.verdict(index) == .fresh { state.packets.use(index) }
        }
        #expect(sent > 10 << 16)
    }

    @Test(
        "The index is the nearest one, never before the first turn (RFC 3711 §3.3.1)",
        arguments: [
            (0, 0, 0), (0, 0x8000, 0x8000), (0, 0xFFFF, 0xFFFF), (0x7FFF, 0xFFFF, 0xFFFF), (0x8000, 0, 0),
            (0x8001, 0, 0x1_0000), (0x1_0000, 0xFFFF, 0xFFFF), (0x1_0000, 0x8000, 0x1_8000), (0x1_0000, 0x8001, 0x8001),
            (0x2_FFFF, 0, 0x3_0000), (0x2_FFFF, 0x7FFF, 0x2_7FFF), (0x2_FFFF, 0x7FFE, 0x3_7FFE),
        ] as [(UInt64, UInt16, UInt64)]
    )
    func nearest(highest: UInt64, number: UInt16, index: UInt64) {
        var state = StreamState(ssrc: 1)
        state.packets.use(highest)
        #expect(state.index(of: number) == index)
    }

    @Test("A table finds what was put in, up to its limit, whatever the SSRCs")
    func table() {
        var random = SeededGenerator(seed: 51)
        for step in [1, 1 << 16, 0] as [UInt32] {
            var table = StreamTable(limit: 300)
            var places: [UInt32: Int] = [:]
            for count in 0..<300 {
                let ssrc = step == 0 ? UInt32(truncatingIfNeeded: random.next()) : UInt32(count) &* step
                let before = table.find(ssrc)
                let place = table.insert(ssrc)
                #expect(before == nil && place == count)
                places[ssrc] = place
            }
            let refused = table.insert(7_777_777)
            let isFull = table.isFull
            #expect(refused == nil && isFull)
            for (ssrc, place) in places {
                let found = table.find(ssrc)
                #expect(found == place)
            }
        }
    }
}
