import STUN
public import Units

/// The other end: a full agent in the controlling role (RFC 8445), with what a browser does and not more. For simulations,
/// load clients and tests; the server never uses it.
///
/// It checks every pair of an own address and a candidate, nominates the first that answers (regular nomination, §8.1.1),
/// goes on checking the selected pair for consent (RFC 7675) and answers checks of the server's. Sans-IO: call `receive`
/// with what comes and `poll` until it has nothing more, at `nextDeadline` and after each call.
public struct ICEClient: Sendable {
    /// What the client knows of one pair.
    private struct Pair: Sendable {
        var path: FiveTuple
        var transaction: UInt64
        /// When the next check is due.
        var due: Timestamp
        var attempts = 0
        var isValid = false
        /// Whether its check carried USE-CANDIDATE.
        var isNominating = false
        /// Answers that came.
        var answers = 0

        /// Until the next check once it has answered.
        var pause: Duration { answers < 8 ? ICEClient.settling : ICEClient.consent }
    }

    private var local: RemoteCredentials
    private var remote: RemoteCredentials
    private var pairs: [Pair] = []
    private var transactions: UInt64
    private let tieBreaker: UInt64
    /// An answer that waits to be polled, and where it goes.
    private var answers: [(path: FiveTuple, bytes: [UInt8])] = []
    /// Where media goes.
    public private(set) var selected: FiveTuple?

    /// Between checks of a pair that has not answered: 250 ms and twice as long each time, up to 2 s.
    private static let retransmission = Duration.milliseconds(250)
    /// Between checks of pairs that have, the first eight and later.
    private static let settling = Duration.milliseconds(480)
    private static let consent = Duration.milliseconds(2_500)
    /// Between the first checks of different pairs (RFC 8445 §14.2).
    private static let pacing = Duration.milliseconds(50)

    /// Neither set of credentials goes over the limits of `RemoteCredentials`. `seed` makes transaction ids.
    public init(local: RemoteCredentials, remote: RemoteCredentials, seed: UInt64) {
        self.local = local
        self.remote = remote
        transactions = seed
        tieBreaker = seed
    }

    /// Adds a pair: `path.client` is an own address, `path.server` a candidate of the server's.
    public mutating func add(_ path: FiveTuple, at now: Timestamp) {
        guard pairs.count < Limits.pairs, !pairs.contains(where: { $0.path == path }) else { return }
        let waiting = pairs.count { $0.attempts == 0 }
        pairs.append(Pair(path: path, transaction: nextTransaction(), due: now + Self.pacing * waiting))
    }

    /// An own address is gone: the network changed.
    public mutating func remove(client address: TransportAddress) {
        pairs.removeAll { $0.path.client == address }
        if selected?.client == address { selected = nil }
    }

    /// ICE restart: new credentials at both ends, every pair checked anew. Media goes on where it went.
    public mutating func restart(local: RemoteCredentials, remote: RemoteCredentials, at now: Timestamp) {
        self.local = local
        self.remote = remote
        for index in pairs.indices {
            pairs[index] = Pair(
                path: pairs[index].path,
                transaction: nextTransaction(),
                due: now + Self.pacing * index
            )
        }
    }

    /// Nominates a pair that has answered, as a browser does when it finds a better one.
    public mutating func nominate(_ path: FiveTuple, at now: Timestamp) {
        guard let index = pairs.firstIndex(where: { $0.path == path && $0.isValid }) else { return }
        pairs[index].isNominating = true
        pairs[index].due = now
    }

    /// When `poll` has something to send next.
    public var nextDeadline: Timestamp? {
        answers.isEmpty ? pairs.map(\.due).min() : Timestamp(nanoseconds: 0)
    }

