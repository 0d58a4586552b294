import STUN
import Units

/// No datagram makes the STUN server trap, and no answer is larger than what it answers allows (T-STUN-2); a stream's first
/// message has a length or is refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
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
        precondition(length + 28 <= (count + 28) * 14 / 10 + 12, "an answer amplifies")
        precondition((try? Message(parsing: answer.span.extracting(0..<length))) != nil, "an answer is no STUN message")
    }
    if case .length(let length) = StreamFrame(startOf: bytes.span) {
        precondition(length >= 20 && length <= 2_048, "a message over the limit")
    }
    return 0
}
