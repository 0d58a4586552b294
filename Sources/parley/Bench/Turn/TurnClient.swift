import Crypto
import Foundation
import Units

/// A TURN client of the load generator: as little of RFC 8656 as a well-behaved server needs.
struct TurnClient {
    let socket: LoadSocket
    /// The address that the server relays for it.
    let relayed: TransportAddress
    private let credentials: Credentials
    /// Room for a message; kept, so that sending makes nothing new.
    private var peer: TransportAddress?

    private struct Credentials {
        var username: String
        var key: SymmetricKey
        var realm: [UInt8]
        var nonce: [UInt8]
    }

    private static let channel: UInt16 = 0x4001
    /// How many wait for an answer at once.
    private static let window = 64

    /// Makes `count` allocations, each from an address and for a user of its own.
    static func allocate(_ count: Int, at server: TransportAddress, firstIndex: Int) throws -> [TurnClient] {
        var clients: [TurnClient] = []
        var index = firstIndex
        while clients.count < count {
            let size = min(window, count - clients.count)
            let sockets = try (0..<size).map { offset in
                // 127.1.0.1 and on.
                let socket = try LoadSocket(at: 0x7F01_0001 + UInt32(index + offset))
                socket.connect(to: server)
                return socket
            }
            for socket in sockets { send(TurnMessage(method: 0x003).requestedTransport(), on: socket) }
            let challenges = try sockets.map { try answer(on: $0, to: "Allocate") }
            var credentials: [Credentials] = []
            for (offset, challenge) in challenges.enumerated() {
                guard let realm = challenge.attribute(0x0014), let nonce = challenge.attribute(0x0015) else {
                    throw BenchError.refused("an Allocate without credentials got neither REALM nor NONCE")
                }
                credentials.append(Self.credentials(user: "bench-\(index + offset)", realm: realm, nonce: nonce))
            }
            for (socket, credentials) in zip(sockets, credentials) {
                send(TurnMessage(method: 0x003).requestedTransport(), on: socket, with: credentials)
            }
            for (socket, credentials) in zip(sockets, credentials) {
                let success = try answer(on: socket, to: "Allocate")
                guard success.isSuccess, let relayed = success.address(0x0016) else {
                    throw BenchError.refused("Allocate: error \(success.errorCode ?? 0)")
                }
                clients.append(TurnClient(socket: socket, relayed: relayed, credentials: credentials))
            }
            index += size
        }
        return clients
    }

    /// Returns when the server answers.
    static func wait(for server: TransportAddress) throws {
        let socket = try LoadSocket(at: 0x7F01_FF01)
        defer { socket.close() }
        socket.connect(to: server)
        for _ in 0..<100 {
            send(TurnMessage(method: 0x001), on: socket)
            var room = [UInt8](repeating: 0, count: 512)
            if socket.wait(milliseconds: 100), socket.receive(into: &room) != nil { return }
            // A refused datagram wakes at once, with nothing to read.
            usleep(20_000)
        }
        throw BenchError.serverDidNotStart("no answer to STUN")
    }

    private init(socket: LoadSocket, relayed: TransportAddress, credentials: Credentials) {
        self.socket = socket
        self.relayed = relayed
        self.credentials = credentials
    }

    /// CreatePermission for a peer, to which indications then go.
    mutating func permit(_ peer: TransportAddress) throws {
        self.peer = peer
        try request(TurnMessage(method: 0x008).address(0x0012, peer), "CreatePermission")
    }

    /// ChannelBind to a peer.
    mutating func bindChannel(to peer: TransportAddress) throws {
        self.peer = peer
        let number = [UInt8(Self.channel >> 8), UInt8(Self.channel & 0xFF), 0, 0]
        try request(TurnMessage(method: 0x009).attribute(0x000C, number).address(0x0012, peer), "ChannelBind")
    }

    /// Writes what stands before a payload of so many bytes, as ChannelData.
    func writeChannelHeader(payload: Int, into packet: inout [UInt8]) {
        packet[0] = UInt8(Self.channel >> 8)
        packet[1] = UInt8(Self.channel & 0xFF)
        packet[2] = UInt8(payload >> 8)
        packet[3] = UInt8(payload & 0xFF)
    }

    /// Writes what stands before a payload (a multiple of four) in a Send indication, and says how much it is.
    func writeSendHeader(payload: Int, into packet: inout [UInt8]) -> Int {
        guard let peer else { return 0 }
        var message = TurnMessage(method: 0x006, class: 0x0010).address(0x0012, peer).bytes
        message += [0x00, 0x13, UInt8(payload >> 8), UInt8(payload & 0xFF)]
        let length = message.count - 20 + payload
        message[2] = UInt8(length >> 8)
        message[3] = UInt8(length & 0xFF)
        packet.replaceSubrange(0..<message.count, with: message)
        return message.count
    }

    /// Where the payload stands in ChannelData or a Data indication from an IPv4 peer.
    static func payload(of packet: [UInt8], count: Int) -> Int? {
        guard count > 4 else { return nil }
        if packet[0] >> 6 == 1 { return 4 }
        guard packet[0] == 0x00, packet[1] == 0x17 else { return nil }
        // XOR-PEER-ADDRESS and DATA in either order, other attributes perhaps.
        var offset = 20
        while offset + 4 <= count {
            let length = Int(packet[offset + 2]) << 8 | Int(packet[offset + 3])
            if packet[offset] == 0x00, packet[offset + 1] == 0x13 { return offset + 4 }
            offset += 4 + (length + 3) / 4 * 4
        }
        return nil
    }

    func close() { socket.close() }

    private func request(_ message: TurnMessage, _ name: String) throws {
        Self.send(message, on: socket, with: credentials)
        let answer = try Self.answer(on: socket, to: name)
        guard answer.isSuccess else { throw BenchError.refused("\(name): error \(answer.errorCode ?? 0)") }
    }

    private static func credentials(user: String, realm: [UInt8], nonce: [UInt8]) -> Credentials {
        let username = "\(Int(Date().timeIntervalSince1970) + 3_600):\(user)"
        let secret = SymmetricKey(data: Array(TurnTarget.secret.utf8))
        let mac = HMAC<Insecure.SHA1>.authenticationCode(for: Array(username.utf8), using: secret)
        let password = Data(mac).base64EncodedString()
        let text = Array(username.utf8) + [0x3A] + realm + [0x3A] + Array(password.utf8)
        return Credentials(
            username: username,
            key: SymmetricKey(data: Array(Insecure.MD5.hash(data: text))),
            realm: realm,
            nonce: nonce
        )
    }

    private static func send(_ message: TurnMessage, on socket: LoadSocket, with credentials: Credentials? = nil) {
        var message = message
        if let credentials {
            message = message.attribute(0x0006, Array(credentials.username.utf8))
                .attribute(0x0014, credentials.realm)
                .attribute(0x0015, credentials.nonce)
                .integrity(credentials.key)
        }
        socket.send(message.bytes, count: message.bytes.count)
    }

    private static func answer(on socket: LoadSocket, to request: String) throws -> TurnMessage {
        var room = [UInt8](repeating: 0, count: 1_500)
        guard socket.wait(milliseconds: 3_000), let count = socket.receive(into: &room) else {
            throw BenchError.timedOut("a server was asked (\(request))")
        }
        return TurnMessage(bytes: Array(room[..<count]))
    }
}
