public import RTP
public import Units

/// Forwards the media of one room: takes decrypted packets of publishers and says what to send to whom.
///
/// A *publication* is an m-line that a client sends on; a *slot* is one that it receives on. Control assigns sources to
/// slots; the SSRCs of a slot never change, so every packet gets the slot's SSRC, payload type, sequence number,
/// timestamp, picture identifiers and header extensions. RTCP ends here: reports, losses and key frames are settled with
/// either side on its own.
///
/// The router owns no bytes. A packet is a handle to it; of a packet it keeps it remembers the fields, ranges and
/// extension values that later copies need. Nothing is allocated, and no reference counted, but in the calls for
/// structure.
///
/// After every mutating call, drain `nextForward`, `nextControl`, `nextReleased` and `nextEvent` in this order until
/// each answers nil, then wait until `nextDeadline`. Before a router goes away, `remove` its transports and drain
/// `nextReleased`.
public struct Router: ~Copyable, Sendable {
    public internal(set) var counters = Counters()

    /// `seed` chooses first sequence numbers, timestamps and names.
    public init(seed: UInt64) {
    }

    // MARK: Structure; control plane

    /// A participant has come. Does nothing when it is known, or `Limits.transports` are there.
    public mutating func add(_ transport: TransportIndex) {}

    /// What was agreed with it, one entry for each m-line of the offer in its order; those beyond `Limits.lines` are
    /// ignored. Lines that stay the same go on undisturbed.
    public mutating func update(_ transport: TransportIndex, lines: [MediaParameters], at now: Timestamp) {}

    /// It has gone: its publications end, its slots go.
    public mutating func remove(_ transport: TransportIndex) {}

    /// Whether packets can be sent to it: keys are there and a path is selected. Slots begin with a key frame.
    public mutating func connect(_ transport: TransportIndex, _ isConnected: Bool, at now: Timestamp) {}

    /// Shows a source in a slot, or nothing. Does nothing when the slot is none, and shows nothing when the source is
    /// none of the same kind.
    public mutating func assign(_ slot: Track, to source: Track?, at now: Timestamp) {}

    /// Holds a source back from everybody, for example because a moderator muted it. Kept for a publication that is not
    /// there yet.
    public mutating func pause(_ source: Track, _ isPaused: Bool, at now: Timestamp) {}

    // MARK: Packets

    /// Takes a packet of a publisher after it was decrypted. `bytes` are all of it; `handle` names them from now on.
    /// `nextForward` then answers the copies.
    public mutating func receive(
        _ packet: RTPPacket,
        in bytes: Span<UInt8>,
        as handle: PacketHandle,
        from transport: TransportIndex,
        at now: Timestamp
    ) -> Disposition { .notKept }

    /// Takes a compound RTCP packet after it was decrypted.
    public mutating func receiveControl(_ bytes: Span<UInt8>, from transport: TransportIndex, at now: Timestamp) {}

    /// The next packet to send: copies of the packet just received, and retransmissions. Writes its header into `room`,
    /// which needs some 300 bytes.
    public mutating func nextForward(into room: inout MutableSpan<UInt8>) -> Forward? { nil }

    /// The next RTCP packet to protect and send, which stands in the first `count` bytes of `room`: at most 1,200, so
    /// give it that and room for SRTCP's tag.
    public mutating func nextControl(
        into room: inout MutableSpan<UInt8>,
        at now: Timestamp
    ) -> (transport: TransportIndex, count: Int)? { nil }

    /// The next packet that the router has no more use for. Each handle that was kept comes out exactly once.
    public mutating func nextReleased() -> PacketHandle? { nil }

    /// The next event. Allocates for `speaking`.
    public mutating func nextEvent() -> RouterEvent? { nil }

    // MARK: Time

    /// When `handleTimeout` has something to do; nil when nothing is due. Changes with every call.
    public var nextDeadline: Timestamp? { nil }

    /// Looks for what is due: feedback, reports, repeated requests, old packets, silence.
    public mutating func handleTimeout(at now: Timestamp) {}
}
