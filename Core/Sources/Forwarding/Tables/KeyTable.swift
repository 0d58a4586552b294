import Units
import Wire

/// What a key of `KeyTable` names.
enum KeyKind: UInt64 {
    /// A transport's index: its peer.
    case transport = 1
    /// An SSRC that a peer sends with: its stream, twice, plus one for a stream of retransmissions.
    case source
    /// An SSRC that a peer has named for a publication.
    case named
    /// An SSRC that a peer is sent: its slot.
    case slot
}

/// Finds places by integers: open addressing with linear probing, at most half full. Seeded, because it is clients that
/// choose SSRCs.
struct KeyTable: ~Copyable, Sendable {
    /// Zero is free; no key is zero.
    private var keys = FlatArray<UInt64>(repeating: 0, count: 64)
    private var values = FlatArray<Int32>(repeating: 0, count: 64)
    private let seed: UInt64
    private(set) var count = 0

    init(seed: UInt64) { self.seed = seed }

    static func key(_ kind: KeyKind, of peer: Int = 0, _ number: UInt32) -> UInt64 {
        kind.rawValue << 60 | UInt64(truncatingIfNeeded: peer) << 32 | UInt64(number)
    }

    subscript(key: UInt64) -> Int? {
        var position = home(key)
        while keys[position] != 0 {
            if keys[position] == key { return Int(values[position]) }
            position = (position &+ 1) & mask
        }
        return nil
    }

    /// Makes room for keys that are put in on the packet path.
    mutating func reserve(_ wanted: Int) {
        guard wanted &* 2 > keys.count else { return }
        var size = keys.count
        while size < wanted &* 2 { size &*= 2 }
        var larger = KeyTable(seed: seed, size: size)
        for position in 0..<keys.count where keys[position] != 0 {
            _ = larger.insert(Int(values[position]), for: keys[position])
        }
        self = larger
    }

    /// False when there is no room; replaces the value of a key that is there.
    mutating func insert(_ value: Int, for key: UInt64) -> Bool {
        var position = home(key)
        while keys[position] != 0, keys[position] != key { position = (position &+ 1) & mask }
        if keys[position] == 0 {
            guard (count &+ 1) &* 2 <= keys.count else { return false }
            count &+= 1
        }
        keys[position] = key
        values[position] = Int32(truncatingIfNeeded: value)
        return true
    }

    mutating func remove(_ key: UInt64) {
        var gap = home(key)
        while keys[gap] != key {
            guard keys[gap] != 0 else { return }
            gap = (gap &+ 1) & mask
        }
        count &-= 1
        // What stood behind it moves up, so that no probe ends too early.
        var next = (gap &+ 1) & mask
        while keys[next] != 0 {
            if (next &- home(keys[next])) & mask >= (next &- gap) & mask {
                keys[gap] = keys[next]
                values[gap] = values[next]
                gap = next
            }
            next = (next &+ 1) & mask
        }
        keys[gap] = 0
    }

    private init(seed: UInt64, size: Int) {
        self.seed = seed
        keys = FlatArray(repeating: 0, count: size)
        values = FlatArray(repeating: 0, count: size)
    }

    private var mask: Int { keys.count &- 1 }

    private func home(_ key: UInt64) -> Int {
        let (high, low) = (key ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: high ^ low) & mask
    }
}
