import RTP
import Units

/// One m-line that a client sends on.
struct Publication: BitwiseCopyable, Sendable {
    /// -1 where there is none.
    var peer: Int32 = -1
    var line: UInt8 = 0
    var isAudio = false
    var isPaused = false
    /// Packets come.
    var isLive = false
    /// What control was told last.
    var isReportedLive = false
    /// The first microphone of its participant: its levels say who talks.
    var isVoice = false
    /// The layer that is forwarded; -1 while none sends.
    var active: Int32 = -1
    var subscribers = SubscriberRange()
    /// The block of the cache; -1 when nothing is kept.
    var cache: Int32 = -1
    /// The extended numbers of the active stream that may be in the cache.
    var cacheStart: Int64 = 0
    var cacheEnd: Int64 = 0
    /// The longest round trip of its subscribers.
    var roundTrip = Duration.zero
    var lastPacket = Timestamp(nanoseconds: 0)
    var streams = InlineArray<4, Int32>(repeating: -1)
    var streamCount = 0
    /// One more than its layers, so that a sender may choose a new SSRC.
    var streamLimit = 1
    var voice = VoiceActivity()
    var extensions = ExtensionMap()
    var mid: StreamIdentifier?
    var usesTransportFeedback = false
    /// The peer's next.
    var next: Int32 = -1
    var named = InlineArray<20, UInt32>(repeating: 0)
    var namedCount = 0
    var formats = FormatTable()

    /// How long packets are worth keeping.
    var cacheTime: Duration {
        max(Limits.shortestCache, min(Limits.longestCache, roundTrip * 2 + .milliseconds(100)))
    }
}
