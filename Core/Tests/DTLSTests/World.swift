import Units

@testable import DTLS

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

    mutating func chance(_ percent: UInt64) -> Bool { next() % 100 < percent }
}

/// What became of one end.
struct Seen {
    var keys: SRTPKeyingMaterial?
    var path: FiveTuple?
    var attempts: [DTLSFailure] = []
    var hasFailed = false
    var isClosed = false

    mutating func note(_ event: DTLSEvent) {
        switch event {
        case .none: break
        case .established(let keys, let path):
            self.keys = keys
            self.path = path
        case .attemptFailed(let failure): attempts.append(failure)
        case .failed: hasFailed = true
        case .closed: isClosed = true
        }
    }
}

/// A client, a server and a link between them that loses, delays, doubles and reorders by a seed. All time is made up.
final class World {
    static let serverIdentity = identity()
    static let clientIdentity = identity()

    private static func identity() -> DTLSIdentity {
        guard let identity = DTLSIdentity(wall: 1_795_000_000) else { fatalError("there is memory") }
        return identity
    }

    static func hash(_ identity: DTLSIdentity) -> CertificateHash {
        guard let hash = CertificateHash(identity.fingerprint) else { fatalError("SHA-256 has 32 bytes") }
        return hash
    }

    private struct Packet {
        var bytes: [UInt8]
        var isToServer: Bool
        var path: FiveTuple
        var arrival: UInt64
    }

    var client: DTLSTransport
    var server: DTLSTransport
    var seenByClient = Seen()
    var seenByServer = Seen()
    /// Nanoseconds.
    var now: UInt64 = 1_000_000_000
    var generator: Generator
    /// Percent of datagrams that are lost.
    var loss: UInt64 = 0
    /// Percent that come twice, and the longest delay.
    var doubled: UInt64 = 0
    var jitter: UInt64 = 0
    /// Largest datagram that went over the link, and how many of each end's.
    private(set) var largest = 0
    private(set) var sent = (client: 0, server: 0)
    /// What the client sent, as it went on the link.
    private(set) var fromClient: [[UInt8]] = []
    private var packets: [Packet] = []

    init(
        seed: UInt64 = 1,
        clientExpects: [CertificateHash]? = nil,
        serverExpects: [CertificateHash]? = nil
    ) {
        client = DTLSTransport(
            .client,
            identity: World.clientIdentity,
            fingerprints: clientExpects ?? [World.hash(World.serverIdentity)]
        )
        server = DTLSTransport(
            .server,
            identity: World.serverIdentity,
            fingerprints: serverExpects ?? [World.hash(World.clientIdentity)]
        )
        generator = Generator(state: seed)
    }

    static func path(_ number: UInt32) -> FiveTuple {
        FiveTuple(
            client: TransportAddress(IPAddress(v4: 0xC633_6400 + number), port: 50_000),
            server: TransportAddress(IPAddress(v4: 0xCB00_7101), port: 3478),
            transport: .udp
        )
    }

    var time: Timestamp { Timestamp(nanoseconds: now) }
    var isDone: Bool { seenByClient.keys != nil && seenByServer.keys != nil }

    func start() {
        client.start(on: World.path(1), at: time)
        collect()
    }

    /// Runs until the condition, or for so many made-up seconds.
    func run(seconds: Double = 15, until condition: (World) -> Bool) {
        let end = now + UInt64(seconds * 1e9)
        collect()
        while !condition(self), now < end {
            let due = [client.nextDeadline, server.nextDeadline].compactMap { $0?.nanoseconds }.min() ?? end
            let next = packets.indices.min { packets[$0].arrival < packets[$1].arrival }
            if let next, packets[next].arrival <= due {
                let packet = packets.remove(at: next)
                now = max(now, packet.arrival)
                deliver(packet.bytes, toServer: packet.isToServer, on: packet.path)
            } else {
                now = min(max(now, due), end)
                seenByClient.note(client.handleTimeout(at: time))
                seenByServer.note(server.handleTimeout(at: time))
                collect()
            }
        }
    }

    func deliver(_ bytes: [UInt8], toServer: Bool = true, on path: FiveTuple = World.path(1)) {
        if toServer {
            seenByServer.note(server.receive(bytes.span, on: path, at: time))
        } else {
            seenByClient.note(client.receive(bytes.span, on: path, at: time))
        }
        collect()
    }

    /// Puts what both ends have to say on the link.
    private func collect() {
        var room = [UInt8](repeating: 0, count: Limits.datagramBytes)
        while true {
            var span = room.mutableSpan
            guard let (path, count) = client.nextDatagram(into: &span) else { break }
            let bytes = Array(room[..<count])
            fromClient.append(bytes)
            sent.client += 1
            post(bytes, isToServer: true, path)
        }
        while true {
            var span = room.mutableSpan
            guard let (path, count) = server.nextDatagram(into: &span) else { break }
            sent.server += 1
            post(Array(room[..<count]), isToServer: false, path)
        }
    }

    private func post(_ bytes: [UInt8], isToServer: Bool, _ path: FiveTuple) {
        largest = max(largest, bytes.count)
        // What the server tells strangers does not reach the client.
        guard path == World.path(1) else { return }
        for _ in 0..<(generator.chance(doubled) ? 2 : 1) where !generator.chance(loss) {
            let arrival = now + 10_000_000 + (jitter == 0 ? 0 : generator.next() % jitter)
            packets.append(Packet(bytes: bytes, isToServer: isToServer, path: path, arrival: arrival))
        }
    }
}

/// Equal keys, profile and direction.
func isEqual(_ left: SRTPKeyingMaterial?, _ right: SRTPKeyingMaterial?) -> Bool {
    guard let left, let right, left.profile == right.profile else { return false }
    func bytes(_ key: SRTPMasterKey) -> [UInt8] {
        key.key.indices.map { key.key[$0] } + key.salt.indices.map { key.salt[$0] }
    }
    return bytes(left.client) == bytes(right.client) && bytes(left.server) == bytes(right.server)
        && bytes(left.client) != bytes(left.server)
}
