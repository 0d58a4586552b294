/// What a window knows of an index.
enum IndexVerdict: Sendable {
    case fresh
    case used
    /// Before the window.
    case tooOld
}

/// Which indices of one stream were used, among the last `64 · words` (RFC 3711 §3.3.2). Bits in a ring.
///
/// Used both ways: a receiver takes no index twice, a sender gives none twice.
struct ReplayWindow<let words: Int>: BitwiseCopyable, Sendable {
    /// The highest index so far; nothing before `isStarted`.
    private(set) var highest: UInt64 = 0
    private(set) var isStarted = false
    private var bits = InlineArray<words, UInt64>(repeating: 0)

    static var size: UInt64 { UInt64(64 &* words) }

    /// Changes nothing. It is `mutating` so that the bits are read where they stand, not copied for every packet.
    mutating func verdict(_ index: UInt64) -> IndexVerdict {
        guard isStarted, index <= highest else { return .fresh }
        guard highest &- index < Self.size else { return .tooOld }
        return bits[Self.word(index)] & Self.bit(index) == 0 ? .fresh : .used
    }

    /// Marks an index that is fresh, and moves on when it is a new highest.
    mutating func use(_ index: UInt64) {
        if !isStarted {
            isStarted = true
            highest = index
        } else if index > highest {
            if index &- highest >= Self.size {
                bits = InlineArray(repeating: 0)
            } else {
                for passed in (highest &+ 1)...index { bits[Self.word(passed)] &= ~Self.bit(passed) }
            }
            highest = index
        }
        bits[Self.word(index)] |= Self.bit(index)
    }

    private static func word(_ index: UInt64) -> Int { Int(truncatingIfNeeded: (index >> 6) % UInt64(words)) }

    private static func bit(_ index: UInt64) -> UInt64 { 1 << (index & 63) }
}
