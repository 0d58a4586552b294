import STUN
import Units
import Wire

/// Answers to senders that are not known: anybody can have forged their address. They are few for each source, never more
/// than twice the request in bytes of IP, and say nothing that is not needed (T-STUN-2).
extension TURNServer {
    /// 400, 401 or 438 without MESSAGE-INTEGRITY; 401 and 438 with REALM and a NONCE (RFC 8489 §9.2.4).
    mutating func challenge(
        _ code: TURNErrorCode,
        _ request: Request,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        // Who has a TCP connection has shown that the address is his; and over TCP nobody asks twice.
        let isStream = request.path.transport.isStream
        guard isStream || budget.allows(request.path.client.address, now: request.now) else {
            return drop(.replyBudget)
        }
        let most = Self.mostBytes(request)
        for shape in ChallengeShape.all(code, hasFingerprint: request.fields.hasFingerprint)
        where shape.count(realm: realm.count) <= most {
            counters.count(code)
            return write(code, shape, request, &room)
        }
        return drop(.amplification)
    }

    /// Twice the request by IP bytes, where the sender's address can be forged.
    private static func mostBytes(_ request: Request) -> Int {
        guard !request.path.transport.isStream else { return answerRoom }
        let headers = (request.path.client.address.v4 == nil ? 40 : 20) &+ 8
        return 2 &* (request.message.length &+ headers) &- headers
    }

    private mutating func write(
        _ code: TURNErrorCode,
        _ shape: ChallengeShape,
        _ request: Request,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        var writer = MessageWriter(MessageType(.error, request.method), request.message.transactionID, to: &room)
        writer.writeErrorCode(code.rawValue, to: &room)
        if shape.hasNonce {
            var nonce = InlineArray<37, UInt8>(repeating: 0)
            var nonceRoom = nonce.mutableSpan
            var nonceWriter = ByteWriter()
            nonces.write(
                shape.hasAlgorithms ? .passwordAlgorithms : [],
                for: request.path,
                at: request.now,
                with: &nonceWriter,
                to: &nonceRoom
            )
            writer.write(.realm, realm.span, to: &room)
            writer.write(.nonce, nonce.span.extracting(..<(nonceWriter.count ?? 0)), to: &room)
        }
        if shape.hasAlgorithms {
            let offer = PasswordAlgorithm.offer
            writer.write(.passwordAlgorithms, offer.span, to: &room)
        }
        if shape.hasFingerprint { writer.writeFingerprint(to: &room) }
        guard let count = writer.finish(&room) else { return drop(.noRoom) }
        return .reply(count: count)
    }
}

/// What a challenge has in it besides its code.
private struct ChallengeShape {
    let hasNonce: Bool
    /// PASSWORD-ALGORITHMS and the nonce cookie that tells of it. Without them the client takes MD5.
    let hasAlgorithms: Bool
    let hasFingerprint: Bool

    /// The shapes that may answer a request, the best first.
    static func all(_ code: TURNErrorCode, hasFingerprint: Bool) -> [ChallengeShape] {
        let fingerprints = hasFingerprint ? [true, false] : [false]
        guard code != .badRequest else {
            return fingerprints.map { Self(hasNonce: false, hasAlgorithms: false, hasFingerprint: $0) }
        }
        return [true, false].flatMap { algorithms in
            fingerprints.map { Self(hasNonce: true, hasAlgorithms: algorithms, hasFingerprint: $0) }
        }
    }

    /// Bytes of the message.
    func count(realm: Int) -> Int {
        var count = Message.headerLength &+ 8
        if hasNonce { count &+= 4 &+ (realm &+ 3) / 4 &* 4 &+ 4 &+ NonceMint.length }
        // The cookie makes the nonce 37 bytes, padded to 40.
        if hasAlgorithms { count &+= 16 &+ 12 }
        if hasFingerprint { count &+= 8 }
        return count
    }
}
