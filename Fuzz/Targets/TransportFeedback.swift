import RTP
import Units

/// No feedback makes the parser trap or speak of more packets than it counts. And whatever arrives in whatever order:
/// what the log writes in any room is read back as what arrived.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let padding = (4 - count % 4) % 4
    let words = 2 + (count + padding) / 4
    let packet =
        [0x8F, 205, UInt8(words >> 8 & 0xFF), UInt8(words & 0xFF)] + [UInt8](repeating: 0, count: 8) + bytes
        + [UInt8](repeating: 0, count: padding)
    if let feedback = read(packet) {
        var feedback = feedback
        var found = 0
        while feedback.next(in: packet.span) != nil { found += 1 }
        precondition(found == feedback.count, "packets that are not walked")
        for near in [Int64.min, -1, 0, 1 << 40, .max] { _ = feedback.referenceTime(near: near) }
    }
    log(bytes)
    return 0
}

private func read(_ packet: [UInt8]) -> TransportFeedback? {
    guard let compound = try? RTCPCompound(parsing: packet.span) else { return nil }
    var blocks = compound.blocks
    guard let block = blocks.next(in: packet.span) else { return nil }
    return TransportFeedback(block, in: packet.span)
}

/// Four bytes a step: how far the number moves (with sign), how far the clock moves, whether feedback is written.
private func log(_ bytes: [UInt8]) {
    var log = ArrivalLog()
    var number: UInt16 = 0
    var now: UInt64 = 0
    var arrived: [UInt16: UInt64] = [:]
    for start in stride(from: 0, to: bytes.count - 3, by: 4) {
        let step = Int(Int8(bitPattern: bytes[start])) * (bytes[start + 3] & 2 == 0 ? 1 : 300)
        number = UInt16(truncatingIfNeeded: Int(number) + step)
        now += UInt64(bytes[start + 1]) << UInt64(bytes[start + 2] & 31)
        if arrived[number] == nil { arrived[number] = now / 250_000 }
        log.record(SequenceNumber(number), at: Timestamp(nanoseconds: now))
        guard bytes[start + 3] & 1 == 1 else { continue }
        // What is forgotten may come again, so only what came since the last feedback is compared.
        drain(&log, room: 32 + Int(bytes[start + 3]) * 5, arrived)
        arrived = [:]
        log = ArrivalLog()
    }
    drain(&log, room: 1_200, arrived)
}

private func drain(_ log: inout ArrivalLog, room size: Int, _ arrived: [UInt16: UInt64]) {
    var room = [UInt8](repeating: 0xAA, count: size)
    var turns = 0
    while true {
        var span = room.mutableSpan
        guard let length = log.write(from: SSRC(1), about: SSRC(2), to: &span) else { break }
        turns += 1
        precondition(turns <= 4_096, "feedback without end")
        let written = Array(room[..<length])
        guard var feedback = read(written) else { preconditionFailure("a written feedback is none") }
        while let packet = feedback.next(in: written.span) {
            guard let arrival = packet.arrival else { continue }
            // A number that came twice, a turn apart, was forgotten between.
            guard let expected = arrived[packet.number.rawValue] else {
                preconditionFailure("a packet that never came")
            }
            let difference = UInt64(bitPattern: arrival) &- expected
            precondition(difference & 0xFFFF_FFFF == 0 || arrived.count > 1, "another arrival")
        }
    }
    precondition(log.isEmpty, "packets that are not reported")
}
