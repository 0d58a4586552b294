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
    /// Links that became connected: handshakes that succeeded.
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
}
