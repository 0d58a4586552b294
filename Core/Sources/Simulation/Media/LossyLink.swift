public import Units

/// One direction of a network path that loses, doubles, delays and reorders datagrams by a seed. All time is made up: what
/// goes in at one moment comes out at a later one, or never.
public struct LossyLink: Sendable {
    /// How bad the network is. Chances are in percent.
    public struct Conditions: Hashable, Sendable {
        public var loss = 0
        public var duplication = 0
        /// Datagrams that come `detour` later than the others.
        public var reordering = 0
        public var delay = Duration.milliseconds(10)
        /// The longest further delay; each datagram has its own. Reorders when it is longer than their distance.
        public var jitter = Duration.zero
        public var detour = Duration.milliseconds(30)
        /// Datagrams on the way; what comes when there are more is lost, as in a router's queue.
        public var capacity = 4_096

        public init() {}

        /// Loses, and is fine otherwise.
        public static func losing(_ percent: Int) -> Conditions {
            var conditions = Conditions()
            conditions.loss = percent
            return conditions
        }
    }

    /// A datagram on its way.
    public struct Datagram: Sendable {
        public var bytes: [UInt8]
        public let path: FiveTuple
        public let arrival: Timestamp
    }

    public var conditions: Conditions
    /// Datagrams that went in, and those of them that were lost.
    public private(set) var sent = 0
    public private(set) var lost = 0
    private var random: SplitMix64
    /// The last comes first.
    private var underway: [Datagram] = []

    public init(seed: UInt64, _ conditions: Conditions = Conditions()) {
        random = SplitMix64(seed: seed)
        self.conditions = conditions
    }

    public mutating func send(_ bytes: Span<UInt8>, on path: FiveTuple, at now: Timestamp) {
        sent += 1
        guard !random.chance(conditions.loss), underway.count < conditions.capacity else {
            lost += 1
            return
        }
        let copy = bytes.indices.map { bytes[$0] }
        for _ in 0..<(random.chance(conditions.duplication) ? 2 : 1) {
            var delay = conditions.delay + .nanoseconds(random.below(Int(conditions.jitter.wholeNanoseconds)))
            if random.chance(conditions.reordering) { delay += conditions.detour }
            insert(Datagram(bytes: copy, path: path, arrival: now + delay))
        }
    }

    /// When the next datagram comes out.
    public var nextArrival: Timestamp? { underway.last?.arrival }

    /// The next datagram that has come by now.
    public mutating func next(at now: Timestamp) -> Datagram? {
        guard let next = underway.last, next.arrival <= now else { return nil }
        return underway.removeLast()
    }

    private mutating func insert(_ datagram: Datagram) {
        var place = 0
        // Nearly always it is the last to come, so the search is short.
        while place < underway.count, underway[place].arrival > datagram.arrival { place += 1 }
        underway.insert(datagram, at: place)
    }
}
