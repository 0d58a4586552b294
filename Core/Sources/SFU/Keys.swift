/// A link between a client and the unit, named by the control plane; never used twice.
public struct TransportKey: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A room, named by the control plane. Transports of one room see each other's media.
public struct RoomKey: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// One m-line of a link: a publication where the client sends, a slot where it receives.
public struct TrackKey: Hashable, Sendable, BitwiseCopyable {
    public let transport: TransportKey
    /// The m-line's index in the client's offer.
    public let line: UInt8

    public init(transport: TransportKey, line: UInt8) {
        self.transport = transport
        self.line = line
    }
}
