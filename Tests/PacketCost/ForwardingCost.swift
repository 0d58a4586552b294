import DTLS
import ICE
import PacketStore
import PeerConnection
import RTP
import SFU
import Simulation
import Units
import Wire

/// One publisher and its subscribers around a forwarding unit, in one process and with made-up time: real handshakes, real
/// AES-GCM, no sockets. Only what `measured` does is counted.
struct ForwardingCost: ~Copyable {
    enum Kind: String { case video, audio }

    private static let room = RoomKey(rawValue: 1)
    private static let server = TransportAddress(IPAddress(v4: 0xCB00_7101), port: 3478)
    private static let clientNet: UInt32 = 0xC633_6400
    /// Lines of a client's offer: microphone, camera, then its slots.
    private static let audioSlot: UInt8 = 2
    private static let videoSlot: UInt8 = 3

    private let kind: Kind
    private var clients: PlaceTable<SimulatedMediaClient>
    private var slab = PacketSlab(slots: 8_192)
    private var unit: ForwardingUnit
    private var generator = SplitMix64(seed: 1)
    private var nanoseconds: UInt64 = 100_000_000_000
    private var connected = 0
    private var measuredRounds = 0

    init(_ kind: Kind, subscribers: Int, own: DTLSIdentity, theirs: DTLSIdentity) throws {
        self.kind = kind
        unit = ForwardingUnit(identity: own, using: SplitMix64(seed: 2))
        clients = PlaceTable(limit: subscribers + 1)
        for number in 0...subscribers { try join(number, own, theirs) }
        for _ in 0..<5_000 where connected <= subscribers {
            nanoseconds += 1_000_000
            exchange(with: clients.indices)
        }
        let line: UInt8 = kind == .audio ? 0 : 1
        let source = TrackKey(transport: Self.key(0), line: line)
        for number in 1...subscribers {
            let slot = kind == .audio ? Self.audioSlot : Self.videoSlot
            unit.perform(
                .assign(slot: TrackKey(transport: Self.key(number), line: slot), source: source),
                at: now,
                &slab
            )
        }
        clients[0].isMicrophoneOn = kind == .audio
        clients[0].isCameraOn = kind == .video
    }

    /// Whether all links came about.
    var isComplete: Bool { connected == clients.count }

    /// Sends so many packets, of which each subscriber has to get a copy; answers how many did leave.
    mutating func run(_ count: Int, isMeasured: Bool) -> Int {
        let before = unit.counters.packetsOut
        var sent = 0
        var nextRound = nanoseconds
        while sent < count {
            nanoseconds = max(nanoseconds + 100_000, clients[0].nextDeadline?.nanoseconds ?? 0)
            if nanoseconds >= nextRound {
                nextRound = nanoseconds + 100_000_000
                exchange(with: 1..<clients.indices.upperBound)
            }
            var media = SlotQueue()
            while let slot = next(from: 0) {
                if isMedia(slot) {
                    slab.append(slot, to: &media)
                    sent += 1
                } else {
                    unit.receive(slot, on: Self.path(0), via: OutletID(rawValue: 1), at: now, &slab)
                }
            }
            deliver()
            var outgoing = isMeasured ? measured(media) : take(media)
            hand(&outgoing)
        }
        precondition(isMeasured || measuredRounds == 0)
        return Int(unit.counters.packetsOut &- before)
    }

    /// What callgrind counts. Not inlined, so that it has a name, and with something of its own to do, so that it is not
    /// the same as `take`.
    @inline(never)
    private mutating func measured(_ media: SlotQueue) -> SlotQueue {
        defer { measuredRounds &+= 1 }
        return take(media)
    }

    /// A round of a worker: packets in, timers, copies out.
    @inline(never)
    private mutating func take(_ media: SlotQueue) -> SlotQueue {
        var slot = media.first
        while slot != PacketSlab.none {
            let next = slab[slot].next
            unit.receive(slot, on: Self.path(0), via: OutletID(rawValue: 1), at: now, &slab)
            slot = next
        }
        if let due = unit.nextDeadline, due <= now { unit.handleTimeout(at: now, &slab) }
        unit.finish(at: now, &slab)
        return unit.takeOutgoing(&slab)
    }

