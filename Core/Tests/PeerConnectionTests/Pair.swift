import DTLS
import ICE
import RTP
import Simulation
import Units

@testable import PeerConnection

/// A client and the server's end of its link, with the network between them. All time is made up.
final class Pair {
    static let serverIdentity = identity()
    static let clientIdentity = identity()

    static func identity() -> DTLSIdentity {
        guard let identity = DTLSIdentity(wall: 1_795_000_000) else { fatalError("there is memory") }
        return identity
    }

    static func hash(_ identity: DTLSIdentity) -> CertificateHash {
        guard let hash = CertificateHash(identity.fingerprint) else { fatalError("SHA-256 has 32 bytes") }
        return hash
    }

    static func path(_ number: Int, transport: TransportProtocol = .udp) -> FiveTuple {
        FiveTuple(
            client: TransportAddress(IPAddress(v4: 0xC633_6400 + UInt32(number)), port: 50_000),
            server: TransportAddress(IPAddress(v4: 0xCB00_7101), port: 3478),
            transport: transport
        )
    }

    static func credentials(_ fragment: String, _ password: String) -> RemoteCredentials {
        guard let credentials = RemoteCredentials(userFragment: fragment, password: password) else {
            fatalError("within the limits")
        }
        return credentials
    }

    static let remote = credentials("cLnt", "client-password-0123456789")

    var generator: SplitMix64
    var local: LocalCredentials
    var server: PeerConnection
    var client: ClientTransport
    var up: LossyLink
    var down: LossyLink
    var nanoseconds: UInt64 = 100_000_000_000
    /// What the server said about itself, in order.
    var events: [PeerConnectionEvent] = []
    /// Bytes on the wire that the server sent to each path, and those that came from it.
    var sent: [FiveTuple: Int] = [:]
    var received: [FiveTuple: Int] = [:]
    /// What arrived at each end, decrypted.
    var atServer: [[UInt8]] = []
    var atClient: [[UInt8]] = []
    /// Datagrams of the client, as they went on the link.
    var fromClient: [[UInt8]] = []
    /// The client's own paths.
    private var own: Set<FiveTuple> = []
    /// Nothing of the client's DTLS goes out by itself.
    var holdsHandshake = false

    init(
        seed: UInt64 = 1,
        _ conditions: LossyLink.Conditions = LossyLink.Conditions(),
        expected: DTLSIdentity = Pair.clientIdentity
    ) {
        generator = SplitMix64(seed: seed)
        local = LocalCredentials(worker: 3, using: &generator)
        let session = SessionParameters(local: local, remote: Pair.remote, fingerprints: [Pair.hash(expected)])
        guard let server = PeerConnection(session, identity: Pair.serverIdentity, using: &generator) else {
            fatalError("there is a fingerprint")
        }
        self.server = server
        client = ClientTransport(
            identity: Pair.clientIdentity,
            local: Pair.remote,
            remote: Pair.credentials(local.userFragment, local.passwordText),
            fingerprints: [Pair.hash(Pair.serverIdentity)],
            seed: seed
        )
        up = LossyLink(seed: seed &* 3 &+ 1, conditions)
        down = LossyLink(seed: seed &* 5 &+ 2, conditions)
    }

    var now: Timestamp { Timestamp(nanoseconds: nanoseconds) }

    /// Runs until the condition holds, or for so many made-up seconds. Answers whether it held.
    @discardableResult
    func run(seconds: Double = 15, until condition: (Pair) -> Bool = { _ in false }) -> Bool {
        let end = nanoseconds + UInt64(seconds * 1e9)
        collect()
        while !condition(self) {
            let due =
                [up.nextArrival, down.nextArrival, client.nextDeadline, server.nextDeadline]
                .compactMap { $0?.nanoseconds }.min() ?? end
            guard due < end else {
                nanoseconds = end
                return condition(self)
            }
            nanoseconds = max(nanoseconds + 1_000, due)
            while let datagram = up.next(at: now) { deliver(datagram.bytes, on: datagram.path) }
            while let datagram = down.next(at: now) { deliverToClient(datagram.bytes, on: datagram.path) }
            client.handleTimeout(at: now)
            server.handleTimeout(at: now)
            collect()
        }
        return true
    }

