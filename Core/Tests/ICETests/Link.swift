import STUN
import Units

@testable import ICE

/// A repeatable source of numbers (SplitMix64).
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// An agent and what its client knows, with the time in seconds.
struct Link {
    static let remote: RemoteCredentials = {
        guard let remote = RemoteCredentials(userFragment: "cLnt", password: "client-password-0123456789") else {
            fatalError("they are within the limits")
        }
        return remote
    }()

    var generator: Generator
    var local: LocalCredentials
    var remote = Link.remote
    var agent: ICEAgent
    var seconds = 100.0
    /// Bytes that went to each path.
    var sent: [FiveTuple: Int] = [:]
    private var number: UInt64 = 0

    init(seed: UInt64 = 1) {
        generator = Generator(state: seed)
        local = LocalCredentials(worker: 3, using: &generator)
        agent = ICEAgent(local: local, remote: remote, using: &generator)
    }

    var now: Timestamp { Timestamp(nanoseconds: UInt64(seconds * 1e9)) }

    static func path(_ number: Int, transport: TransportProtocol = .udp) -> FiveTuple {
        FiveTuple(
            client: TransportAddress(IPAddress(v4: 0xC633_6400 + UInt32(number)), port: 50_000),
            server: TransportAddress(IPAddress(v4: 0xCB00_7101), port: 3478),
            transport: transport
        )
    }

    /// What the server's end is to the client: its credentials as the answer carries them.
    var server: RemoteCredentials {
        guard let server = RemoteCredentials(userFragment: local.userFragment, password: local.passwordText) else {
            fatalError("ours are within the limits")
        }
        return server
    }

    /// A check as a browser sends it.
    mutating func check(
        nominates: Bool = false,
        username: String? = nil,
        password: String? = nil,
        attributes: [AttributeType] = [],
        isControlled: Bool = false,
        hasIntegrity: Bool = true,
        hasFingerprint: Bool = true,
        type: MessageType = MessageType(.request, .binding)
    ) -> [UInt8] {
        number += 1
        let username = username ?? "\(local.userFragment):cLnt"
        let password = Array((password ?? local.passwordText).utf8)
        var room = [UInt8](repeating: 0, count: 1_024)
        var span = room.mutableSpan
        var writer = MessageWriter(type, TransactionID(high: 7, low: number), to: &span)
        if !username.isEmpty { writer.write(.username, Array(username.utf8).span, to: &span) }
        writer.write(isControlled ? .iceControlled : .iceControlling, UInt64(1), to: &span)
        writer.write(.priority, UInt32(1), to: &span)
        if nominates { writer.write(.useCandidate, [UInt8]().span, to: &span) }
        for attribute in attributes { writer.write(attribute, [1, 2, 3].span, to: &span) }
        if hasIntegrity { writer.writeIntegrity(.sha1, key: password.span, to: &span) }
        if hasFingerprint { writer.writeFingerprint(to: &span) }
        let count = writer.finish(&span) ?? 0
        return Array(room[..<count])
    }

    /// What came back for some bytes: our check, our answer and what happened.
    struct Reply {
        var check: [UInt8]
        var answer: [UInt8]
        var event: ICEEvent

        var isEmpty: Bool { check.isEmpty && answer.isEmpty }

        /// The class and the error code of the answer.
        var kind: String? {
            guard let message = try? Message(parsing: answer.span) else { return nil }
            guard let error = message.attribute(.errorCode, in: answer.span) else { return "\(message.type.class)" }
            return String(Int(answer[error.value.lowerBound + 2]) * 100 + Int(answer[error.value.lowerBound + 3]))
        }
    }

    @discardableResult
    mutating func receive(_ bytes: [UInt8], on path: FiveTuple = Link.path(1), room size: Int = Limits.room) -> Reply {
        var room = [UInt8](repeating: 0xEE, count: size)
        var span = room.mutableSpan
        let outcome = agent.receive(bytes.span, on: path, at: now, into: &span)
        sent[path, default: 0] += outcome.check.count + outcome.answer.count
        return Reply(check: Array(room[outcome.check]), answer: Array(room[outcome.answer]), event: outcome.event)
    }

    /// The client's answer to a check of ours.
    func answer(to check: [UInt8], password: String = "client-password-0123456789") -> [UInt8] {
        guard let message = try? Message(parsing: check.span) else { return [] }
        var room = [UInt8](repeating: 0, count: 128)
        var span = room.mutableSpan
        var writer = MessageWriter(MessageType(.success, .binding), message.transactionID, to: &span)
        writer.write(.xorMappedAddress, xor: Link.path(1).server, to: &span)
        writer.writeIntegrity(.sha1, key: Array(password.utf8).span, to: &span)
        writer.writeFingerprint(to: &span)
        let count = writer.finish(&span) ?? 0
        return Array(room[..<count])
    }

    /// A nominating check whose counter-check is answered.
    @discardableResult
    mutating func connect(_ path: FiveTuple = Link.path(1)) -> ICEEvent {
        let reply = receive(check(nominates: true), on: path)
        return receive(answer(to: reply.check), on: path).event
    }
}