    private var now: Timestamp { Timestamp(nanoseconds: nanoseconds) }

    // MARK: - Clients

    private static func key(_ number: Int) -> TransportKey { TransportKey(rawValue: UInt64(number) + 1) }

    private static func path(_ number: Int) -> FiveTuple {
        let client = TransportAddress(IPAddress(v4: clientNet + UInt32(number)), port: 40_000)
        return FiveTuple(client: client, server: server, transport: .udp)
    }

    private mutating func join(_ number: Int, _ own: DTLSIdentity, _ theirs: DTLSIdentity) throws {
        var configuration = SimulatedMediaClient.Configuration(
            number: UInt32(number) + 1,
            seed: UInt64(number) + 7,
            addresses: [Self.path(number).client]
        )
        configuration.audioSlots = 1
        configuration.videoSlots = 1
        // 110 packets of 1,100 bytes a second.
        configuration.video.framesPerSecond = 22
        configuration.video.bitrate = 968_000
        var client = SimulatedMediaClient(configuration, identity: theirs)
        var negotiator = Negotiator(
            worker: 0,
            fingerprint: own.fingerprint,
            candidates: Candidate.host([Self.server.address], udpPort: Self.server.port, tcpPort: nil).map(\.text),
            sessionID: UInt64(number) + 1,
            using: &generator
        )
        let made = try negotiator.answer(client.offer())
        unit.perform(.connect(Self.key(number), room: Self.room, made.session), at: now, &slab)
        _ = try client.take(answer: made.answer, at: now)
        _ = clients.insert(client)
    }

    /// Everything but media, there and back.
    private mutating func exchange(with numbers: Range<Int>) {
        for number in numbers {
            while let slot = next(from: number) {
                unit.receive(slot, on: Self.path(number), via: OutletID(rawValue: 1), at: now, &slab)
            }
        }
        if let due = unit.nextDeadline, due <= now { unit.handleTimeout(at: now, &slab) }
        deliver()
    }

    /// The next datagram of a client, in a slot.
    private mutating func next(from number: Int) -> SlotIndex? {
        guard let slot = slab.take() else { return nil }
        var span = unsafe slab.room(slot).mutableSpan
        guard let (_, count) = clients[number].poll(at: now, into: &span) else {
            slab.give(back: slot)
            return nil
        }
        slab[slot].start = Int32(PacketSlab.headRoom)
        slab[slot].count = Int32(count)
        return slot
    }

    private func isMedia(_ slot: SlotIndex) -> Bool {
        let bytes = unsafe slab.packet(slot)
        return unsafe bytes.count > 1 && bytes[0] >= 128 && !RTCPCompound.begins(bytes.span)
    }

    /// What the unit has to send and to say, outside of what is counted.
    private mutating func deliver() {
        unit.finish(at: now, &slab)
        var outgoing = unit.takeOutgoing(&slab)
        hand(&outgoing)
        while let event = unit.nextEvent() {
            if case .connected = event { connected += 1 }
        }
    }

    /// Subscribers keep their links, and do not look at media: that would be their cost.
    private mutating func hand(_ outgoing: inout SlotQueue) {
        var slot = outgoing.first
        while slot != PacketSlab.none {
            let number = Int((slab[slot].destination.address.v4 ?? 0) &- Self.clientNet)
            let bytes = unsafe slab.packet(slot)
            if clients.contains(number), unsafe number == 0 || (bytes.count > 0 && bytes[0] < 128) {
                var span = unsafe bytes.mutableSpan
                clients[number].receive(&span, on: Self.path(number), at: now)
            }
            slot = slab[slot].next
        }
        slab.empty(&outgoing)
    }
}
