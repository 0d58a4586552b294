import STUN
import Units

@testable import TURN

/// A client of the server under test, with the credentials of a participant.
struct Client {
    var path: FiveTuple
    var username: String
    var password: String
    var realm = "parley"
    /// From the last challenge.
    var nonce: [UInt8] = []
    var algorithm = PasswordAlgorithm.md5
    var integrity = IntegrityAlgorithm.sha1
    var hasFingerprint = false
    /// PASSWORD-ALGORITHM and PASSWORD-ALGORITHMS, or whatever a test puts here.
    var more: [Field] = []

    init(
        _ participant: String = "kevin",
        port: UInt16 = 50_000,
        address: String = "198.18.0.1",
        transport: TransportProtocol = .udp,
        expiry: UInt64 = World.wall + 900,
        secret: [UInt8] = World.secret
    ) {
        path = FiveTuple(
            client: TransportAddress(address, port),
            server: address.contains(":") ? TransportAddress("2001:db8::5", 3478) : TransportAddress("192.0.2.5", 3478),
            transport: transport
        )
        let credentials = RESTCredentials(participant: participant, expiry: expiry, secret: secret)
        username = credentials.username
        password = credentials.password
    }

    var key: LongTermKey {
        LongTermKey(
            algorithm,
            username: Array(username.utf8).span,
            realm: Array(realm.utf8).span,
            password: Array(password.utf8).span
        )
    }

    /// Takes what a 401 or 438 says.
    mutating func hear(_ challenge: Reply) {
        nonce = challenge.value(.nonce) ?? []
        realm = challenge.value(.realm).map { String(decoding: $0, as: UTF8.self) } ?? realm
    }

    /// A request with everything that authenticates it.
    func request(_ method: MessageType.Method, _ fields: [Field], id: UInt64 = 1, after: [Field] = []) -> [UInt8] {
        let credentials: [Field] = [
            .bytes(.username, Array(username.utf8)), .bytes(.realm, Array(realm.utf8)), .bytes(.nonce, nonce),
        ]
        return message(.request, method, TransactionID(high: 7, low: id), fields + credentials + more) {
            key.sign(&$0, integrity, to: &$1)
            for case .number(let type, let number) in after { $0.write(type, number, to: &$1) }
            if hasFingerprint { $0.writeFingerprint(to: &$1) }
        }
    }

    /// A Send indication.
    func send(_ payload: [UInt8], to peer: TransportAddress, _ more: [Field] = []) -> [UInt8] {
        message(.indication, .send, TransactionID(high: 8, low: 1), [.peer(peer), .bytes(.data, payload)] + more)
    }

    /// ChannelData, unpadded.
    func channelData(_ number: UInt16, _ payload: [UInt8]) -> [UInt8] {
        [UInt8(number >> 8), UInt8(number & 0xFF), UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload
    }
}

extension TransportAddress {
    /// An address written down by a test; a wrong one is the unspecified address.
    init(_ text: String, _ port: UInt16) {
        self.init(IPAddress(text) ?? IPAddress(high: 0, low: 0), port: port)
    }
}