    /// Writes the next datagram that is due into `room` and says where it goes; nil when there is none.
    public mutating func poll(
        at now: Timestamp,
        into room: inout MutableSpan<UInt8>
    ) -> (path: FiveTuple, count: Int)? {
        if !answers.isEmpty {
            let answer = answers.removeFirst()
            for index in answer.bytes.indices { room[index] = answer.bytes[index] }
            return (answer.path, answer.bytes.count)
        }
        guard let index = pairs.indices.min(by: { pairs[$0].due < pairs[$1].due }), pairs[index].due <= now else {
            return nil
        }
        let pause =
            pairs[index].isValid ? pairs[index].pause : Self.retransmission * (1 << min(pairs[index].attempts, 3))
        pairs[index].attempts += 1
        pairs[index].due = now + pause
        return check(pairs[index], &room).map { (pairs[index].path, $0) }
    }

    /// Takes a STUN message that came on a path. False when it is none, or not for this client.
    public mutating func receive(_ bytes: Span<UInt8>, on path: FiveTuple, at now: Timestamp) -> Bool {
        guard let message = try? Message(parsing: bytes),  // what is no STUN is for others
            message.type.method == .binding, message.fingerprint(in: bytes) == .valid,
            let algorithm = message.integrityAlgorithm(in: bytes)
        else { return false }
        let credentials = message.type.class == .request ? local : remote
        let key = credentials.password.bytes.span.extracting(..<credentials.password.count)
        guard message.hasIntegrity(algorithm, key: key, in: bytes) else { return false }
        switch message.type.class {
        case .request:
            answer(message, algorithm, on: path)
            return true
        case .success: return succeeded(message.transactionID, on: path, now)
        case .error, .indication: return false
        }
    }

    // MARK: - Messages

    private mutating func nextTransaction() -> UInt64 {
        transactions &+= 0x9E37_79B9_7F4A_7C15
        return transactions
    }

    private func check(_ pair: Pair, _ room: inout MutableSpan<UInt8>) -> Int? {
        let id = TransactionID(high: 0xC11E_0000, low: pair.transaction)
        var writer = MessageWriter(MessageType(.request, .binding), id, to: &room)
        CheckWriter.writeUsername(
            remote.userFragment.bytes.span.extracting(..<remote.userFragment.count),
            local.userFragment.bytes.span.extracting(..<local.userFragment.count),
            &writer,
            &room
        )
        writer.write(.iceControlling, tieBreaker, to: &room)
        writer.write(.priority, CandidatePriority.peerReflexive, to: &room)
        if pair.isNominating { writer.write(.useCandidate, Span(), to: &room) }
        writer.writeIntegrity(.sha1, key: remote.password.bytes.span.extracting(..<remote.password.count), to: &room)
        writer.writeFingerprint(to: &room)
        return writer.finish(&room)
    }

    private mutating func answer(_ message: Message, _ algorithm: IntegrityAlgorithm, on path: FiveTuple) {
        guard answers.count < Limits.pairs else { return }
        var room = InlineArray<128, UInt8>(repeating: 0)
        var span = room.mutableSpan
        var writer = MessageWriter(MessageType(.success, .binding), message.transactionID, to: &span)
        writer.write(.xorMappedAddress, xor: path.server, to: &span)
        let key = local.password.bytes.span.extracting(..<local.password.count)
        writer.writeIntegrity(algorithm, key: key, to: &span)
        writer.writeFingerprint(to: &span)
        guard let count = writer.finish(&span) else { return }
        answers.append((path, (0..<count).map { room[$0] }))
    }

    private mutating func succeeded(_ id: TransactionID, on path: FiveTuple, _ now: Timestamp) -> Bool {
        guard let index = pairs.firstIndex(where: { $0.path == path && $0.transaction == id.low }) else { return false }
        let wasNominating = pairs[index].isNominating
        pairs[index].isValid = true
        pairs[index].attempts = 0
        pairs[index].answers += 1
        pairs[index].transaction = nextTransaction()
        pairs[index].due = now + pairs[index].pause
        if wasNominating {
            selected = path
            for other in pairs.indices where other != index { pairs[other].isNominating = false }
        } else if !pairs.contains(where: \.isNominating) {
            pairs[index].isNominating = true
            pairs[index].due = now
        }
        return true
    }
}
