import Testing

@testable import Units

@Suite("Numbers of RTP")
struct RTPUnitsTests {
    @Test(
        "Sequence numbers have a distance on the shorter way round",
        arguments: [(0, 65_535, 1), (65_535, 0, -1), (5, 5, 0), (32_767, 0, 32_767), (32_768, 0, -32_768)]
    )
    func distance(later: UInt16, earlier: UInt16, steps: Int) {
        #expect(SequenceNumber(later) - SequenceNumber(earlier) == steps)
        #expect(SequenceNumber(later).isAfter(SequenceNumber(earlier)) == (steps > 0))
        #expect(SequenceNumber(earlier) + steps == SequenceNumber(later))
    }

    @Test(
        "A sequence number is extended to the count nearest to the one before, never below zero",
        arguments: [
            (0, 65_535, 65_536), (65_535, 65_536, 65_535), (1, 0, 1), (65_535, 0, 65_535), (7, 1 << 40, (1 << 40) + 7),
        ] as [(UInt16, Int64, Int64)]
    )
    func extended(number: UInt16, near: Int64, count: Int64) {
        #expect(SequenceNumber(number).extended(near: near) == count)
    }

    @Test(
        "Timestamps have a distance on the shorter way round",
        arguments: [(0, UInt32.max, 1), (UInt32.max, 0, -1), (3_000, 0, 3_000)] as [(UInt32, UInt32, Int)]
    )
    func timestamps(later: UInt32, earlier: UInt32, ticks: Int) {
        #expect(RTPTimestamp(later) - RTPTimestamp(earlier) == ticks)
        #expect(RTPTimestamp(earlier) + ticks == RTPTimestamp(later))
        #expect(RTPTimestamp(later).isAfter(RTPTimestamp(earlier)) == (ticks > 0))
    }

    @Test(
        "NTP times move and differ by nanoseconds, both ways and over the era",
        arguments: [0, 1, -1, 999_999_999, 1_500_000_000, -1_500_000_000, 86_400_000_000_000] as [Int64]
    )
    func ntp(nanoseconds: Int64) {
        for start in [NTPTime(0), NTPTime(.max), NTPTime(0xE000_0000_8000_0000)] {
            let moved = start.advanced(byNanoseconds: nanoseconds)
            #expect(abs((moved - start) - nanoseconds) <= 1)
        }
        #expect(NTPTime(0x1234_5678_9ABC_DEF0).middle == 0x5678_9ABC)
    }
}
