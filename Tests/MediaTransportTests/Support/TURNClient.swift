import STUN
import TURN
import Units

@testable import MediaTransport

/// A TURN client for tests: builds requests, reads answers. Over UDP, TCP, or one end of a socket pair.
final class TURNClient {
    static let secret: [UInt8] = Array("secret of the tests".utf8)

    let socket: TestSocket
    private let server: TransportAddress?
    private let credentials: RESTCredentials
    private var nonce: [UInt8] = []
    private var realm: [UInt8] = []
    private var transactions: UInt64 = 0

    /// `server`: nil for a stream.
    init(_ socket: TestSocket, server: TransportAddress?, participant: String, expiry: UInt64) {
        self.socket = socket
        self.server = server
        credentials = RESTCredentials(participant: participant, expiry: expiry, secret: Self.secret)
    }

    /// A configuration under which these clients get relays to 127.0.0.1.
    static func configuration(
        allowed: [String] = ["127.0.0.0/8"],
        _ change: (inout TURN.Configuration) -> Void = { _ in }
    ) -> TURN.Configuration {
        var configuration = TURN.Configuration(
            secrets: [secret],
            nonceKey: Array(repeating: 7, count: 32),
            policy: PeerPolicy(allowed: allowed.compactMap { AddressBlock($0) })
        )
        change(&configuration)
        return configuration
    }

    // MARK: Requests

    /// An answer: its type, attributes, bytes.
    struct Answer {
        let message: Message
        let bytes: [UInt8]

        var isSuccess: Bool { message.type.class == .success }

        func value(_ type: AttributeType) -> [UInt8]? {
            message.attribute(type, in: bytes.span).map { Array(bytes[$0.value]) }
        }

        func address(_ type: AttributeType) -> TransportAddress? {
            message.attribute(type, in: bytes.span).flatMap { message.xorAddress(of: $0, in: bytes.span) }
        }

        /// The code of an error.
        var code: Int? { value(.errorCode).map { Int($0[2]) * 100 + Int($0[3]) } }
    }

    typealias Body = (inout MessageWriter, inout MutableSpan<UInt8>) -> Void

    /// Sends a request, answers the challenge, returns the answer.
    func request(_ method: MessageType.Method, _ body: @escaping Body) throws -> Answer {
        if nonce.isEmpty { try exchangeAndLearn(method, body) }
        let answer = try exchange(message(method, isSigned: true, body))
        guard answer.code == 438 else { return answer }
        learn(answer)
        return try exchange(message(method, isSigned: true, body))
    }

    private func exchangeAndLearn(_ method: MessageType.Method, _ body: @escaping Body) throws {
        learn(try exchange(message(method, isSigned: false, body)))
    }

    private func learn(_ answer: Answer) {
        nonce = answer.value(.nonce) ?? []
        realm = answer.value(.realm) ?? []
    }

    func exchange(_ bytes: [UInt8]) throws -> Answer {
        try send(bytes)
        let answer = try receive()
        return Answer(message: try Message(parsing: answer.span), bytes: answer)
    }

    func message(
        _ method: MessageType.Method,
        _ kind: MessageType.Class = .request,
        isSigned: Bool,
        _ body: Body
    ) -> [UInt8] {
        transactions += 1
        var bytes = [UInt8](repeating: 0, count: 2_048)
        var room = bytes.mutableSpan
        var writer = MessageWriter(MessageType(kind, method), TransactionID(high: 1, low: transactions), to: &room)
        body(&writer, &room)
        if isSigned {
            let name = Array(credentials.username.utf8)
            let password = Array(credentials.password.utf8)
            writer.write(.username, name.span, to: &room)
            writer.write(.realm, realm.span, to: &room)
            writer.write(.nonce, nonce.span, to: &room)
            let realm = realm
            let key = LongTermKey(.md5, username: name.span, realm: realm.span, password: password.span)
            key.sign(&writer, .sha1, to: &room)
        }
        let count = writer.finish(&room) ?? 0
        return Array(bytes[..<count])
    }

    // MARK: Methods

    /// Allocates over UDP with further attributes.
    func allocate(_ further: @escaping Body = { _, _ in }) throws -> Answer {
        try request(.allocate) { writer, room in
            writer.write(.requestedTransport, UInt32(17) << 24, to: &room)
            further(&writer, &room)
        }
    }

    func refresh(lifetime: UInt32) throws -> Answer {
        try request(.refresh) { $0.write(.lifetime, lifetime, to: &$1) }
    }

    func permit(_ peer: TransportAddress) throws -> Answer {
        try request(.createPermission) { $0.write(.xorPeerAddress, xor: peer, to: &$1) }
    }

    func bind(_ channel: UInt16, to peer: TransportAddress) throws -> Answer {
        try request(.channelBind) { writer, room in
            writer.write(.channelNumber, UInt32(channel) << 16, to: &room)
            writer.write(.xorPeerAddress, xor: peer, to: &room)
        }
    }

    /// A Send indication.
    func send(_ data: [UInt8], toPeer peer: TransportAddress) throws {
        try send(
            message(.send, .indication, isSigned: false) { writer, room in
                writer.write(.xorPeerAddress, xor: peer, to: &room)
                writer.write(.data, data.span, to: &room)
            }
        )
    }

    func send(_ data: [UInt8], on channel: UInt16) throws {
        let header = [UInt8(channel >> 8), UInt8(channel & 255), UInt8(data.count >> 8), UInt8(data.count & 255)]
        let padding = [UInt8](repeating: 0, count: server == nil ? (4 - data.count % 4) % 4 : 0)
        try send(header + data + padding)
    }

    // MARK: Bytes

    func send(_ bytes: [UInt8]) throws {
        if let server { try socket.send(bytes, to: server) } else { try socket.write(bytes) }
    }

    struct Closed: Error {}

    /// The next message from the server: a datagram, or a frame of the stream.
    func receive() throws -> [UInt8] {
        guard server == nil else { return try socket.receive().bytes }
        guard let header = try socket.read(4) else { throw Closed() }
        let length = Int(header[2]) << 8 | Int(header[3])
        let rest = header[0] & 0xC0 == 0 ? length + 16 : (length + 3) / 4 * 4
        guard let body = try socket.read(rest) else { throw Closed() }
        return header + body
    }
}
