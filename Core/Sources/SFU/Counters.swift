/// What a forwarding unit has counted, beside what its transports and rooms count.
public struct SFUCounters: Equatable, Sendable, BitwiseCopyable {
    /// Datagrams from nobody that is known here.
    public var unknown: UInt64 = 0
    /// Packets of media that came, and their bytes without headers below RTP.
    public var packetsIn: UInt64 = 0
    public var bytesIn: UInt64 = 0
    /// Packets of media that went out, repeats included.
    public var packetsOut: UInt64 = 0
    public var bytesOut: UInt64 = 0
    /// RTCP that came and went.
    public var controlIn: UInt64 = 0
    public var controlOut: UInt64 = 0
    /// Packets that could not be protected: a link without keys, or more streams than SRTP keeps.
    public var unprotected: UInt64 = 0
    /// Packets for links that have no path at the moment.
    public var pathless: UInt64 = 0
    /// Packets dropped because all slots were taken.
    public var slotless: UInt64 = 0
    /// Handshakes of DTLS that ended with keys. Those that failed are DTLS's to count.
    public var handshakes: UInt64 = 0
    /// Links that became connected, each time they did.
    public var connects: UInt64 = 0
    public var losses: UInt64 = 0
    /// Handshakes that failed, and links that clients ended.
    public var failures: UInt64 = 0
    /// Links refused because there were too many.
    public var refused: UInt64 = 0
    /// Events that found no place.
    public var eventsLost: UInt64 = 0
    /// Links and rooms at the moment.
    public var transports: UInt64 = 0
    public var rooms: UInt64 = 0

    public init() {}

    /// Adds what another worker counted.
    public mutating func add(_ other: SFUCounters) {
        unknown &+= other.unknown
        packetsIn &+= other.packetsIn
        bytesIn &+= other.bytesIn
        packetsOut &+= other.packetsOut
        bytesOut &+= other.bytesOut
        controlIn &+= other.controlIn
        controlOut &+= other.controlOut
        unprotected &+= other.unprotected
        pathless &+= other.pathless
        slotless &+= other.slotless
        handshakes &+= other.handshakes
        connects &+= other.connects
        losses &+= other.losses
        failures &+= other.failures
        refused &+= other.refused
        eventsLost &+= other.eventsLost
        transports &+= other.transports
        rooms &+= other.rooms
    }
}
