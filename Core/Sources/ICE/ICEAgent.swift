import STUN
public import Units

/// The server's end of ICE for one transport: a lite agent (RFC 8445 §2.5), always controlled, which answers checks and
/// sends media where the latest authenticated nomination says.
///
/// Sans-IO: a datagram or frame, its path and the time go in; bytes to send back and an event come out. Nothing is
/// allocated for a check.
///
/// What it does beyond RFC 8445's lite agent: a path from which a check came is checked back once, to its source and
/// within three times the bytes that came. Media moves only to a path where somebody answered, or from where something
/// came that needs the transport's keys. So a check that was recorded and is sent again with a victim's address turns no
/// stream against the victim (T-STUN-1). Addresses in descriptions are never sent to (T-SIG-4).
public struct ICEAgent: Sendable {
    /// Credentials of one generation (RFC 8445 §2.4: an ICE restart begins a new one).
    struct Generation: Sendable, BitwiseCopyable {
        var local: LocalCredentials
        var remote: RemoteCredentials
        var wasUsed = false
    }

    var current: Generation
    /// The generation before the restart, valid until the first check with the new one.
    var previous: Generation?
    var tuples = TupleTable()
    /// Where media goes.
    public internal(set) var selected: FiveTuple?
    public internal(set) var counters = ICECounters()
    var nominations: UInt64 = 0
    private var checks: UInt64 = 0
    /// Makes the ids of our checks unpredictable.
    private let secret: UInt64
    /// Sent with our checks (RFC 8445 §7.1.3); it decides nothing, the client is always controlling.
    let tieBreaker: UInt64

    /// A transport's agent, before the first check. The generator has to be a cryptographic one.
    public init(
        local: LocalCredentials,
        remote: RemoteCredentials,
        using generator: inout some RandomNumberGenerator
    ) {
        current = Generation(local: local, remote: remote)
        secret = generator.next()
        tieBreaker = generator.next()
    }

    /// The client restarts ICE (RFC 8839 §4.4.1.1.1). Checks with the credentials before stay valid until the first with
    /// the new ones; media goes on as it did.
    public mutating func restart(local: LocalCredentials, remote: RemoteCredentials) {
        // A generation that nobody used yet is replaced; the one before it is still what the client has.
        if current.wasUsed || previous == nil { previous = current }
        current = Generation(local: local, remote: remote)
    }

    /// Our user fragments that a check may name: the shell's table has an entry for each.
    public var fragments: (current: LocalFragment, previous: LocalFragment?) {
        (current.local.fragment, previous?.local.fragment)
    }

    /// Whether a check came from there, so that DTLS and SRTP may be looked at (T-DTLS-1).
    public func admits(_ path: FiveTuple) -> Bool { path == selected || tuples.index(of: path) != nil }

    /// Something came that only the client can have made: SRTP or SRTCP that was verified, DTLS after the handshake.
    public mutating func receivedAuthenticated(on path: FiveTuple, at now: Timestamp) -> ICEEvent {
        guard let index = tuples.index(of: path) else { return .none }
        return heard(at: index, isVerified: true, now)
    }

    /// Something came that anybody could have sent: a record of a DTLS handshake. It earns the right to an answer.
    public mutating func receivedUnauthenticated(_ count: Int, on path: FiveTuple) {
        guard let index = tuples.index(of: path) else { return }
        earn(count, at: index)
    }

    /// Whether a datagram may be sent on a path; if so it is counted. To one that is not verified go three times the
    /// bytes that came from it, and to an unknown one nothing.
    public mutating func maySend(_ count: Int, on path: FiveTuple) -> Bool {
        guard let index = tuples.index(of: path) else { return false }
        return spend(count, at: index)
    }

    /// When `expire` has something to do; nil when there is nothing that could expire.
    public var nextDeadline: Timestamp? {
        guard let selected, let index = tuples.index(of: selected) else { return nil }
        return tuples[index].map { $0.heard + Limits.liveness }
    }

    /// Sees whether the path that media takes has gone silent. Call it at `nextDeadline`; more often does no harm.
    public mutating func expire(at now: Timestamp) -> ICEEvent {
        guard let deadline = nextDeadline, deadline <= now else { return .none }
        selected = nil
        return .lost
    }

    /// A TCP connection ended: the path is no more.
    public mutating func closed(_ path: FiveTuple) -> ICEEvent {
        guard let index = tuples.index(of: path) else { return .none }
        tuples[index] = nil
        guard selected == path else { return .none }
        selected = nil
        return .lost
    }

    // MARK: - What paths have

    /// Counts that something authenticated came, and moves media when the client wanted it there.
    mutating func heard(at index: Int, isVerified: Bool, _ now: Timestamp) -> ICEEvent {
        guard var tuple = tuples[index] else { return .none }
        tuple.heard = max(tuple.heard, now)
        tuple.isVerified = tuple.isVerified || isVerified
        tuples[index] = tuple
        guard tuple.path != selected, tuple.isVerified, tuple.nomination == nominations, nominations > 0 else {
            return .none
        }
        selected = tuple.path
        return .selected(tuple.path)
    }

    mutating func earn(_ count: Int, at index: Int) {
        guard var tuple = tuples[index], !tuple.isVerified else { return }
        // Without a bound a path that only ever receives would save up for a burst.
        tuple.budget = min(tuple.budget &+ min(max(count, 0), 65_535) &* Limits.amplification, 16_384)
        tuples[index] = tuple
    }

    mutating func spend(_ count: Int, at index: Int) -> Bool {
        guard var tuple = tuples[index] else { return false }
        if tuple.isVerified { return true }
        guard count <= tuple.budget else {
            counters.overBudget &+= 1
            return false
        }
        tuple.budget &-= count
        tuples[index] = tuple
        return true
    }

    /// A path's place, a new one when a check came from there for the first time.
    mutating func place(for path: FiveTuple, _ now: Timestamp) -> Int {
        if let index = tuples.index(of: path) { return index }
        let (index, isEviction) = tuples.placeForNew(keeping: selected)
        if isEviction { counters.evicted &+= 1 }
        checks &+= 1
        tuples[index] = Tuple(path: path, heard: now, check: transactionID(checks))
        return index
    }

    /// 96 bits that nobody can guess who does not know the secret.
    private func transactionID(_ number: UInt64) -> TransactionID {
        let key: InlineArray<16, UInt8> = InlineArray { index in
            UInt8(truncatingIfNeeded: (index < 8 ? secret : tieBreaker) >> UInt64(8 &* (index & 7)))
        }
        let text: InlineArray<8, UInt8> = InlineArray { UInt8(truncatingIfNeeded: number >> UInt64(8 &* $0)) }
        let mac = Digest.hmacSHA1(key: key.span, text.span)
        var high: UInt32 = 0
        var low: UInt64 = 0
        for index in 0..<4 { high = high << 8 | UInt32(mac[index]) }
        for index in 4..<12 { low = low << 8 | UInt64(mac[index]) }
        return TransactionID(high: high, low: low)
    }
}
