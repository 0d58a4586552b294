import RTP
import Units

/// What came on one slot.
struct LoadSlot {
    private(set) var received = 0
    var verified = 0
    private var first: Int64?
    private var highest: Int64 = 0

    /// Counts a packet. Answers whether it is one of those to be decrypted.
    mutating func take(_ sequence: SequenceNumber) -> Bool {
        received += 1
        guard first != nil else {
            first = Int64(sequence.rawValue) + 65_536
            highest = Int64(sequence.rawValue) + 65_536
            return true
        }
        highest = max(highest, sequence.extended(near: highest))
        return received % LoadClient.sample == 0
    }

    var lost: Int { first.map { max(0, Int(highest - $0) + 1 - received) } ?? 0 }

    mutating func reset() { self = LoadSlot() }
}