    /// To the point where both ends have keys and media has a way.
    @discardableResult
    func connect(_ path: FiveTuple = Pair.path(1), seconds: Double = 15) -> Bool {
        add(path)
        return run(seconds: seconds) { $0.isConnected }
    }

    func add(_ path: FiveTuple) {
        own.insert(path)
        client.add(path, at: now)
    }

    var isConnected: Bool { client.isEstablished && server.isEstablished && server.selected != nil }

    var hasServerKeys: Bool { server.isEstablished }
    var hasClientKeys: Bool { client.isEstablished }

    /// To the server, by the wire or from a stranger.
    @discardableResult
    func deliver(_ bytes: [UInt8], on path: FiveTuple = Pair.path(1)) -> Reception {
        var bytes = bytes
        received[path, default: 0] += bytes.count
        var span = bytes.mutableSpan
        let reception = server.receive(&span, on: path, at: now)
        switch reception {
        case .nothing: break
        case .media(let packet): atServer.append(Array(bytes[..<packet.length]))
        case .control(let count): atServer.append(Array(bytes[..<count]))
        }
        collect()
        return reception
    }

    func deliverToClient(_ bytes: [UInt8], on path: FiveTuple) {
        var bytes = bytes
        var span = bytes.mutableSpan
        switch client.receive(&span, on: path, at: now) {
        case .nothing: break
        case .media(let packet): atClient.append(Array(bytes[..<packet.length]))
        case .control(let count): atClient.append(Array(bytes[..<count]))
        }
        collect()
    }

    /// Puts what both ends have to say on the link.
    func collect() {
        var room = [UInt8](repeating: 0, count: 2_048)
        while true {
            var span = room.mutableSpan
            guard let (path, count) = client.poll(at: now, into: &span) else { break }
            let bytes = Array(room[..<count])
            fromClient.append(bytes)
            if holdsHandshake, (20...63).contains(bytes[0]) { continue }
            up.send(bytes.span, on: path, at: now)
        }
        while let (bytes, path) = take() {
            // What the server tells strangers does not reach the client.
            if own.contains(path) { down.send(bytes.span, on: path, at: now) }
        }
        while let event = server.nextEvent() { events.append(event) }
    }

    /// The next datagram of the server's.
    func take() -> ([UInt8], FiveTuple)? {
        var room = [UInt8](repeating: 0, count: PeerConnection.datagramBytes)
        var span = room.mutableSpan
        guard let (path, count) = server.nextDatagram(into: &span) else { return nil }
        sent[path, default: 0] += count
        return (Array(room[..<count]), path)
    }

    // MARK: - Media

    /// An SRTP packet of the client's.
    func packet(_ number: UInt16, ssrc: UInt32 = 7, payload: [UInt8] = [1, 2, 3]) -> [UInt8] {
        var room = Pair.header(number, ssrc)
        var span = room.mutableSpan
        guard let count = try? client.protect(header: 12, payload: payload.span, into: &span) else { return [] }
        return Array(room[..<count])
    }

    /// An SRTP packet of the server's.
    func serverPacket(_ number: UInt16, ssrc: UInt32 = 9, payload: [UInt8] = [4, 5, 6]) throws -> [UInt8] {
        var room = Pair.header(number, ssrc)
        var span = room.mutableSpan
        let count = try server.protect(header: 12, payload: payload.span, into: &span)
        return Array(room[..<count])
    }

    /// A packet as it is before encryption and after decryption.
    static func plain(_ number: UInt16, ssrc: UInt32 = 7, payload: [UInt8] = [1, 2, 3]) -> [UInt8] {
        Array(header(number, ssrc)[..<12]) + payload
    }

    private static func header(_ number: UInt16, _ ssrc: UInt32) -> [UInt8] {
        var room = [UInt8](repeating: 0, count: 1_500)
        var span = room.mutableSpan
        let header = RTPHeader(
            payloadType: 96,
            sequenceNumber: SequenceNumber(number),
            timestamp: RTPTimestamp(UInt32(number) * 10),
            ssrc: SSRC(ssrc)
        )
        let writer = RTPHeaderWriter(header, to: &span)
        _ = writer.finish(&span)
        return room
    }
}
