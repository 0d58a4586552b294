import RTP
import SRTP

/// No datagram makes a receiver trap. What it takes although nobody sent it, a sender with the same key must make of
/// the same plaintext; and of packets that were sent, in any order, repeated and damaged, each is taken at most once
/// and never when damaged. The first byte says which profile.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    let profile = ProtectionProfile.allCases[Int(first) % 3]
    let key = [UInt8](0..<32).prefix(profile.keyLength)
    let salt = [UInt8](100..<114).prefix(profile.saltLength)
    guard let master = MasterKey(profile, key: key.span, salt: salt.span) else {
        preconditionFailure("a key is refused")
    }
    raw(Array(bytes[1...]), master)
    sequence(Array(bytes[1...]), master)
    return 0
}

private func raw(_ bytes: [UInt8], _ master: MasterKey) {
    guard var receiver = SRTPReceiver(master), var sender = SRTPSender(master) else { preconditionFailure("no cipher") }
    var packet = bytes
    var span = packet.mutableSpan
    if let taken = try? receiver.unprotect(&span) {
        var out = Array(packet[..<taken.header.length]) + [UInt8](repeating: 0, count: 2_100)
        var room = out.mutableSpan
        let payload = packet.span.extracting(taken.header.length..<taken.length)
        let count = try? sender.protect(header: taken.header.length, payload: payload, into: &room)
        precondition(count == bytes.count && Array(out[..<bytes.count]) == bytes, "a packet that no sender makes")
    }
    var control = bytes
    var controlSpan = control.mutableSpan
    _ = try? receiver.unprotectControl(&controlSpan)
}

/// Four bytes a packet: number, payload's size, what happens to it. Few and small, because every comparison is traced.
private func sequence(_ bytes: [UInt8], _ master: MasterKey) {
    guard var receiver = SRTPReceiver(master), var sender = SRTPSender(master) else { preconditionFailure("no cipher") }
    var sent: [[UInt8]] = []
    var tags: Set<UInt64> = []
    var taken: Set<Int> = []
    for start in stride(from: 0, to: min(bytes.count - 3, 96), by: 4) {
        let (high, low, size, fate) = (bytes[start], bytes[start + 1], bytes[start + 2] & 31, bytes[start + 3])
        var out = [0x80, 96, high, low, 0, 0, 0, 1, 0, 0, 0, fate & 3] + [UInt8](repeating: 0, count: Int(size) + 16)
        let payload = [UInt8](repeating: size, count: Int(size))
        var room = out.mutableSpan
        if let count = try? sender.protect(header: 12, payload: payload.span, into: &room) {
            // Eight bytes of tag: two packets have the same with one chance in 2^64.
            let tag = out[(count - 8)..<count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            precondition(tags.insert(tag).inserted, "the same packet was made twice")
            sent.append(Array(out[..<count]))
        }
        guard !sent.isEmpty else { continue }
        let index = Int(fate) % sent.count
        var arriving = sent[index]
        if fate & 0x80 != 0 { arriving[Int(size) % arriving.count] ^= 1 << (low & 7) }
        var span = arriving.mutableSpan
        guard (try? receiver.unprotect(&span)) != nil else { continue }
        precondition(fate & 0x80 == 0, "a damaged packet is taken")
        precondition(taken.insert(index).inserted, "a packet is taken twice")
    }
}
