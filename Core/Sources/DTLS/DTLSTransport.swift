public import Units

/// DTLS of one transport (RFC 5764): the handshake that keys SRTP, and the goodbye. No data.
///
/// Sans-IO: datagrams, their paths and the time go in; events and datagrams come out. After every call take what
/// `nextDatagram` has, until it has no more; call `handleTimeout` at `nextDeadline`. Datagrams are to come only from paths
/// that ICE admits (T-DTLS-1). One thread at a time.
///
/// Every path has a handshake of its own, so whoever sneaks in on one cannot spoil the client's (T-DTLS-2): the first that
/// is done with the expected certificate counts, the others are forgotten.
public struct DTLSTransport: ~Copyable {
    /// Which end begins.
    public enum Role: Sendable {
        /// Waits for a ClientHello: the server, whose answers say `a=setup:passive`.
        case server
        /// Begins. For simulations and tests.
        case client
    }

    private let identity: DTLSIdentity
    private let role: Role
    private let expected: [CertificateHash]
    private var associations: [Association] = []
    /// Closed, but with the goodbye left to send.
    private var leaving: [Association] = []
    /// Where media goes.
    private var current: FiveTuple?
    private var isEstablished = false
    private var isOver = false
    public private(set) var counters = DTLSCounters()

    /// `fingerprints` are those of the other end's description, one of which its certificate has to have.
    public init(_ role: Role, identity: DTLSIdentity, fingerprints: [CertificateHash]) {
        self.role = role
        self.identity = identity
        expected = fingerprints
    }

    /// Begins the handshake on a path. For the client's role.
    public mutating func start(on path: FiveTuple, at now: Timestamp) {
        guard role == .client, associations.isEmpty, let association = new(on: path, now) else { return }
        association.start(now)
    }

    /// Takes a datagram whose first byte says DTLS (20 to 63, RFC 7983 §7).
    public mutating func receive(_ bytes: Span<UInt8>, on path: FiveTuple, at now: Timestamp) -> DTLSEvent {
        guard !isOver else { return .none }
        guard var records = Records(bytes) else {
            counters.malformed &+= 1
            return .none
        }
        while let record = records.next(in: bytes) {
            guard let association = association(for: record, on: path, bytes, now) else {
                counters.unexpected &+= 1
                continue
            }
            feed(record, to: association, bytes, now)
            let event = settle(association, now)
            guard case .none = event else { return event }
        }
        return .none
    }

    /// When `handleTimeout` has something to do.
    public var nextDeadline: Timestamp? { isOver ? nil : associations.compactMap(\.nextDeadline).min() }

    /// Sends again what is due, and gives up what takes too long.
    public mutating func handleTimeout(at now: Timestamp) -> DTLSEvent {
        for association in associations {
            if association.state == .handshaking, association.deadline <= now {
                return giveUp(association, .timeout)
            }
            association.retransmit(now)
            let event = settle(association, now)
            guard case .none = event else { return event }
        }
        return .none
    }

    /// Copies the next datagram to send into `room` (`Limits.datagramBytes`) and says where it goes; nil when there is none.
    public mutating func nextDatagram(into room: inout MutableSpan<UInt8>) -> (path: FiveTuple, count: Int)? {
        for association in leaving + associations {
            if let count = association.take(into: &room) { return (association.path, count) }
        }
        leaving = []
        return nil
    }

    /// Media moved to another path: so does what is left to say. A handshake that has begun where media was until now moves
    /// along, unless there is another where it goes: the client does not read any more where it was.
    public mutating func move(to path: FiveTuple) {
        let old = current
        current = path
        if isEstablished {
            for association in associations { association.path = path }
        } else if let old, !associations.contains(where: { $0.path == path }) {
            associations.first { $0.path == old }?.path = path
        }
    }

    /// Gives back all that an established association holds, some 42 KB of which OpenSSL 3.0 keeps 22 for messages that may
    /// be repeated. The keys are the caller's by then; the other end's goodbye is not heard any more.
    public mutating func release() {
        guard isEstablished else { return }
        associations = []
    }

    /// Says goodbye; what that takes is to be sent yet.
    public mutating func close() {
        for association in associations { association.close() }
        leaving = associations
        associations = []
        isOver = true
    }

    /// Datagrams that were dropped because `Limits.queuedBytes` waited.
    public var dropped: Int { (leaving + associations).reduce(0) { $0 &+ $1.dropped } }

    // MARK: - Handshakes

    private mutating func new(on path: FiveTuple, _ now: Timestamp) -> Association? {
        guard associations.count < Limits.associations,
            let association = Association(identity, isServer: role == .server, expected, on: path, now)
        else { return nil }
        associations.append(association)
        return association
    }

    /// Whose a record is: of the handshake on its path, of a new one when it begins with a hello, or of the latest when
    /// the client moved meanwhile. Nil for nobody's.
    private mutating func association(
        for record: Record,
        on path: FiveTuple,
        _ bytes: Span<UInt8>,
        _ now: Timestamp
    ) -> Association? {
        if isEstablished { return associations.first }
        if let known = associations.first(where: { $0.path == path }) { return known }
        let isHello =
            record.type == .handshake && record.epoch == 0
            && bytes[record.fragment.lowerBound] == HandshakeMessages.clientHello
        if isHello, role == .server {
            return HandshakeMessages.areBounded(record.fragment, in: bytes) ? new(on: path, now) : nil
        }
        // An alert that nobody vouches for ends only the handshake of its own path.
        return record.type == .alert ? nil : associations.last
    }

    private mutating func feed(_ record: Record, to association: Association, _ bytes: Span<UInt8>, _ now: Timestamp) {
        let span = bytes.extracting(record.range)
        switch (record.epoch, record.type) {
        case (0, _) where association.state == .established: counters.badEpoch &+= 1
        case (0, .applicationData): counters.unexpected &+= 1
        case (0, .handshake):
            guard HandshakeMessages.areBounded(record.fragment, in: bytes) else {
                counters.oversized &+= 1
                return
            }
            association.receive(span, now)
        case (0, _): association.receive(span, now)
        case (1, _): if !association.receiveEncrypted(span, now) { counters.early &+= 1 }
        default: counters.badEpoch &+= 1
        }
    }

    /// Sees what became of an association.
    private mutating func settle(_ association: Association, _ now: Timestamp) -> DTLSEvent {
        switch association.state {
        case .handshaking: return .none
        case .established:
            guard !isEstablished else { return .none }
            guard let keys = association.export() else { return giveUp(association, .noKeys) }
            isEstablished = true
            associations = [association]
            return .established(keys, on: association.path)
        case .closed:
            guard isEstablished else { return giveUp(association, .refused) }
            leaving = associations
            associations = []
            isOver = true
            return .closed
        case .failed: return giveUp(association, .refused)
        }
    }

    /// A handshake that failed is forgotten in silence. OpenSSL would send an alert, which nobody vouches for: whoever
    /// forges one datagram in the client's name would have us end the client's handshake for him.
    private mutating func giveUp(_ association: Association, _ failure: DTLSFailure) -> DTLSEvent {
        associations.removeAll { $0 === association }
        counters.failures &+= 1
        guard role == .client || counters.failures >= Limits.failures else { return .attemptFailed(failure) }
        associations = []
        isOver = true
        return .failed
    }
}
