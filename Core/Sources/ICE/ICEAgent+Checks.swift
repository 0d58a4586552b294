import STUN
public import Units

extension ICEAgent {
    /// Takes a STUN message that came on a path, writes what goes back into `room` (`Limits.room` bytes) and says what
    /// changed. Dropped and counted in silence are:
    /// - what is no Binding request and no answer to a check of ours,
    /// - what has no right FINGERPRINT, USERNAME `local:remote` and MESSAGE-INTEGRITY. RFC 8489 §9.1.3 would answer with
    ///   400 or 401; that helps nobody but who probes for transports.
    public mutating func receive(
        _ bytes: Span<UInt8>,
        on path: FiveTuple,
        at now: Timestamp,
        into room: inout MutableSpan<UInt8>
    ) -> ICEOutcome {
        guard let message = try? Message(parsing: bytes),  // what is no STUN gets no answer
            message.type.method == .binding, message.type.class != .indication
        else {
            counters.notICE &+= 1
            return .nothing()
        }
        guard message.fingerprint(in: bytes) == .valid else {
            counters.badFingerprint &+= 1
            return .nothing()
        }
        guard message.type.class == .request else { return receiveAnswer(message, bytes, on: path, now) }
        return receiveRequest(message, bytes, on: path, now, &room)
    }

    // MARK: - Requests

    /// RFC 8445 §7.3.
    private mutating func receiveRequest(
        _ message: Message,
        _ bytes: Span<UInt8>,
        on path: FiveTuple,
        _ now: Timestamp,
        _ room: inout MutableSpan<UInt8>
    ) -> ICEOutcome {
        let attributes = CheckAttributes(of: message, in: bytes)
        guard let username = attributes.username, let isCurrent = isCurrent(bytes.extracting(username)) else {
            counters.badUsername &+= 1
            return .nothing()
        }
        let generation = isCurrent ? current : previous ?? current
        guard let algorithm = message.integrityAlgorithm(in: bytes),
            message.hasIntegrity(algorithm, key: generation.local.password.span, in: bytes)
        else {
            counters.badIntegrity &+= 1
            return .nothing()
        }
        if isCurrent, !current.wasUsed {
            current.wasUsed = true
            previous = nil
        }
        let index = place(for: path, now)
        earn(bytes.count, at: index)
        let kind = answer(to: attributes)
        var event = ICEEvent.none
        if kind == .success {
            if attributes.nominates { nominate(index) }
            event = heard(at: index, isVerified: false, now)
        }
        return send(
            to: index,
            check: kind == .success ? generation.remote : nil,
            answer: kind,
            to: message,
            attributes,
            algorithm,
            generation.local,
            event,
            &room
        )
    }

    /// Whose credentials a USERNAME names: true for the current ones, false for those before, nil for none of ours.
    private func isCurrent(_ username: Span<UInt8>) -> Bool? {
        if current.isNamed(by: username) { return true }
        return previous?.isNamed(by: username) == true ? false : nil
    }

    private mutating func answer(to attributes: CheckAttributes) -> CheckAnswer {
        if attributes.unknownCount > 0 {
            counters.unknownAttributes &+= 1
            return .unknownAttributes
        }
        // A lite agent cannot become controlling, whatever the tie-breakers say (RFC 8445 §6.1.1): the other has to.
        if attributes.isFromControlled {
            counters.roleConflicts &+= 1
            return .roleConflict
        }
        return .success
    }

    /// USE-CANDIDATE (RFC 8445 §7.3.1.5): the latest counts, whichever path had it before. A repeated one on the path that
    /// media takes changes nothing.
    private mutating func nominate(_ index: Int) {
        guard let tuple = tuples[index], tuple.nomination == 0 || tuple.nomination != nominations else { return }
        nominations &+= 1
        tuples[index]?.nomination = nominations
    }

    /// Writes a check of ours, where one is due, and the answer, both as far as the path's budget goes.
    private mutating func send(
        to index: Int,
        check remote: RemoteCredentials?,
        answer: CheckAnswer,
        to message: Message,
        _ attributes: CheckAttributes,
        _ algorithm: IntegrityAlgorithm,
        _ local: LocalCredentials,
        _ event: ICEEvent,
        _ room: inout MutableSpan<UInt8>
    ) -> ICEOutcome {
        var outcome = ICEOutcome.nothing(event)
        guard let tuple = tuples[index] else { return outcome }
        var written = 0
        if let remote, !tuple.isVerified,
            let count = CheckWriter.request(tuple.check, from: local, to: remote, tieBreaker, &room),
            spend(count, at: index)
        {
            outcome.check = 0..<count
            written = count
        }
        // Behind the check; written apart, as messages begin at the start of their room.
        var space = InlineArray<160, UInt8>(repeating: 0)
        var rest = space.mutableSpan
        let count = CheckWriter.answer(
            answer,
            to: message.transactionID,
            source: tuple.path.client,
            attributes,
            algorithm,
            key: local.password.span,
            &rest
        )
        guard let count, written &+ count <= room.count, spend(count, at: index) else { return outcome }
        for index in 0..<count { room[written &+ index] = space[index] }
        counters.answered &+= 1
        outcome.answer = written..<(written &+ count)
        return outcome
    }

    // MARK: - Answers to our checks

    /// RFC 8445 §7.2.5: the answer has to come from where the check went, vouched for by the client's password.
    private mutating func receiveAnswer(
        _ message: Message,
        _ bytes: Span<UInt8>,
        on path: FiveTuple,
        _ now: Timestamp
    ) -> ICEOutcome {
        guard message.type.class == .success, let index = tuples.index(of: path),
            tuples[index]?.check == message.transactionID
        else {
            counters.strayAnswers &+= 1
            return .nothing()
        }
        guard let algorithm = message.integrityAlgorithm(in: bytes),
            vouches(message, algorithm, current.remote, bytes)
                || previous.map({ vouches(message, algorithm, $0.remote, bytes) }) == true
        else {
            counters.badIntegrity &+= 1
            return .nothing()
        }
        return .nothing(heard(at: index, isVerified: true, now))
    }

    private func vouches(
        _ message: Message,
        _ algorithm: IntegrityAlgorithm,
        _ remote: RemoteCredentials,
        _ bytes: Span<UInt8>
    ) -> Bool {
        message.hasIntegrity(
            algorithm,
            key: remote.password.bytes.span.extracting(..<remote.password.count),
            in: bytes
        )
    }
}

extension ICEAgent.Generation {
    /// Whether a USERNAME is `local:remote` (RFC 8445 §7.3): our fragment, and the client's own.
    func isNamed(by username: Span<UInt8>) -> Bool {
        let colon = LocalCredentials.fragmentLength
        guard username.count == colon &+ 1 &+ remote.userFragment.count, username[colon] == UInt8(ascii: ":") else {
            return false
        }
        let isOurs = Digest.areEqual(username.extracting(..<colon), local.fragmentBytes.span)
        let client = remote.userFragment.bytes.span.extracting(..<remote.userFragment.count)
        return Digest.areEqual(username.extracting((colon &+ 1)...), client) && isOurs
    }
}
