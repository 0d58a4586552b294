public import Units

/// What an Allocate request wants of the shell: sockets, ports, and room in the quotas.
public struct RelayRequest: Sendable, Equatable {
    /// The allocation that will have them; `id.relay(.v4)` and `id.relay(.v6)` name its sockets.
    public let id: AllocationID
    /// Whose quota it is.
    public let user: UserKey
    /// The client, whose address has a quota too, and the server address it reached, which may be the relayed one.
    public let path: FiveTuple
    /// The families wanted. Both (ADDITIONAL-ADDRESS-FAMILY): IPv4 has to be there, IPv6 may be missing.
    public let families: Families
    /// EVEN-PORT: the port has to be even.
    public let isEvenPort: Bool
    /// EVEN-PORT with R: the next higher port is held for 30 s under a token.
    public let reservesNext: Bool
    /// RESERVATION-TOKEN: the port that was held under this token, for the same user; none other will do.
    public let reservation: UInt64?
}

/// What the shell opened for a `RelayRequest`.
public struct OpenedRelays: Sendable, Equatable {
    /// The relayed addresses as clients and peers see them.
    public var v4: TransportAddress?
    public var v6: TransportAddress?
    /// Why there is no IPv6 when both families were wanted; told to the client by ADDRESS-ERROR-CODE.
    public var v6Refusal: RelayRefusal?
    /// The token of the port held next to this one.
    public var reservation: UInt64?

    public init(
        v4: TransportAddress? = nil,
        v6: TransportAddress? = nil,
        v6Refusal: RelayRefusal? = nil,
        reservation: UInt64? = nil
    ) {
        self.v4 = v4
        self.v6 = v6
        self.v6Refusal = v6Refusal
        self.reservation = reservation
    }
}

/// Why the shell opens nothing. The raw value is the code on the wire (RFC 8656 §19).
public enum RelayRefusal: UInt16, Sendable, CaseIterable, BitwiseCopyable {
    /// No address of this family here.
    case familyNotSupported = 440
    /// The user's or the address's quota is used up.
    case quotaReached = 486
    /// No port is free, or the reservation is unknown or over.
    case insufficientCapacity = 508
}

/// An allocation, or one family of it, that has ended: its sockets are to be closed and its quota to be given back.
public struct ClosedAllocation: Sendable, Equatable {
    public let id: AllocationID
    public let user: UserKey
    public let path: FiveTuple
    /// The families whose sockets are to be closed.
    public let families: Families
    /// Nothing of the allocation is left: give its quota back. False when the other family goes on.
    public let isLast: Bool
}
