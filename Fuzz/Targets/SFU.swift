import DTLS
import Forwarding
import ICE
import PacketStore
import PeerConnection
import RTP
import SFU
import STUN
import Units

/// Bytes are a sequence of commands, datagrams and time for a forwarding unit. Nothing may trap; every slot comes back
/// when all links are closed; what goes out goes to a path that something came from, and not much more than that; a path
/// is opened and closed in turns; and nobody without keys is connected.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let world = World(bytes: Array(UnsafeBufferPointer(start: start, count: min(count, 2_000))))
    world.run()
    return 0
}

private struct Numbers: RandomNumberGenerator {
    var state: UInt64 = 1

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

private let identity: DTLSIdentity = {
    guard let identity = DTLSIdentity(wall: 1_795_000_000) else { preconditionFailure("there is memory") }
    return identity
}()

private final class World {
    static let password = "0123456789012345678901"

    let bytes: [UInt8]
    var offset = 0
    var numbers = Numbers()
    var unit = ForwardingUnit(identity: identity, using: Numbers())
    var slab: PacketSlab
    var now = Timestamp(nanoseconds: 5_000_000_000)
    /// What each link was last agreed with.
    var locals: [UInt64: LocalCredentials] = [:]
    var heard: Set<FiveTuple> = []
    var open: Set<ClientPath> = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
        // Few slots, so that they run out too.
        slab = PacketSlab(slots: Int(bytes.first ?? 0) & 15 + 2)
    }

