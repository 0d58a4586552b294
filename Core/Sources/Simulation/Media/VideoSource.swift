import RTP
import Units

/// What a camera sends.
public struct VideoShape: Hashable, Sendable {
    public var framesPerSecond = 30
    /// Bits per second, without key frames.
    public var bitrate = 600_000
    /// 1 to 3.
    public var temporalLayers = 1

    public init() {}
}

/// A camera: frames like VP8's, cut into packets with their descriptors, a key frame when one is asked for, and answers to
/// NACKs.
struct VideoSource: Sendable {
    private static let packetBytes = 1_100
    /// Packets that may be asked for again.
    private static let history = 512
    /// Between key frames that are asked for.
    private static let keyInterval = Duration.milliseconds(300)

    let number: UInt32
    var numbers: SourceNumbers
    var repair: SourceNumbers
    let shape: VideoShape
    var isOn = false
    private(set) var due: Timestamp?
    private(set) var keyFrames = 0
    /// PLIs and FIRs that came.
    private(set) var requests = 0
    private(set) var retransmissions = 0
    private var wantsKey = true
    private var lastKey: Timestamp?
    private var frame: UInt32 = 0
    private var pictureID: UInt16
    private var baseIndex: UInt8
    private var keyIndex: UInt8 = 0
    /// The last frame of each temporal layer.
    private var latest: [UInt32] = [0, 0, 0]
    private var sinceKey = 0
    private var sent: [OutgoingPacket?]

    init(number: UInt32, payloadType: UInt8, repair: UInt8, shape: VideoShape, using random: inout SplitMix64) {
        self.number = number
        self.shape = shape
        numbers = SourceNumbers(payloadType: payloadType, clockRate: 90_000, using: &random)
        self.repair = SourceNumbers(payloadType: repair, clockRate: 90_000, using: &random)
        pictureID = UInt16(truncatingIfNeeded: random.next() & 0x7FFF)
        baseIndex = UInt8(truncatingIfNeeded: random.next())
        sent = Array(repeating: nil, count: Self.history)
    }

    /// A PLI or FIR came.
    mutating func requestKeyFrame() {
        requests += 1
        wantsKey = true
    }

    /// The packets of the next frame, when one is due by now.
    mutating func next(at now: Timestamp) -> [OutgoingPacket] {
        guard isOn else {
            due = nil
            wantsKey = true
            return []
        }
        let moment = due ?? now
        guard moment <= now else { return [] }
        let interval = Duration.nanoseconds(1_000_000_000 / max(shape.framesPerSecond, 1))
        due = now - moment > .seconds(1) ? now + interval : moment + interval
        let isKey = wantsKey && lastKey.map { moment - $0 >= Self.keyInterval } != false
        if isKey {
            wantsKey = false
            lastKey = moment
            keyFrames += 1
        }
        return packets(of: mark(isKey, moment), moment)
    }

    /// The retransmission of a packet (RFC 4588); nil when it is forgotten.
    mutating func retransmission(of sequence: SequenceNumber) -> OutgoingPacket? {
        guard let packet = sent[Int(sequence.rawValue) % Self.history], packet.header.sequenceNumber == sequence else {
            return nil
        }
        retransmissions += 1
        let number = sequence.rawValue
        let payload = [UInt8(number >> 8), UInt8(number & 0xFF)] + packet.payload
        var header = repair.header(Timestamp(nanoseconds: 0), isLast: packet.header.marker, payload: payload.count)
        header.timestamp = packet.header.timestamp
        return OutgoingPacket(header: header, payload: payload)
    }

    // MARK: - Frames

    /// Layers 0; 0 1 0 1; 0 2 1 2: each frame is built on the latest of a lower layer, the lowest on itself.
    private mutating func mark(_ isKey: Bool, _ moment: Timestamp) -> FrameMark {
        frame &+= 1
        pictureID = (pictureID &+ 1) & 0x7FFF
        sinceKey = isKey ? 0 : sinceKey + 1
        var mark = FrameMark(source: number, frame: frame, captured: moment)
        mark.isKey = isKey
        switch shape.temporalLayers {
        case ...1: mark.layer = 0
        case 2: mark.layer = UInt8(sinceKey % 2)
        default: mark.layer = [0, 2, 1, 2][sinceKey % 4]
        }
        let below = mark.layer == 0 ? latest[0] : latest[..<Int(mark.layer)].max() ?? 0
        mark.reference = isKey ? 0 : below
        if isKey {
            latest = [frame, 0, 0]
            keyIndex = (keyIndex &+ 1) & 31
        }
        latest[Int(mark.layer)] = frame
        if mark.layer == 0 { baseIndex &+= 1 }
        return mark
    }

    private mutating func packets(of mark: FrameMark, _ moment: Timestamp) -> [OutgoingPacket] {
        let average = max(shape.bitrate / 8 / max(shape.framesPerSecond, 1), 1)
        let bytes = mark.isKey ? 5 * average : average
        let count = max(1, (bytes + Self.packetBytes - 1) / Self.packetBytes)
        var mark = mark
        mark.packets = UInt16(truncatingIfNeeded: count)
        return (0..<count).map { index in
            mark.packet = UInt16(truncatingIfNeeded: index)
            let filling = max(0, bytes / count - 45)
            let payload =
                descriptor(mark, isFirst: index == 0) + (index == 0 ? Self.frameTag(isKey: mark.isKey) : [])
                + mark.bytes + [UInt8](repeating: 0xB0, count: filling)
            let header = numbers.header(moment, isLast: index == count - 1, payload: payload.count)
            let packet = OutgoingPacket(header: header, payload: payload)
            sent[Int(header.sequenceNumber.rawValue) % Self.history] = packet
            return packet
        }
    }

    /// RFC 7741 §4.2, with everything that browsers write.
    private func descriptor(_ mark: FrameMark, isFirst: Bool) -> [UInt8] {
        let isReference = mark.layer == 0 || Int(mark.layer) < shape.temporalLayers - 1
        let sync: UInt8 = mark.layer > 0 && mark.reference == latest[0] ? 0x20 : 0
        return [
            0x80 | (isReference ? 0 : 0x20) | (isFirst ? 0x10 : 0), 0xF0,
            0x80 | UInt8(pictureID >> 8), UInt8(pictureID & 0xFF), baseIndex,
            mark.layer << 6 | sync | keyIndex,
        ]
    }

    /// The start of a frame (RFC 6386 §9.1): three bytes, and for a key frame start code and size, 640 × 360.
    static func frameTag(isKey: Bool) -> [UInt8] {
        isKey ? [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01] : [0x11, 0, 0]
    }
}
