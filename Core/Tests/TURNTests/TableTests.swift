import Testing
import Units

@testable import TURN

@Suite("TURN tables")
struct TableTests {
    @Test(
        "An index table finds what a dictionary finds, through inserts, removals and growth, with bad hashes too",
        arguments: [UInt32.max, 0xFF, 0x3]
    )
    func indexTable(mask: UInt32) {
        let seed: UInt64 = 0x7AB1E
        var random = SplitMix(state: seed)
        var table = IndexTable()
        var reference: [Int: UInt32] = [:]
        for round in 0..<20_000 {
            let index = Int.random(in: 0..<(mask == 0x3 ? 50 : 500), using: &random)
            if let hash = reference[index] {
                table.remove(index, hash: hash)
                reference[index] = nil
            } else {
                let hash = UInt32.random(in: 0...UInt32.max, using: &random) & mask
                table.insert(index, hash: hash)
                reference[index] = hash
            }
            guard round % 50 == 0 else { continue }
            let count = table.count
            #expect(count == reference.count, "seed \(seed) round \(round)")
            let lost = reference.filter { !finds(table, $0.key, $0.value) }
            #expect(lost.isEmpty, "seed \(seed) round \(round)")
        }
    }

    private func finds(_ table: borrowing IndexTable, _ wanted: Int, _ hash: UInt32) -> Bool {
        var probe = table.probe(hash)
        while let index = table.next(&probe) { if index == wanted { return true } }
        return false
    }

    @Test("Removing what is not there changes nothing")
    func removeAbsent() {
        var table = IndexTable()
        table.insert(3, hash: 9)
        table.remove(4, hash: 9)
        table.remove(3, hash: 8)
        let (count, isThere) = (table.count, finds(table, 3, 9))
        #expect(count == 1 && isThere)
    }

    @Test("A slab gives out every place up to its limit once, and again what was given back")
    func slab() {
        var slab = Slab<Permission>(limit: 100)
        var taken: Set<Int> = []
        while let index = slab.take() { #expect(taken.insert(index).inserted) }
        #expect(taken == Set(0..<100))
        for index in [7, 50, 99] { slab.give(index) }
        var again: Set<Int> = []
        while let index = slab.take() { again.insert(index) }
        let count = slab.count
        #expect(again == [7, 50, 99] && count == 100)
    }

    @Test("A meter passes a rate to within a packet, whatever the sizes and gaps")
    func meter() {
        let seed: UInt64 = 0x3E7E2
        var random = SplitMix(state: seed)
        for rate: UInt64 in [125_000, 2_500_000, 125_000_000, 1_000_000_000] {
            let bandwidth = Bandwidth(bytesPerSecond: rate, burst: .milliseconds(500))
            var meter = BandwidthMeter()
            var now = Timestamp(nanoseconds: 7_000_000_000)
            let start = now
            var passed: UInt64 = 0
            for _ in 0..<20_000 {
                now = now + .nanoseconds(Int64.random(in: 0...Int64(1_000_000_000_000 / rate), using: &random))
                let count = Int.random(in: 0...1_400, using: &random)
                if meter.take(count, bandwidth, at: now) { passed += UInt64(count + 28) }
                let seconds = Double((now - start).wholeNanoseconds) / 1e9 + 0.5
                #expect(Double(passed) <= seconds * Double(rate) * 1.001 + 1, "seed \(seed) rate \(rate)")
            }
            let seconds = Double((now - start).wholeNanoseconds) / 1e9
            #expect(Double(passed) >= seconds * Double(rate) * 0.6 - 2_000 || rate > 100_000_000, "rate \(rate)")
        }
    }
}
