public import Units

/// What a client's bytes lead to. The shell performs it before it calls again: the ranges and bytes are of this call.
public enum Outcome: Sendable, Equatable {
    /// Dropped, and counted under its reason; or there is nothing to do.
    case nothing
    /// The first `count` bytes of `room` go back on the path the message came from.
    case reply(count: Int)
    /// `payload`, a range of the bytes given, goes out of the relay's socket to a peer.
    ///
    /// `isOwn`: the address is this machine's. Then the port decides: if a live relay has it, the payload is given to
    /// that relay in process (`received(from: relayedAddress(of:), on:…)`, on the worker that owns it). Otherwise it goes
    /// out only when `isAllowed`, which says that the host's allow-list names the address; else it is dropped.
    case relay(RelayID, to: TransportAddress, payload: Range<Int>, isOwn: Bool, isAllowed: Bool)
    /// Relay sockets are wanted. The shell answers with `opened` or `refused`; until then the allocation relays nothing,
    /// and after `Configuration.Limits.opening` it is forgotten.
    case open(RelayRequest)
}

/// A datagram of a peer on its way to the client: header, payload, zeros, as one datagram or one frame of a stream.
public struct Delivery: Sendable, Equatable {
    /// Where it goes.
    public let path: FiveTuple
    /// Bytes written to the end of the head-room: 4 for ChannelData, 36 or 48 for a Data indication.
    public let header: Int
    /// Zero bytes (0 to 3) to send behind the payload.
    public let trailer: Int
}
