import Testing
import Units

@testable import TURN

@Suite("TURN tables")
struct TableTests {
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
