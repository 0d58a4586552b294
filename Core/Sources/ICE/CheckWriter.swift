import STUN
import Units

/// Writes the messages of connectivity checks (RFC 8445 §7).
enum CheckWriter {
    /// A check of the lite agent's own, without a nomination.
    static func request(
        _ id: TransactionID,
        from local: LocalCredentials,
        to remote: RemoteCredentials,
        _ tieBreaker: UInt64,
        _ room: inout MutableSpan<UInt8>
    ) -> Int? {
        var writer = MessageWriter(MessageType(.request, .binding), id, to: &room)
        let remoteName = remote.userFragment.bytes.span.extracting(..<remote.userFragment.count)
        writeUsername(remoteName, local.fragmentBytes.span, &writer, &room)
        writer.write(.iceControlled, tieBreaker, to: &room)
        writer.write(.priority, CandidatePriority.peerReflexive, to: &room)
        writer.writeIntegrity(.sha1, key: remote.password.bytes.span.extracting(..<remote.password.count), to: &room)
        writer.writeFingerprint(to: &room)
        return writer.finish(&room)
    }

    /// The answer to a check, vouched for with the password of who answers.
    static func answer(
        _ answer: CheckAnswer,
        to id: TransactionID,
        source: TransportAddress,
        _ attributes: CheckAttributes,
        _ algorithm: IntegrityAlgorithm,
        key: Span<UInt8>,
        _ room: inout MutableSpan<UInt8>
    ) -> Int? {
        let isSuccess = answer == .success
        var writer = MessageWriter(MessageType(isSuccess ? .success : .error, .binding), id, to: &room)
        switch answer {
        case .success: writer.write(.xorMappedAddress, xor: source, to: &room)
        case .roleConflict: writer.writeErrorCode(487, to: &room)
        case .unknownAttributes:
            writer.writeErrorCode(420, to: &room)
            var list = InlineArray<16, UInt8>(repeating: 0)
            for index in 0..<attributes.unknownCount {
                list[2 &* index] = UInt8(truncatingIfNeeded: attributes.unknown[index] >> 8)
                list[2 &* index &+ 1] = UInt8(truncatingIfNeeded: attributes.unknown[index])
            }
            writer.write(.unknownAttributes, list.span.extracting(..<(2 &* attributes.unknownCount)), to: &room)
        }
        writer.writeIntegrity(algorithm, key: key, to: &room)
        writer.writeFingerprint(to: &room)
        return writer.finish(&room)
    }

    /// `receiver:sender` (RFC 8445 §7.2.2).
    static func writeUsername(
        _ receiver: Span<UInt8>,
        _ sender: Span<UInt8>,
        _ writer: inout MessageWriter,
        _ room: inout MutableSpan<UInt8>
    ) {
        var name = InlineArray<513, UInt8>(repeating: UInt8(ascii: ":"))
        let count = min(receiver.count, 256) &+ 1 &+ min(sender.count, 256)
        for index in 0..<min(receiver.count, 256) { name[index] = receiver[index] }
        for index in 0..<min(sender.count, 256) { name[receiver.count &+ 1 &+ index] = sender[index] }
        writer.write(.username, name.span.extracting(..<count), to: &room)
    }
}
