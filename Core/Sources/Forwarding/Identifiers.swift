/// A participant's transport: the index that the owner of the router's room keeps it under. Not negative.
public typealias TransportIndex = Int32

/// A packet whose bytes the caller has: the slot it lies in. The router never looks into it but in `receive`.
public typealias PacketHandle = Int32

/// One m-line of one transport: a publication where the client sends, a slot where it receives.
public struct Track: Hashable, Sendable, BitwiseCopyable {
    public var transport: TransportIndex
    /// The index of the m-line in the client's offer, under `Limits.lines`.
    public var line: UInt8

    public init(transport: TransportIndex, line: UInt8) {
        self.transport = transport
        self.line = line
    }
}
