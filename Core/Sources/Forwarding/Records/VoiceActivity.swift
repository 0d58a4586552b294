import RTP
import Units

/// How much somebody talks, after the idea of Volfin and Cohen (2012): the loudness over three time scales. A click is
/// loud on the shortest only, a sentence on all of them; who takes the floor has to win on more than one.
///
/// Loudness is 127 minus the level of RFC 6464: decibels, 127 the loudest.
struct VoiceActivity: BitwiseCopyable, Sendable {
    /// Over 60 ms, 300 ms, 2 s.
    private(set) var immediate: Float = 0
    private(set) var medium: Float = 0
    private(set) var long: Float = 0
    private(set) var isSpeaking = false
    private var heard: Timestamp?
    private var loud: Timestamp?

    /// Speech begins above -50 dBov over a few hundred milliseconds.
    private static let threshold: Float = 77
    /// Pauses between words.
    private static let hold = Duration.milliseconds(800)
    private static let silence = Duration.milliseconds(250)

    /// A packet with a level has come.
    mutating func hear(_ level: AudioLevel, at now: Timestamp) {
        let passed = min(heard.map { now - $0 } ?? .milliseconds(20), .seconds(1))
        heard = now
        // The first packet after a silence stands for itself, not for the silence.
        mix(Float(127 &- level.level), over: passed > Self.silence ? .milliseconds(20) : passed)
    }

    /// Looks whether he talks. Packets that do not come (discontinuous transmission, muted) are silence.
    mutating func evaluate(at now: Timestamp) {
        if let last = heard, now - last > Self.silence {
            mix(0, over: now - last)
            heard = now
        }
        if medium >= Self.threshold, immediate >= Self.threshold || isSpeaking { loud = now }
        isSpeaking = loud.map { now - $0 <= Self.hold } ?? false
    }

    /// Whether this one should stand before `other`, which stands before it now: louder by 6 dB at once and over a
    /// sentence's part, and not quieter over seconds.
    func overtakes(_ other: VoiceActivity) -> Bool {
        immediate > other.immediate && medium > other.medium + 6 && long + 12 > other.long
    }

    private mutating func mix(_ loudness: Float, over passed: Duration) {
        let milliseconds = Float(passed.wholeNanoseconds / 1_000) / 1_000
        immediate += (loudness - immediate) * milliseconds / (milliseconds + 60)
        medium += (loudness - medium) * milliseconds / (milliseconds + 300)
        long += (loudness - long) * milliseconds / (milliseconds + 2_000)
    }
}
