public import Units

/// Answers Binding requests (RFC 8489 §6.3.1): tells a client under which address the server sees it.
///
/// Sans-IO: a datagram, its source and the time go in, the bytes of an answer come out, or nothing. Nothing is allocated
/// for an answer.
public struct STUNServer: Sendable {
    private let budget: AnswerBudget?

    /// `budget` is that of the process; nil for connections, whose senders are where they say they are.
    public init(budget: AnswerBudget?) { self.budget = budget }

    /// Writes the answer to a datagram into `room` and returns its bytes; nil when there is none to give:
    /// - what is no STUN message, has a wrong FINGERPRINT, or is an answer or an indication,
    /// - other methods (TURN's) and requests with USERNAME (an SFU transport's): they belong to others on this port,
    /// - more requests than the source's budget allows,
    /// - a room of fewer than `Limits.bindingAnswer` bytes.
    public func answer(
        _ bytes: Span<UInt8>,
        from source: TransportAddress,
        into room: inout MutableSpan<UInt8>,
        now: Timestamp
    ) -> Int? {
        guard let request = try? Message(parsing: bytes),  // what is no STUN gets no answer
            request.type == MessageType(.request, .binding),
            request.attribute(.username, in: bytes) == nil
        else { return nil }
        let fingerprint = request.fingerprint(in: bytes)
        guard fingerprint != .invalid, budget?.allows(source.address, now: now) != false else { return nil }
        let unknown = UnknownAttributes(of: request, in: bytes)
        var writer: MessageWriter
        if unknown.count == 0 {
            writer = MessageWriter(MessageType(.success, .binding), request.transactionID, to: &room)
            writer.write(.xorMappedAddress, xor: source, to: &room)
        } else {
            writer = MessageWriter(MessageType(.error, .binding), request.transactionID, to: &room)
            writer.writeErrorCode(420, to: &room)
            unknown.write(to: &writer, &room)
        }
        if fingerprint == .valid { writer.writeFingerprint(to: &room) }
        return writer.finish(&room)
    }
}

/// Attributes of a request that must be understood and are not (RFC 8489 §14.9).
/// The first eight: a longer list would make the answer larger than the request.
struct UnknownAttributes {
    private var types = InlineArray<8, UInt16>(repeating: 0)
    private(set) var count = 0

    init(of request: Message, in bytes: Span<UInt8>) {
        var attributes = request.attributes
        while let attribute = attributes.next(in: bytes) {
            let type = attribute.type
            guard type.isComprehensionRequired, !type.isKnownToTURN, count < types.count else { continue }
            types[count] = type.rawValue
            count &+= 1
        }
    }

    func write(to writer: inout MessageWriter, _ room: inout MutableSpan<UInt8>) {
        writer.begin(.unknownAttributes, length: 2 &* count, &room)
        for index in 0..<count { writer.write(types[index], &room) }
        writer.pad(&room)
    }
}
