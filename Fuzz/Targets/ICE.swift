import ICE
import STUN
import Units

/// Whole lives of an agent: each command is a byte and what it takes. No datagram makes it trap; media goes only to paths
/// from which a check came; and a path that never showed that it reads gets at most three times what came from it (T-STUN-1).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var commands = Commands(bytes: Array(UnsafeBufferPointer(start: start, count: count)))
    var life = Life()
    while let command = commands.next() { life.perform(command, &commands) }
    return 0
}

private struct Commands {
    let bytes: [UInt8]
    var offset = 0

    mutating func next() -> UInt8? {
        guard offset < bytes.count else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func take(_ count: Int) -> [UInt8] {
        let end = min(bytes.count, offset + count)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }
}

private struct Numbers: RandomNumberGenerator {
    var state: UInt64 = 1

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

private struct Life {
    var numbers = Numbers()
    var local: LocalCredentials
    let remote: RemoteCredentials
    var agent: ICEAgent
    var client: ICEClient
    var now: UInt64 = 1
    var received: [FiveTuple: Int] = [:]
    var sent: [FiveTuple: Int] = [:]
    var verified: Set<FiveTuple> = []
    var check: (path: FiveTuple, bytes: [UInt8])?

    init() {
        guard let remote = RemoteCredentials(userFragment: "peer", password: "0123456789012345678901") else {
            preconditionFailure("within the limits")
        }
        self.remote = remote
        local = LocalCredentials(worker: 1, using: &numbers)
        agent = ICEAgent(local: local, remote: remote, using: &numbers)
        guard let server = RemoteCredentials(userFragment: local.userFragment, password: local.passwordText) else {
            preconditionFailure("within the limits")
        }
        client = ICEClient(local: remote, remote: server, seed: 1)
        client.add(Life.path(1), at: Timestamp(nanoseconds: 1))
    }

    static func path(_ number: UInt8) -> FiveTuple {
        FiveTuple(
            client: TransportAddress(IPAddress(v4: 0x0A00_0000 + UInt32(number % 12)), port: 9),
            server: TransportAddress(IPAddress(v4: 0x0A00_0100), port: 9),
            transport: number & 1 == 0 ? .udp : .tcp
        )
    }

    var time: Timestamp { Timestamp(nanoseconds: now) }

    mutating func perform(_ command: UInt8, _ commands: inout Commands) {
        let path = Life.path(commands.next() ?? 0)
        switch command % 8 {
        case 0: receive(commands.take(Int(commands.next() ?? 0)), on: path)
        case 1, 2: receive(request(flags: commands.next() ?? 0), on: path)
        case 3: answer(on: path)
        case 4: now += UInt64(commands.next() ?? 0) * 100_000_000
        case 5:
            local = LocalCredentials(worker: 1, using: &numbers)
            agent.restart(local: local, remote: remote)
        case 6: if agent.maySend(500, on: path) { sent[path, default: 0] += 500 }
        default: _ = (commands.next() ?? 0) & 1 == 0 ? agent.closed(path) : agent.expire(at: time)
        }
        if let selected = agent.selected {
            precondition(agent.admits(selected) && verified.contains(selected), "unverified")
        }
        for (path, count) in sent where !verified.contains(path) {
            precondition(count <= 3 * received[path, default: 0], "amplified")
        }
    }

    mutating func receive(_ bytes: [UInt8], on path: FiveTuple) {
        var room = [UInt8](repeating: 0, count: ICE.Limits.room)
        var span = room.mutableSpan
        _ = client.receive(bytes.span, on: path, at: time)
        let outcome = agent.receive(bytes.span, on: path, at: time, into: &span)
        received[path, default: 0] += bytes.count
        sent[path, default: 0] += outcome.check.count + outcome.answer.count
        if !outcome.check.isEmpty { check = (path, Array(room[outcome.check])) }
        _ = StreamProtocol(startOf: bytes.span)
        if case .packet(let range) = FramedPacket(startOf: bytes.span) {
            precondition((1...1_500).contains(range.count), "frame")
        }
    }

    /// A check with the right password, or nearly.
    mutating func request(flags: UInt8) -> [UInt8] {
        var room = [UInt8](repeating: 0, count: 512)
        var span = room.mutableSpan
        let id = TransactionID(high: 1, low: numbers.next())
        var writer = MessageWriter(MessageType(.request, .binding), id, to: &span)
        writer.write(.username, Array("\(local.userFragment):peer".utf8).span, to: &span)
        if flags & 1 != 0 { writer.write(AttributeType(rawValue: 0x25), [UInt8]().span, to: &span) }
        if flags & 2 != 0 { writer.write(AttributeType(rawValue: 0x8029), UInt64(1), to: &span) }
        if flags & 4 != 0 { writer.write(AttributeType(rawValue: UInt16(flags)), UInt32(1), to: &span) }
        let algorithm: IntegrityAlgorithm = flags & 8 == 0 ? .sha1 : .sha256
        writer.writeIntegrity(
            algorithm,
            key: Array((flags & 16 == 0 ? local.passwordText : "wrong").utf8).span,
            to: &span
        )
        writer.writeFingerprint(to: &span)
        let count = writer.finish(&span) ?? 0
        return Array(room[..<count])
    }

    /// What the client says to our last check, from where it went or from elsewhere.
    mutating func answer(on path: FiveTuple) {
        guard let check, let message = try? Message(parsing: check.bytes.span) else { return }
        var room = [UInt8](repeating: 0, count: 128)
        var span = room.mutableSpan
        var writer = MessageWriter(MessageType(.success, .binding), message.transactionID, to: &span)
        writer.writeIntegrity(.sha1, key: Array("0123456789012345678901".utf8).span, to: &span)
        writer.writeFingerprint(to: &span)
        let count = writer.finish(&span) ?? 0
        if path == check.path { verified.insert(path) }
        receive(Array(room[..<count]), on: path)
    }
}
