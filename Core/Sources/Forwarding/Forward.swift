/// Who has a packet after `Router.receive`.
public enum Disposition: Hashable, Sendable, BitwiseCopyable {
    /// The router, until the handle comes out of `nextReleased`.
    case kept
    /// The caller, who may use the slot again once `nextForward` has answered nil.
    case notKept
}

/// A packet to be protected and sent: the header that `nextForward` wrote, then `prefix`, then a part of a packet that
/// the caller has.
///
/// ```
/// | header, in the room | prefix: retransmission's number, payload descriptor | payload of the handle's packet |
/// ```
public struct Forward: Sendable {
    /// Whom to send it to.
    public var transport: TransportIndex
    /// Whose bytes `payload` names: the packet just received, or one that was kept.
    public var handle: PacketHandle
    /// Bytes of the header, which stand at the start of the room.
    public var header: Int
    /// What goes between header and payload; only the first `prefixCount` bytes count.
    public var prefix: InlineArray<8, UInt8>
    public var prefixCount: Int
    /// Where the rest of the payload stands in the handle's packet.
    public var payload: Range<Int>

    /// Bytes of the packet before it is protected.
    public var length: Int { header &+ prefixCount &+ payload.count }
}
