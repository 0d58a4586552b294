import STUN
import Units

/// No datagram makes the STUN server trap, and no answer is larger than what it answers allows (T-STUN-2). A message that is
/// signed verifies, and with any one bit changed it does not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    answer(bytes)
    readIntegrity(bytes)
    sign(bytes)
    return 0
}

private func answer(_ bytes: [UInt8]) {
    let server = STUNServer(budget: AnswerBudget(seed: 1))
    var room = [UInt8](repeating: 0xAA, count: 2_048)
    var answer = room.mutableSpan
    let sources = [IPAddress(v4: 0xC0_00_02_01), IPAddress(high: 0x2001_0DB8 << 32, low: 1)]
    for (number, source) in sources.enumerated() {
        let length = server.answer(
            bytes.span,
            from: TransportAddress(source, port: 40_000),
            into: &answer,
            now: Timestamp(nanoseconds: UInt64(number))
        )
        guard let length else { continue }
        // 28 bytes of IP and UDP on both: at most 1.4 times by IP bytes, plus the larger address of IPv6.
        precondition(length + 28 <= (bytes.count + 28) * 14 / 10 + 12, "an answer amplifies")
        precondition((try? Message(parsing: answer.span.extracting(0..<length))) != nil, "an answer is no STUN message")
    }
}

/// Everything that is read of a message of a peer's making.
private func readIntegrity(_ bytes: [UInt8]) {
    guard let message = try? Message(parsing: bytes.span) else { return }
    let key: [UInt8] = [1, 2, 3]
    for algorithm in [IntegrityAlgorithm.sha1, .sha256] {
        precondition(!message.hasIntegrity(algorithm, key: key.span, in: bytes.span), "a MAC was guessed")
    }
    var attributes = message.attributes
    while let attribute = attributes.next(in: bytes.span) {
        _ = message.xorAddress(of: attribute, in: bytes.span)
        _ = message.passwordAlgorithm(of: attribute, in: bytes.span)
        _ = NonceCookie.features(of: bytes.span.extracting(attribute.value))
    }
}

/// Signs a message that holds the bytes, and changes the bit that the first two of them choose.
private func sign(_ bytes: [UInt8]) {
    guard bytes.count >= 3, bytes.count <= 1_000 else { return }
    let key = LongTermKey(
        bytes[2] & 1 == 0 ? .md5 : .sha256,
        username: bytes.span,
        realm: bytes.span,
        password: bytes.span
    )
    let algorithm: IntegrityAlgorithm = bytes[2] & 2 == 0 ? .sha1 : .sha256
    var room = [UInt8](repeating: 0xAA, count: 2_048)
    var span = room.mutableSpan
    var writer = MessageWriter(MessageType(.request, .allocate), TransactionID(high: 1, low: 2), to: &span)
    writer.write(.data, bytes.span, to: &span)
    key.sign(&writer, algorithm, to: &span)
    guard let length = writer.finish(&span) else { preconditionFailure("no room") }
    var signed = Array(room[..<length])
    guard let message = try? Message(parsing: signed.span) else { preconditionFailure("no message") }
    precondition(key.verifies(message, algorithm, in: signed.span), "a signed message does not verify")
    let bit = (Int(bytes[0]) << 8 | Int(bytes[1])) % (length * 8)
    signed[bit / 8] ^= 1 << UInt8(bit % 8)
    guard let changed = try? Message(parsing: signed.span) else { return }
    precondition(!key.verifies(changed, algorithm, in: signed.span), "a changed message verifies")
}
