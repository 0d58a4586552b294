public import DTLS
public import ICE
import RTP
public import SRTP
public import Units

/// The media plane's side of one link: tells apart what comes from a client (RFC 7983 §7) and hands it to ICE, DTLS and
/// SRTP.
///
/// Sans-IO: a datagram (or frame of a stream), its path and the time go in. After every call take what `nextDatagram` and
/// `nextEvent` have, until they have no more; call `handleTimeout` at `nextDeadline`. One thread at a time. A packet of SRTP
/// costs no allocation and no reference count.
///
/// DTLS and SRTP are looked at only from paths that ICE admits; SRTP only with keys; and nothing changes for a packet that
/// is not authentic.
public struct PeerConnection: ~Copyable {
    /// Bytes of the room that `nextDatagram` needs.
    public static let datagramBytes = DTLS.Limits.datagramBytes

    private let identity: DTLSIdentity
    var agent: ICEAgent
    var dtls: DTLSTransport
    /// What DTLS counted before the client's certificate changed.
    private var earlierDTLS = DTLSCounters()
    var ciphers: SessionCiphers?
    var pending = PendingDatagrams()
    var events = PendingEvents()
    public internal(set) var counters = PeerConnectionCounters()
    /// Whether DTLS may have something to send, so that it is not asked after every packet.
    private var mayHaveFlight = false
    private var handshakeDeadline: Timestamp?
    /// When the finished handshake is let go; nil when there is none to let go.
    private var release: Timestamp?
    private var lastFailure = DTLSFailure.refused
    /// The one path besides the selected that may have a handshake before there are keys: a ClientHello may come before
    /// the nomination, but who repeats the client's checks from elsewhere must not take all of DTLS's places (T-DTLS-2).
    var earlyPath: FiveTuple?

    /// A transport before its first datagram. Nil when no certificate of the client's could ever be right. The generator has
    /// to be a cryptographic one.
    public init?(
        _ session: SessionParameters,
        identity: DTLSIdentity,
        using generator: inout some RandomNumberGenerator
    ) {
        guard !session.fingerprints.isEmpty else { return nil }
        self.identity = identity
        agent = ICEAgent(local: session.local, remote: session.remote, using: &generator)
        dtls = DTLSTransport(.server, identity: identity, fingerprints: session.fingerprints)
    }

    /// What a later offer of the client's agreed on. An ICE restart leaves DTLS and SRTP as they are (RFC 8842 §4); another
    /// certificate begins DTLS anew, and the keys before stay good until there are new ones.
    public mutating func update(_ session: SessionParameters) {
        if session.isRestart { agent.restart(local: session.local, remote: session.remote) }
        guard session.isNewAssociation else { return }
        earlierDTLS.add(dtls.counters)
        dtls = DTLSTransport(.server, identity: identity, fingerprints: session.fingerprints)
        release = nil
        earlyPath = nil
        afterDTLS()
    }

    // MARK: - State

    /// Where media goes; nil while there is no way to the client.
    public var selected: FiveTuple? { agent.selected }

    /// Whether there are keys.
    public var isEstablished: Bool { ciphers != nil }

    /// Our user fragments that a check may name, the one before a restart too: the owner's table has an entry for each.
    public var fragments: (current: LocalFragment, previous: LocalFragment?) { agent.fragments }

    /// Whether a check of the client's came from there, so that other packets may follow.
    public func admits(_ path: FiveTuple) -> Bool { agent.admits(path) }

    public var iceCounters: ICECounters { agent.counters }
    public var dtlsCounters: DTLSCounters {
        var all = earlierDTLS
        all.add(dtls.counters)
        return all
    }

    // MARK: - What comes out

    /// Copies the next datagram of ICE or DTLS into `room` and says where it goes; nil when there is none.
    public mutating func nextDatagram(into room: inout MutableSpan<UInt8>) -> (path: FiveTuple, count: Int)? {
        if !pending.isEmpty, let next = pending.next(into: &room) { return next }
        guard mayHaveFlight else { return nil }
        while let next = dtls.nextDatagram(into: &room) {
            if agent.maySend(next.count, on: next.path) { return next }
            // The flight is sent again, and by then the client has answered our check.
            counters.overBudget &+= 1
        }
        mayHaveFlight = false
        return nil
    }

    public mutating func nextEvent() -> PeerConnectionEvent? { events.next() }

    /// Protects an RTP packet whose first `header` bytes are in `room` already; see `SRTPSender.protect`. Without keys it
    /// throws `cipher`.
    public mutating func protect(
        header: Int,
        prefix: Span<UInt8> = Span(),
        payload: Span<UInt8>,
        into room: inout MutableSpan<UInt8>
    ) throws(ProtectError) -> Int {
        guard let count = try ciphers?.sender.protect(header: header, prefix: prefix, payload: payload, into: &room)
        else { throw .cipher }
        return count
    }

    /// Protects the RTCP packet in the first `count` bytes of `room`, where it stands; answers how many bytes it has now.
    /// Without keys it throws `cipher`.
    public mutating func protectControl(count: Int, in room: inout MutableSpan<UInt8>) throws(ProtectError) -> Int {
        guard let count = try ciphers?.sender.protectControl(count: count, in: &room) else { throw .cipher }
        return count
    }

    // MARK: - Time and paths

    /// When `handleTimeout` has something to do.
    public var nextDeadline: Timestamp? {
        var next = agent.nextDeadline
        if let due = handshakeDeadline { next = next.map { min($0, due) } ?? due }
        if let due = release { next = next.map { min($0, due) } ?? due }
        return next
    }

    public mutating func handleTimeout(at now: Timestamp) {
        events.note(agent.expire(at: now))
        if let release, release <= now { releaseHandshake() }
        for _ in 0..<Limits.timers {
            guard let due = handshakeDeadline, due <= now else { return }
            settle(dtls.handleTimeout(at: now), now)
        }
    }

    /// A TCP connection ended: the path is no more.
    public mutating func closed(_ path: FiveTuple) { events.note(agent.closed(path)) }
}

// MARK: - DTLS

extension PeerConnection {
    /// What DTLS said about itself, taken over. `path`: where the datagram came from that led to it; nil for a timer.
    mutating func settle(_ event: DTLSEvent, on path: FiveTuple? = nil, _ now: Timestamp) {
        switch event {
        case .none: break
        case .established(let keys, let start):
            guard let ciphers = SessionCiphers(keys, isServer: true) else {
                events.failed(.noKeys)
                break
            }
            self.ciphers = consume ciphers
            release = now + Limits.lastFlight
            earlyPath = nil
            events.established()
            // Only the client can have finished the handshake there.
            events.note(agent.receivedAuthenticated(on: path ?? start, at: now))
            // It may have begun elsewhere, when the client has moved since: our last flight has to reach it.
            if let selected = agent.selected { dtls.move(to: selected) }
        case .attemptFailed(let failure):
            lastFailure = failure
            earlyPath = nil
        case .failed: events.failed(lastFailure)
        case .closed: events.closed()
        }
        afterDTLS()
    }

    /// The client has our last flight: gives back what OpenSSL holds.
    mutating func releaseHandshake() {
        guard release != nil else { return }
        release = nil
        dtls.release()
        afterDTLS()
    }

    private mutating func afterDTLS() {
        mayHaveFlight = true
        handshakeDeadline = dtls.nextDeadline
    }
}
