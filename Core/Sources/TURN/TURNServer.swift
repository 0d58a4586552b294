import STUN
public import Units

/// A TURN server (RFC 8656) without its sockets: bytes, time and what the shell did go in; what is to be done comes out.
///
/// One value for each worker. A client's 5-tuple always comes to the same worker, so an allocation has one owner and there
/// are no locks. **The shell's contract:** after every call perform what it returned, then drain `nextClosed()`; call
/// `expire` about once a second. Nothing is allocated for ChannelData, Send, or data of peers; tables grow with allocations,
/// up to `Configuration.Limits`. No state exists for a client that has not shown a valid MESSAGE-INTEGRITY.
public struct TURNServer: ~Copyable {
    /// Bytes of the largest answer: give `receive`, `opened` and `refused` a room of at least this.
    public static let answerRoom = 512
    /// Bytes that `header` needs to have in `received`.
    public static let headRoom = Limits.headRoom

    /// What has been relayed, dropped and refused.
    public internal(set) var counters = Counters()

    var configuration: Configuration
    let limits: Configuration.Limits
    let realm: [UInt8]
    let nonces: NonceMint
    let bandwidth: Bandwidth
    let totalBandwidth: Bandwidth
    var store: AllocationStore
    var revocations: Revocations
    let budget: AnswerBudget
    var totalToPeers = BandwidthMeter()
    var totalToClients = BandwidthMeter()
    /// Makes the transaction ids of Data indications, which nobody answers.
    var indications: UInt64
    /// The latest wall clock a request came with.
    var wall: UInt64 = 0

    /// `seed` is random: it keeps others from choosing addresses that meet in one place of a table.
    public init(_ configuration: Configuration, seed: UInt64) {
        self.configuration = configuration
        limits = configuration.limits
        realm = Array(configuration.realm.utf8.prefix(Limits.realm))
        nonces = NonceMint(key: configuration.nonceKey, lifetime: configuration.nonceLifetime)
        bandwidth = Bandwidth(bytesPerSecond: limits.bytesPerSecond, burst: limits.burst)
        totalBandwidth = Bandwidth(bytesPerSecond: limits.totalBytesPerSecond, burst: limits.burst)
        store = AllocationStore(limits, seed: seed)
        revocations = Revocations(limit: limits.revocations)
        budget = configuration.budget ?? AnswerBudget(seed: seed &+ 1, sources: limits.sources)
        indications = seed &* 0x9E37_79B9_7F4A_7C15
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
        if ChannelData.begins(bytes) { return receiveChannelData(bytes, path, now) }
        // What is no STUN message gets no answer.
        guard let message = try? Message(parsing: bytes), message.fingerprint(in: bytes) != .invalid else {
            return drop(.malformed)
        }
        switch message.type.class {
        case .indication where message.type.method == .send: return receiveSend(message, bytes, path, now)
        case .request: return receiveRequest(message, bytes, path, now, wall, &room)
        case .indication, .success, .error: return drop(.unexpected)
        }
    }

    private mutating func receiveRequest(
        _ message: Message,
        _ bytes: Span<UInt8>,
        _ path: FiveTuple,
        _ now: Timestamp,
        _ wall: UInt64,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        guard room.count >= Self.answerRoom else { return drop(.noRoom) }
        self.wall = max(self.wall, wall)
        let fields = Fields(of: message, in: bytes)
        let request = Request(message: message, fields: fields, path: path, now: now, wall: wall)
        switch message.type.method {
        case .allocate: return receiveAllocate(request, bytes, &room)
        case .refresh: return receiveRefresh(request, bytes, &room)
        case .createPermission: return receiveCreatePermission(request, bytes, &room)
        case .channelBind: return receiveChannelBind(request, bytes, &room)
        default: return drop(.unexpected)
        }
    }

    mutating func drop(_ reason: DropReason) -> Outcome {
        counters.count(reason)
        return .nothing
    }
}
