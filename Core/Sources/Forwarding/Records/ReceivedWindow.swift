/// What becomes of a packet's number.
enum Arrival: Sendable, BitwiseCopyable {
    /// Follows all others.
    case newest
    /// Fills a gap.
    case late
    /// Was there, or lies too far back to tell.
    case duplicate
}

/// The last 1,024 sequence numbers of a stream and which of them came. Extended numbers throughout.
struct ReceivedWindow: BitwiseCopyable, Sendable {
    private static let length: Int64 = 1_024

    private var bits = InlineArray<16, UInt64>(repeating: 0)
    /// -1 before the first packet.
    private(set) var highest: Int64 = -1

    func contains(_ number: Int64) -> Bool {
        let index = Int(number & (Self.length &- 1))
        return bits[index >> 6] >> UInt64(index & 63) & 1 == 1
    }

    /// Takes a number.
    mutating func take(_ number: Int64) -> Arrival {
        guard number <= highest else {
            advance(to: number)
            set(number)
            return .newest
        }
        guard number > highest &- Self.length, !contains(number) else { return .duplicate }
        set(number)
        return .late
    }

    private mutating func set(_ number: Int64) {
        let index = Int(number & (Self.length &- 1))
        bits[index >> 6] |= 1 << UInt64(index & 63)
    }

    private mutating func advance(to number: Int64) {
        if highest < 0 || number &- highest >= Self.length {
            for index in 0..<16 { bits[index] = 0 }
        } else {
            var cleared = highest &+ 1
            while cleared < number {
                let index = Int(cleared & (Self.length &- 1))
                bits[index >> 6] &= ~(1 << UInt64(index & 63))
                cleared &+= 1
            }
            let index = Int(number & (Self.length &- 1))
            bits[index >> 6] &= ~(1 << UInt64(index & 63))
        }
        highest = number
    }
}
