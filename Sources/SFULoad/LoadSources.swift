import RTP
import Simulation
import Units

/// A participant's camera and microphone as packets: 110 of 1,100 bytes in frames of four and 50 of 160 bytes a second.
struct LoadSources {
    /// Bytes of a packet before protection.
    static let videoBytes = 1_100
    static let audioBytes = 160
    static let packetsPerFrame = 4
    private static let frameInterval: UInt64 = 36_363_636
    private static let voiceInterval: UInt64 = 20_000_000
    /// The moment of sending stands in the last bytes of each payload.
    static let momentBytes = 8

    let audioSSRC: SSRC
    let videoSSRC: SSRC
    let repairSSRC: SSRC
    var sent = 0
    /// Key frames that were asked for.
    private(set) var requests = 0
    private var wantsKey = true
    private var audioSequence = SequenceNumber(1_000)
    private var videoSequence = SequenceNumber(2_000)
    private var transportSequence = SequenceNumber(1)
    private var pictureID: UInt16 = 1
    private var baseIndex: UInt8 = 1
    private var videoDue: UInt64?
    private var audioDue: UInt64?

    init(number: Int) {
        let base = UInt32(truncatingIfNeeded: number) &* 16 &+ 0x1000_0000
        audioSSRC = SSRC(base)
        videoSSRC = SSRC(base + 1)
        repairSSRC = SSRC(base + 2)
    }

    mutating func requestKeyFrame() {
        requests += 1
        wantsKey = true
    }

    /// Whether a frame is due; sources are out of step with each other.
    mutating func isVideoDue(_ now: UInt64) -> Bool { Self.isDue(&videoDue, Self.frameInterval, audioSSRC, now) }
    mutating func isAudioDue(_ now: UInt64) -> Bool { Self.isDue(&audioDue, Self.voiceInterval, audioSSRC, now) }

    private static func isDue(_ due: inout UInt64?, _ interval: UInt64, _ name: SSRC, _ now: UInt64) -> Bool {
        guard let moment = due else {
            due = now + UInt64(name.rawValue) &* 1_234_567 % interval
            return false
        }
        guard moment <= now else { return false }
        due = moment + interval
        return true
    }

    /// Writes the header of the next audio packet; answers its bytes.
    mutating func audioHeader(_ now: Timestamp, into room: inout MutableSpan<UInt8>) -> Int? {
        audioSequence = audioSequence + 1
        let header = RTPHeader(
            payloadType: MediaNumbers.opus,
            marker: false,
            sequenceNumber: audioSequence,
            timestamp: RTPTimestamp(UInt32(truncatingIfNeeded: now.nanoseconds / 1_000 * 48 / 1_000)),
            ssrc: audioSSRC
        )
        var writer = RTPHeaderWriter(header, to: &room)
        writer.add(
            MediaNumbers.audioLevel,
            bits: AudioLevel(isVoice: true, level: 30).bits,
            count: AudioLevel.size,
            to: &room
        )
        return finish(writer, &room)
    }

    /// Begins a frame. Answers whether it is a key frame.
    mutating func beginFrame() -> Bool {
        defer { wantsKey = false }
        pictureID = (pictureID &+ 1) & 0x7FFF
        baseIndex &+= 1
        return wantsKey
    }

    /// Writes the header of the frame's packet; answers its bytes.
    mutating func videoHeader(_ packet: Int, _ now: Timestamp, into room: inout MutableSpan<UInt8>) -> Int? {
        videoSequence = videoSequence + 1
        let header = RTPHeader(
            payloadType: MediaNumbers.vp8,
            marker: packet == Self.packetsPerFrame - 1,
            sequenceNumber: videoSequence,
            timestamp: RTPTimestamp(UInt32(truncatingIfNeeded: now.nanoseconds / 1_000 * 90 / 1_000)),
            ssrc: videoSSRC
        )
        return finish(RTPHeaderWriter(header, to: &room), &room)
    }

    private mutating func finish(_ begun: RTPHeaderWriter, _ room: inout MutableSpan<UInt8>) -> Int? {
        var writer = begun
        let number = TransportSequence(transportSequence)
        transportSequence = transportSequence + 1
        writer.add(MediaNumbers.transportSequence, bits: number.bits, count: TransportSequence.size, to: &room)
        return writer.finish(&room)
    }

    /// The start of a payload: VP8's descriptor (RFC 7741 §4.2) with picture number and TL0PICIDX, then the frame's own
    /// header (RFC 6386 §9.1).
    func videoStart(_ packet: Int, isKey: Bool) -> [UInt8] {
        let descriptor: [UInt8] = [
            0x80 | (packet == 0 ? 0x10 : 0), 0xC0, 0x80 | UInt8(pictureID >> 8), UInt8(pictureID & 0xFF), baseIndex,
        ]
        guard packet == 0 else { return descriptor }
        return descriptor + (isKey ? [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01] : [0x11, 0, 0])
    }
}