    func next() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        offset += 1
        return bytes[offset - 1]
    }

    func run() {
        offset = 1
        while offset < bytes.count { step() }
        for key in locals.keys { unit.perform(.close(TransportKey(rawValue: key)), at: now, &slab) }
        finish()
        if let left = unit.leftover { fail("there still is \(left)") }
        if slab.available != slab.capacity - unit.heldSlots { fail("slots did not come back") }
        if !open.isEmpty { fail("paths stayed open") }
    }

    func step() {
        let operation = next()
        let number = UInt64(operation >> 4 & 7)
        let key = TransportKey(rawValue: number)
        switch operation & 15 {
        case 0, 1: connect(number, room: next())
        case 2: renegotiate(number, next())
        case 3:
            let how = next()
            let source = TrackKey(transport: TransportKey(rawValue: UInt64(how & 7)), line: how >> 3 & 7)
            unit.perform(
                .assign(slot: TrackKey(transport: key, line: how >> 5), source: how == 0 ? nil : source),
                at: now,
                &slab
            )
        case 4: unit.perform(.pause(TrackKey(transport: key, line: next()), operation & 0x80 != 0), at: now, &slab)
        case 5:
            unit.perform(.close(key), at: now, &slab)
            locals[number] = nil
        case 6: now = now + .milliseconds(Int64(next()) * Int64(next()) / 4)
        case 7: unit.handleTimeout(at: now, &slab)
        case 8: finish()
        case 9: unit.closed(path(next()), at: now)
        case 10, 11, 12: check(number, path(next()), flags: next())
        default:
            let path = path(next())
            give((0..<Int(next())).map { _ in next() }, on: path)
        }
        if operation & 1 == 0 { finish() }
    }

    // MARK: Commands

    func session(_ local: LocalCredentials, isRestart: Bool, isNewAssociation: Bool, lines count: Int)
        -> SessionParameters?
    {
        guard let remote = RemoteCredentials(userFragment: "peer", password: World.password),
            let hash = CertificateHash(identity.fingerprint)
        else { return nil }
        let lines = (0..<count).compactMap { index -> MediaParameters? in
            guard let mid = StreamIdentifier(String(index)) else { return nil }
            let isAudio = index % 2 == 0
            let ssrc = UInt32(truncatingIfNeeded: numbers.next())
            return MediaParameters(
                mid: mid,
                kind: isAudio ? .audio : .video,
                isSending: index < 2,
                isReceiving: index >= 2,
                formats: [
                    PayloadFormat(
                        codec: isAudio ? .opus : .vp8,
                        payloadType: isAudio ? 111 : 96,
                        repairPayloadType: isAudio ? nil : 97,
                        clockRate: isAudio ? 48_000 : 90_000,
                        usesNACK: !isAudio
                    )
                ],
                slot: SlotSources(ssrc: SSRC(ssrc), repairSSRC: isAudio ? nil : SSRC(ssrc ^ 1))
            )
        }
        return SessionParameters(
            local: local,
            remote: remote,
            isRestart: isRestart,
            fingerprints: [hash],
            isNewAssociation: isNewAssociation,
            lines: lines
        )
    }

    func connect(_ number: UInt64, room: UInt8) {
        guard locals[number] == nil else { return }
        let local = LocalCredentials(worker: 1, using: &numbers)
        guard let session = session(local, isRestart: false, isNewAssociation: false, lines: 4) else { return }
        locals[number] = local
        let key = TransportKey(rawValue: number)
        unit.perform(.connect(key, room: RoomKey(rawValue: UInt64(room & 3)), session), at: now, &slab)
    }

    func renegotiate(_ number: UInt64, _ how: UInt8) {
        guard var local = locals[number] else { return }
        if how & 1 == 1 { local = LocalCredentials(worker: 1, using: &numbers) }
        locals[number] = local
        let session = session(
            local,
            isRestart: how & 1 == 1,
            isNewAssociation: how & 2 == 2,
            lines: Int(how >> 2 & 15)
        )
        guard let session else { return }
        unit.perform(.renegotiate(TransportKey(rawValue: number), session), at: now, &slab)
    }

    // MARK: Datagrams

    func path(_ number: UInt8) -> FiveTuple {
        FiveTuple(
            client: TransportAddress(IPAddress(v4: 0x0A00_0000 + UInt32(number % 12)), port: 9),
            server: TransportAddress(IPAddress(v4: 0x0A00_0100), port: 9),
            transport: number & 1 == 0 ? .udp : .tcp
        )
    }

    /// A check as the client of a link makes it, and then perhaps something else by the same path.
    func check(_ number: UInt64, _ path: FiveTuple, flags: UInt8) {
        guard let local = locals[number] else { return }
        var room = [UInt8](repeating: 0, count: 400)
        var span = room.mutableSpan
        let id = TransactionID(high: UInt32(flags), low: numbers.next())
        var writer = MessageWriter(MessageType(.request, .binding), id, to: &span)
        writer.write(.username, Array("\(local.userFragment):peer".utf8).span, to: &span)
        if flags & 1 == 1 { writer.write(AttributeType(rawValue: 0x25), [UInt8]().span, to: &span) }
        writer.writeIntegrity(.sha1, key: Array(local.passwordText.utf8).span, to: &span)
        writer.writeFingerprint(to: &span)
        let count = writer.finish(&span) ?? 0
        give(Array(room[..<count]), on: path)
        if flags & 2 == 2 {
            give([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, flags] + (0..<flags).map { _ in next() }, on: path)
        }
    }

    func give(_ packet: [UInt8], on path: FiveTuple) {
        guard let slot = slab.take() else { return }
        heard.insert(path)
        slab[slot].start = Int32(PacketSlab.headRoom)
        slab[slot].count = Int32(packet.count)
        let room = slab.packet(slot)
        for index in packet.indices { room[index] = packet[index] }
        unit.receive(slot, on: path, via: OutletID(rawValue: UInt64(path.client.address.low & 1)), at: now, &slab)
    }

    // MARK: What comes out

    func finish() {
        unit.finish(at: now, &slab)
        var queue = unit.takeOutgoing(&slab)
        var slot = queue.first
        while slot != PacketSlab.none {
            let known = slab[slot]
            if !heard.contains(where: { $0.client == known.destination }) { fail("sent to nobody") }
            if known.count <= 0 || known.count > 1_500 { fail("a packet of \(known.count) bytes") }
            slot = known.next
        }
        slab.empty(&queue)
        while let event = unit.nextEvent() {
            switch event {
            case .connected: fail("connected without keys")
            case .opened(let way): if !open.insert(way).inserted { fail("opened twice") }
            case .closed(let way): if open.remove(way) == nil { fail("closed twice") }
            default: break
            }
        }
    }

    func fail(_ what: String) -> Never {
        preconditionFailure(what)
    }
}
