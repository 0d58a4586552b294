/// Mixes integers into a place of a table. Seeded, because it is clients that choose the integers.
public struct TableHash: Sendable, BitwiseCopyable {
    @usableFromInline var state: UInt64

    @inlinable public init(seed: UInt64) { state = seed }

    @inlinable public mutating func add(_ word: UInt64) {
        let (high, low) = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        state = (high ^ low) &+ 0xD6E8_FEB8_6659_FD93
    }

    @inlinable public mutating func add(_ address: TransportAddress, and more: UInt64 = 0) {
        add(address.address.high)
        add(address.address.low)
        add(UInt64(address.port) | more << 16)
    }

    @inlinable public mutating func add(_ path: FiveTuple) {
        add(path.client, and: UInt64(path.transport.rawValue))
        add(path.server)
    }

    @inlinable public var value: UInt32 { UInt32(truncatingIfNeeded: state ^ state >> 32) }
}
