/// Which of the two relayed addresses of an allocation is meant; also as a set of both.
public struct Families: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let v4 = Families(rawValue: 1)
    public static let v6 = Families(rawValue: 2)
    public static let both: Families = [.v4, .v6]
}

/// Names an allocation for as long as it lives: the place in its worker's slab, and how often that place was used.
public struct AllocationID: Hashable, Sendable, BitwiseCopyable {
    public let slot: UInt32
    public let generation: UInt32

    public init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    /// The relay socket of one family.
    public func relay(_ family: Families) -> RelayID { RelayID(allocation: self, family: family) }
}

/// Names one relay socket: an allocation and a family. Meaningful only to the `TURNServer` that gave it.
public struct RelayID: Hashable, Sendable, BitwiseCopyable {
    public let allocation: AllocationID
    /// `.v4` or `.v6`, never both.
    public let family: Families

    public init(allocation: AllocationID, family: Families) {
        self.allocation = allocation
        self.family = family
    }

    /// All of it in one integer, for a table of atomics: family 2 bits, generation 30 bits, slot 32 bits.
    public var packed: UInt64 {
        UInt64(family.rawValue & 3) << 62 | UInt64(allocation.generation & 0x3FFF_FFFF) << 32 | UInt64(allocation.slot)
    }

    /// The other way round.
    public init(packed: UInt64) {
        self.init(
            allocation: AllocationID(
                slot: UInt32(truncatingIfNeeded: packed),
                generation: UInt32(truncatingIfNeeded: packed >> 32) & 0x3FFF_FFFF
            ),
            family: Families(rawValue: UInt8(truncatingIfNeeded: packed >> 62))
        )
    }
}
