internal import Crypto
import Foundation
package import Units

/// A TURN client of the load generator: as little of RFC 8656 as a well-behaved server needs.
package struct TurnClient {
    package let socket: LoadSocket
    /// The address that the server relays for it.
    package let relayed: TransportAddress
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
    package static func allocate(
        _ count: Int,
        at server: TransportAddress,
        secret: String,
        firstIndex: Int = 0
    ) throws -> [TurnClient] {
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
            let questions = sockets.map { _ in TurnMessage(method: 0x003).requestedTransport() }
            for (socket, question) in zip(sockets, questions) { send(question, on: socket) }
            let challenges = try zip(sockets, questions).map { try exchange($1, on: $0, "Allocate") }
            var credentials: [Credentials] = []
            for (offset, challenge) in challenges.enumerated() {
                guard let realm = challenge.attribute(0x0014), let nonce = challenge.attribute(0x0015) else {
                    throw TurnLoadError.refused("an Allocate without credentials got neither REALM nor NONCE")
                }
                credentials.append(
                    Self.credentials(user: "load-\(index + offset)", secret: secret, realm: realm, nonce: nonce)
                )
            }
            let requests = credentials.map { signed(TurnMessage(method: 0x003).requestedTransport(), $0) }
            for (socket, request) in zip(sockets, requests) { send(request, on: socket) }
            for ((socket, request), credentials) in zip(zip(sockets, requests), credentials) {
                let success = try exchange(request, on: socket, "Allocate")
                guard success.isSuccess, let relayed = success.address(0x0016) else {
                    throw TurnLoadError.refused("Allocate: error \(success.errorCode ?? 0)")
                }
                clients.append(TurnClient(socket: socket, relayed: relayed, credentials: credentials))
            }
            index += size
        }
        return clients
    }

    /// Returns when the server answers.
    package static func wait(for server: TransportAddress) throws {
        let socket = try LoadSocket(at: 0x7F01_FF01)
        defer { socket.close() }
        socket.connect(to: server)
        // Valgrind on a busy machine takes its time.
        for _ in 0..<500 {
            send(TurnMessage(method: 0x001), on: socket)
            var room = [UInt8](repeating: 0, count: 512)
            if socket.wait(milliseconds: 100), socket.receive(into: &room) != nil { return }
            // A refused datagram wakes at once, with nothing to read.
            usleep(20_000)
        }
        throw TurnLoadError.timedOut("a server was to start")
    }

    private init(socket: LoadSocket, relayed: TransportAddress, credentials: Credentials) {
        self.socket = socket
        self.relayed = relayed
        self.credentials = credentials
    }

    /// CreatePermission for a peer, to which indications then go.
    package mutating func permit(_ peer: TransportAddress) throws {
        self.peer = peer
        try request(TurnMessage(method: 0x008).address(0x0012, peer), "CreatePermission")
    }

    /// ChannelBind to a peer.
    package mutating func bindChannel(to peer: TransportAddress) throws {
        self.peer = peer
        let number = [UInt8(Self.channel >> 8), UInt8(Self.channel & 0xFF), 0, 0]
        try request(TurnMessage(method: 0x009).attribute(0x000C, number).address(0x0012, peer), "ChannelBind")
    }

    /// Writes what stands before a payload of so many bytes, as ChannelData.
    package func writeChannelHeader(payload: Int, into packet: inout [UInt8]) {
        packet[0] = UInt8(Self.channel >> 8)
        packet[1] = UInt8(Self.channel & 0xFF)
        packet[2] = UInt8(payload >> 8)
        packet[3] = UInt8(payload & 0xFF)
    }

    /// Writes what stands before a payload (a multiple of four) in a Send indication, and says how much it is.
    package func writeSendHeader(payload: Int, into packet: inout [UInt8]) -> Int {
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
    package static func payload(of packet: [UInt8], count: Int) -> Int? {
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

    package func close() { socket.close() }

    private func request(_ message: TurnMessage, _ name: String) throws {
        let signed = Self.signed(message, credentials)
        Self.send(signed, on: socket)
        let answer = try Self.exchange(signed, on: socket, name)
        guard answer.isSuccess else { throw TurnLoadError.refused("\(name): error \(answer.errorCode ?? 0)") }
    }

    private static func credentials(
        user: String,
        secret: String,
        realm: [UInt8],
        nonce: [UInt8]
    ) -> Credentials {
        let username = "\(Int(Date().timeIntervalSince1970) + 3_600):\(user)"
        let secret = SymmetricKey(data: Array(secret.utf8))
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

    private static func signed(_ message: TurnMessage, _ credentials: Credentials) -> TurnMessage {
        message.attribute(0x0006, Array(credentials.username.utf8))
            .attribute(0x0014, credentials.realm)
            .attribute(0x0015, credentials.nonce)
            .integrity(credentials.key)
    }

    private static func send(_ message: TurnMessage, on socket: LoadSocket) {
        socket.send(message.bytes, count: message.bytes.count)
    }

    /// Waits for an answer; asks again every half second, as clients do over UDP.
    private static func exchange(_ message: TurnMessage, on socket: LoadSocket, _ name: String) throws -> TurnMessage {
        var room = [UInt8](repeating: 0, count: 1_500)
        for _ in 0..<10 {
            if socket.wait(milliseconds: 500), let count = socket.receive(into: &room) {
                let answer = TurnMessage(bytes: Array(room[..<count]))
                if answer.transactionID == message.transactionID { return answer }
                continue
            }
            socket.send(message.bytes, count: message.bytes.count)
        }
        throw TurnLoadError.timedOut("a server was asked (\(name))")
    }
}
