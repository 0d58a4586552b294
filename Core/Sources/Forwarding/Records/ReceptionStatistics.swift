import RTP
import Units

/// What a receiver report says of a stream (RFC 3550 §6.4.1, appendices A.3 and A.8). Extended numbers throughout.
struct ReceptionStatistics: BitwiseCopyable, Sendable {
    private var base: Int64 = -1
    private var highest: Int64 = -1
    private var received: Int64 = 0
    private var expectedBefore: Int64 = 0
    private var receivedBefore: Int64 = 0
    /// Sixteenths of a tick.
    private var jitter: Int64 = 0
    private var transit: Int64?
    /// Bytes since the last report, for the estimate.
    private(set) var bytes: Int64 = 0

    /// Counts a packet as it came from the network; one that was sent again in another stream does not count.
    mutating func record(_ number: Int64, _ timestamp: RTPTimestamp, clockRate: UInt32, size: Int, at now: Timestamp) {
        if base < 0 { base = number }
        highest = max(highest, number)
        received &+= 1
        bytes &+= Int64(truncatingIfNeeded: size)
        let ticks = now.nanoseconds.multipliedFullWidth(by: UInt64(clockRate))
        // Below 2^64 after some centuries of nanoseconds; the low bits are what counts anyway.
        let arrival = 1_000_000_000 > ticks.high ? UInt64(1_000_000_000).dividingFullWidth(ticks).quotient : 0
        let current = Int64(UInt32(truncatingIfNeeded: arrival) &- timestamp.rawValue)
        if let transit {
            let difference = abs(Int64(Int32(truncatingIfNeeded: current &- transit)))
            jitter &+= difference &- (jitter &+ 8) >> 4
        }
        transit = current
    }

    /// The report since the one before.
    mutating func report(_ ssrc: SSRC, lastReport: UInt32, delay: UInt32) -> ReportBlock {
        let expected = base < 0 ? 0 : highest &- base &+ 1
        let expectedNow = expected &- expectedBefore
        let lostNow = expectedNow &- (received &- receivedBefore)
        expectedBefore = expected
        receivedBefore = received
        bytes = 0
        let fraction = expectedNow > 0 && lostNow > 0 ? min(255, lostNow &* 256 / expectedNow) : 0
        return ReportBlock(
            ssrc: ssrc,
            fractionLost: UInt8(truncatingIfNeeded: fraction),
            cumulativeLost: Int32(clamping: expected &- received),
            // The first turn was added so that nothing is negative.
            highestSequence: UInt32(truncatingIfNeeded: max(0, highest &- 65_536)),
            jitter: UInt32(truncatingIfNeeded: jitter >> 4),
            lastReport: lastReport,
            delay: delay
        )
    }
}
