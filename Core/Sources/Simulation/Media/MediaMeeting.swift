import DTLS
import PacketStore
import PeerConnection
import SFU
import Units

/// A whole meeting through the SFU in one thread and made-up time: the forwarding unit that the server runs, real
/// negotiation, and clients behind networks that lose, double, delay and reorder. They come, go, come again from the same
/// socket, change addresses, restart ICE, are shown in other slots, muted and paused, all from one seed.
///
/// First there is a storm of that, then the networks are good and nobody does anything; soon everything has to flow.
/// What must hold all the time, and at the end, is in `MediaMeeting+Checks`.
public final class MediaMeeting {
    /// What a meeting came to.
    public struct Outcome: Hashable, Sendable {
        public var seed: UInt64
        public var violations: [String] = []
        /// The same for the same seed, on every machine: of every datagram's time, way and length.
        public var traceHash: UInt64 = 0
        /// Clients that ever were there, and frames and sounds that were played.
        public var members = 0
        public var frames = 0
        public var sounds = 0
        public var packetsOut = 0
        public var datagramsLost = 0
        /// What happened, by its name.
        public var actions: [String: Int] = [:]
    }

    static let serverIdentity = identity()
    static let clientIdentity = identity()
    static let server = TransportAddress(IPAddress(v4: 0xCB00_7101), port: 3_478)
    static let room = RoomKey(rawValue: 1)
    /// How finely time goes.
    static let step = Duration.milliseconds(2)
    /// How often something may happen.
    static let actionInterval = Duration.milliseconds(100)
    static let slabSlots = 4_096

    let seed: UInt64
    var random: SplitMix64
    var now = Timestamp(nanoseconds: 60_000_000_000)
    var unit: ForwardingUnit
    var slab = PacketSlab(slots: slabSlots)
    var members: [MeetingMember] = []
    var audit = IndexAudit()
    /// Paths that the unit has told to be open.
    var openPaths: Set<ClientPath> = []
    var lastNumber: UInt32 = 0
    var isStormy = true
    let largest: Int
    var outcome: Outcome
    /// For one datagram.
    var buffer = [UInt8](repeating: 0, count: 1_500)

    init(seed: UInt64, members count: Int? = nil) {
        self.seed = seed
        var random = SplitMix64(seed: seed)
        // Mostly small ones: they are quick, and have all that can go wrong.
        let sizes = [2, 2, 3, 3, 4]
        largest = count ?? sizes[random.below(sizes.count)]
        unit = ForwardingUnit(identity: Self.serverIdentity, using: SplitMix64(seed: random.next()))
        self.random = random
        outcome = Outcome(seed: seed)
    }

    /// Runs the meeting of a seed, with at most so many at a time, or as many as the seed says.
    public static func run(seed: UInt64, members: Int? = nil, storm: Duration = .seconds(3)) -> Outcome {
        let meeting = MediaMeeting(seed: seed, members: members)
        meeting.run(storm: storm)
        return meeting.outcome
    }

    private func run(storm: Duration) {
        for _ in 0..<max(2, largest - 1) { join() }
        let end = now + storm
        var next = now + Self.actionInterval
        while now < end {
            advance()
            guard now >= next else { continue }
            next = now + Self.actionInterval
            act()
        }
        calm()
        settle()
        measure()
        endAll()
        outcome.members = Int(lastNumber)
    }

    private static func identity() -> DTLSIdentity {
        guard let identity = DTLSIdentity(wall: 1_795_000_000) else { preconditionFailure("there is memory") }
        return identity
    }

    /// Notes what must not be.
    func violate(_ what: String) {
        guard outcome.violations.count < 16 else { return }
        outcome.violations.append("seed \(seed) at \(now.nanoseconds / 1_000_000) ms: \(what)")
    }

    func trace(_ values: UInt64...) {
        for value in values { outcome.traceHash = (outcome.traceHash ^ value) &* 0x0000_0100_0000_01B3 &+ 1 }
    }

    func did(_ action: String) { outcome.actions[action, default: 0] += 1 }

    func member(_ number: UInt32) -> MeetingMember? { members.first { $0.number == number } }

    func member(_ key: TransportKey) -> MeetingMember? { members.first { $0.key == key } }
}
