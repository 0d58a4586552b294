import DTLS
import ICE
import PeerConnection
import RTP
import SRTP
import STUN
import Units

/// Whole lives of a link: each command is a byte, a path and what it takes. No datagram makes it trap; nobody without the
/// keys gets anything taken; no keys come without the client's certificate; what waits is bounded; and a path that never
/// showed that it reads gets at most three times what came from it (T-STUN-1).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var commands = Commands(bytes: Array(UnsafeBufferPointer(start: start, count: count)))
    guard let first = commands.next() else { return 0 }
    var life = Life()
    // A handshake takes longer than all the rest, so not every life has one.
    if first & 7 == 7 { life.connect() }
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

private enum Identities {
    static let server = identity()
    static let client = identity()

    private static func identity() -> DTLSIdentity {
        guard let identity = DTLSIdentity(wall: 1_795_000_000) else { preconditionFailure("there is memory") }
        return identity
    }

    static func hash(_ identity: DTLSIdentity) -> CertificateHash {
        guard let hash = CertificateHash(identity.fingerprint) else { preconditionFailure("32 bytes are it") }
        return hash
    }
}

private struct Life: ~Copyable {
    private static let password = "0123456789012345678901"

    var numbers = Numbers()
    var local: LocalCredentials
    let remote: RemoteCredentials
    var connection: PeerConnection
    var now: UInt64 = 1_000_000_000
    var hasClient = false
    var received: [FiveTuple: Int] = [:]
    var sent: [FiveTuple: Int] = [:]
    var verified: Set<FiveTuple> = []

    init() {
        guard let remote = RemoteCredentials(userFragment: "peer", password: Life.password) else {
            preconditionFailure("within the limits")
        }
        self.remote = remote
        local = LocalCredentials(worker: 1, using: &numbers)
        let session = SessionParameters(
            local: local,
            remote: remote,
            fingerprints: [Identities.hash(Identities.client)]
        )
        guard let connection = PeerConnection(session, identity: Identities.server, using: &numbers) else {
            preconditionFailure("there is a fingerprint")
        }
        self.connection = connection
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
        case 0, 1: receive(commands.take(Int(commands.next() ?? 0) << (command >> 6)), on: path)
        case 2, 3: receive(request(flags: commands.next() ?? 0), on: path)
        case 4:
            now += UInt64(commands.next() ?? 0) * 50_000_000
            connection.handleTimeout(at: time)
            drain()
        case 5: update(commands.next() ?? 0)
        case 6: send(commands.take(Int(commands.next() ?? 0)))
        default:
            connection.closed(path)
            drain()
        }
    }

    mutating func receive(_ bytes: [UInt8], on path: FiveTuple) {
        var bytes = bytes
        received[path, default: 0] += bytes.count
        var span = bytes.mutableSpan
        switch connection.receive(&span, on: path, at: time) {
        case .nothing: break
        case .media, .control: preconditionFailure("taken without the keys")
        }
        drain()
    }

    mutating func drain() {
        var room = [UInt8](repeating: 0, count: PeerConnection.datagramBytes)
        var total = 0
        while true {
            var span = room.mutableSpan
            guard let (path, count) = connection.nextDatagram(into: &span) else { break }
            sent[path, default: 0] += count
            total += count
            if (0...3).contains(room[0]), path == connection.selected { verified.insert(path) }
        }
        precondition(total <= 4 * 32_768, "too much waited")
        while let event = connection.nextEvent() {
            if event == .established, !hasClient { preconditionFailure("keys for a stranger") }
            if case .pathSelected(let path) = event { verified.insert(path) }
        }
        for (path, count) in sent where !verified.contains(path) {
            precondition(count <= 3 * received[path, default: 0], "amplified")
        }
    }

    mutating func update(_ flags: UInt8) {
        if flags & 1 != 0 { local = LocalCredentials(worker: 1, using: &numbers) }
        connection.update(
            SessionParameters(
                local: local,
                remote: remote,
                isRestart: flags & 1 != 0,
                fingerprints: [Identities.hash(Identities.client)],
                isNewAssociation: flags & 2 != 0
            )
        )
        drain()
    }

    /// What the router might give it, sound or not.
    mutating func send(_ bytes: [UInt8]) {
        var room = bytes + [UInt8](repeating: 0, count: 64)
        var span = room.mutableSpan
        // It may well be no packet; that is the point.
        _ = try? connection.protect(header: min(bytes.count, 12), payload: bytes.span, into: &span)
        _ = try? connection.protectControl(count: bytes.count, in: &span)
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
        let key = flags & 16 == 0 ? local.passwordText : "wrong"
        writer.writeIntegrity(flags & 8 == 0 ? .sha1 : .sha256, key: Array(key.utf8).span, to: &span)
        writer.writeFingerprint(to: &span)
        let count = writer.finish(&span) ?? 0
        return Array(room[..<count])
    }

    /// ICE and the handshake of the client's, without loss.
    mutating func connect() {
        hasClient = true
        let path = Life.path(0)
        guard let server = RemoteCredentials(userFragment: local.userFragment, password: local.passwordText) else {
            preconditionFailure("within the limits")
        }
        var ice = ICEClient(local: remote, remote: server, seed: 1)
        var dtls = DTLSTransport(
            .client,
            identity: Identities.client,
            fingerprints: [Identities.hash(Identities.server)]
        )
        ice.add(path, at: time)
        var room = [UInt8](repeating: 0, count: PeerConnection.datagramBytes)
        for round in 0..<16 where !connection.isEstablished {
            if ice.selected != nil { dtls.start(on: path, at: time) }
            while true {
                var span = room.mutableSpan
                guard let (_, count) = ice.poll(at: time, into: &span) ?? dtls.nextDatagram(into: &span) else { break }
                var bytes = Array(room[..<count])
                received[path, default: 0] += count
                span = bytes.mutableSpan
                _ = connection.receive(&span, on: path, at: time)
            }
            while true {
                var span = room.mutableSpan
                guard let (_, count) = connection.nextDatagram(into: &span) else { break }
                sent[path, default: 0] += count
                if room[0] < 4 {
                    _ = ice.receive(room.span.extracting(..<count), on: path, at: time)
                } else {
                    _ = dtls.receive(room.span.extracting(..<count), on: path, at: time)
                }
            }
            now += UInt64(round) * 20_000_000
        }
        verified.insert(path)
        precondition(connection.isEstablished, "no handshake")
        drain()
    }
}
