/// What clients may take of one router.
public enum Limits {
    /// Transports of a room.
    public static let transports = 256
    /// M-lines of a transport.
    public static let lines = 64
    /// SSRCs of one transport that are told apart (T-RTP-3): a camera and a screen with three layers each, two voices,
    /// all with retransmissions, make 16. Packets of further ones are dropped.
    public static let boundSources = 20
    /// Streams of one source: simulcast layers.
    public static let layers = 4
    /// Payload types of one m-line that are looked at.
    public static let formats = 16
    /// Packets kept of one video source, whatever their age. A power of two.
    public static let cachedPackets = 512
    /// How long packets are kept for retransmission, as subscribers' round trips want it.
    public static let shortestCache = Duration.milliseconds(300)
    public static let longestCache = Duration.seconds(1)
    /// Packets to one slot that are remembered for its NACKs: 0.8 s of 2.5 Mbit/s. A power of two.
    public static let sentPackets = 256
    /// Packets missing from one stream at a time. More are not asked for, but a key frame is.
    public static let missingPackets = 64
    /// How often one packet is asked for.
    public static let nackTries: UInt8 = 10
    /// How long a packet may be late before it is asked for.
    public static let reordering = Duration.milliseconds(15)
    /// Retransmissions that wait to be fetched by `nextForward`, of the whole room.
    public static let pendingRepeats = 1_024
    /// Bytes of retransmissions to one subscriber beyond the share of its media (T-RTCP-1): two round trips of a burst.
    public static let repeatBudget: Int64 = 32_000
    /// Media bytes that allow one byte of retransmission: 15 %.
    public static let mediaPerRepeat: Int64 = 7
    /// A source is asked for a key frame at most this often (T-RTCP-1).
    public static let keyFrameInterval = Duration.milliseconds(500)
    /// Silence after which a source counts as stalled.
    public static let stall = Duration.seconds(3)
    /// Silence after which another layer of the source takes over.
    public static let layerSilence = Duration.milliseconds(1_500)
    /// What one publisher may send in bytes per second: 20 Mbit/s (T-BW-1). The excess is dropped and not reported as
    /// received, which makes the sender slow down.
    public static let bytesPerSecond: UInt64 = 2_500_000
    /// How much of a second's bytes may come at once.
    public static let burst = Duration.milliseconds(500)
    /// Bytes that the header of a packet may take, extensions included.
    public static let header = 384
    /// Speakers named in an event.
    public static let speakers = 16
}
