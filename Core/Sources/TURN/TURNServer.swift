public import Units

/// A TURN server (RFC 8656) without its sockets: bytes, time and what the shell did go in; what is to be done comes out.
///
/// One value for each worker. A client's 5-tuple always comes to the same worker, so an allocation has one owner and there
/// are no locks. **The shell's contract:** after every call perform what it returned, then drain `nextClosed()`; call
/// `expire` about once a second. Nothing is allocated for ChannelData, Send, or data of peers; tables grow with allocations,
/// up to `Configuration.Limits`. No state exists for a client that has not shown a valid MESSAGE-INTEGRITY.
public struct TURNServer: ~Copyable {
    /// What has been relayed, dropped and refused.
    public internal(set) var counters = Counters()

    let configuration: Configuration

    /// `seed` is random: it keeps others from choosing addresses that meet in one place of a table.
    public init(_ configuration: Configuration, seed: UInt64) {
        self.configuration = configuration
    }

    /// A STUN message of TURN's methods, or ChannelData, that a client sent: a datagram, or a frame cut from a stream
    /// by `StreamFrame`. `wall` is Unix seconds; `room` takes an answer, at most `answerRoom` bytes.
    public mutating func receive(
        _ bytes: Span<UInt8>,
        from path: FiveTuple,
        at now: Timestamp,
        wall: UInt64,
        into room: inout MutableSpan<UInt8>
    ) -> Outcome {
        .nothing
    }

    /// Bytes of the largest answer: give `receive`, `opened` and `refused` a room of at least this.
    public static let answerRoom = 512

    /// Bytes that `header` needs to have in `received`.
    public static let headRoom = Limits.headRoom

    /// The shell opened what `Outcome.open` asked for. Writes the Allocate response, to be sent on `request.path`, and
    /// returns its bytes. Nil: the allocation has ended meanwhile; the shell closes what it opened and gives the quota back
    /// itself, `nextClosed` does not name it.
    public mutating func opened(
        _ request: RelayRequest,
        _ relays: OpenedRelays,
        at now: Timestamp,
        into room: inout MutableSpan<UInt8>
    ) -> Int? {
        nil
    }

    /// The shell could not open what `Outcome.open` asked for. Writes the error response, returns its bytes. The allocation
    /// is forgotten; `nextClosed` does not name it.
    public mutating func refused(
        _ request: RelayRequest,
        _ why: RelayRefusal,
        into room: inout MutableSpan<UInt8>
    ) -> Int? {
        nil
    }

    /// A datagram of `count` bytes came to a relay socket, or in process from another allocation of this machine.
    ///
    /// Writes what stands before the payload to the **end** of `header` (at least `headRoom` bytes) and says where all of
    /// it goes. Nil: no permission, over the bandwidth, or the relay is gone; counted.
    public mutating func received(
        from peer: TransportAddress,
        on relay: RelayID,
        count: Int,
        header: inout MutableSpan<UInt8>,
        at now: Timestamp
    ) -> Delivery? {
        nil
    }

    /// The relayed address that the shell gave in `OpenedRelays`; nil when the relay is gone. What a payload that is
    /// handed over in process comes from.
    public func relayedAddress(of relay: RelayID) -> TransportAddress? { nil }

    /// Ends what has run out. To be called about once a second; being late does no harm, since every use checks the time.
    public mutating func expire(at now: Timestamp) {}

    /// A participant was removed: its allocations end now, and credentials of it that run out at `wall` (Unix seconds) or
    /// before are refused at Allocate.
    public mutating func revoke(_ user: UserKey, until wall: UInt64, at now: Timestamp) {}

    /// The TCP or TLS connection ended, and its allocation with it (RFC 8656 §7).
    public mutating func closed(_ path: FiveTuple) {}

    /// The next allocation, or family of one, that ended since it was asked last; nil when there is none.
    public mutating func nextClosed() -> ClosedAllocation? { nil }
}
