import STUN
import Units

/// Answers to requests whose sender is known: they carry the same kind of MESSAGE-INTEGRITY as the request, and FINGERPRINT
/// when it had one.
extension TURNServer {
    /// A success; `write` puts its attributes.
    mutating func succeed(
        _ request: Request,
        _ sender: Sender,
        _ room: inout MutableSpan<UInt8>,
        _ write: (inout MessageWriter, inout MutableSpan<UInt8>) -> Void = { _, _ in }
    ) -> Outcome {
        var writer = MessageWriter(
            MessageType(.success, request.method),
            request.message.transactionID,
            to: &room
        )
        write(&writer, &room)
        counters.successes &+= 1
        return finish(&writer, request, sender, &room)
    }

    /// An error.
    mutating func refuse(
        _ code: TURNErrorCode,
        _ request: Request,
        _ sender: Sender,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        var writer = MessageWriter(MessageType(.error, request.method), request.message.transactionID, to: &room)
        writer.writeErrorCode(code.rawValue, to: &room)
        if code == .unknownAttribute {
            writer.begin(.unknownAttributes, length: 2 &* request.fields.unknownCount, &room)
            for index in 0..<request.fields.unknownCount { writer.write(request.fields.unknown[index], &room) }
            writer.pad(&room)
        }
        counters.count(code)
        return finish(&writer, request, sender, &room)
    }

    private mutating func finish(
        _ writer: inout MessageWriter,
        _ request: Request,
        _ sender: Sender,
        _ room: inout MutableSpan<UInt8>
    ) -> Outcome {
        sender.key.sign(&writer, sender.integrity, to: &room)
        if request.fields.hasFingerprint { writer.writeFingerprint(to: &room) }
        guard let count = writer.finish(&room) else { return drop(.noRoom) }
        return .reply(count: count)
    }
}
