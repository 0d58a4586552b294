import RTP
import Units

/// A packet before it is protected.
struct OutgoingPacket: Sendable {
    var header: RTPHeader
    var payload: [UInt8]
    /// How loud, for audio.
    var level: UInt8?
}

/// What every source has: its SSRC, its numbers and its clock.
struct SourceNumbers: Sendable {
    let ssrc: SSRC
    let payloadType: UInt8
    let clockRate: UInt64
    private let start: UInt32
    private(set) var next: SequenceNumber
    private(set) var packets: UInt32 = 0
    private(set) var octets: UInt32 = 0

    init(payloadType: UInt8, clockRate: UInt64, using random: inout SplitMix64) {
        ssrc = SSRC(UInt32(truncatingIfNeeded: random.next() >> 32))
        self.payloadType = payloadType
        self.clockRate = clockRate
        start = UInt32(truncatingIfNeeded: random.next())
        // The lower half, so that who misses the first packets guesses the right roll-over counter.
        next = SequenceNumber(UInt16(truncatingIfNeeded: random.next() & 0x7FFF))
    }

    /// The stream's clock at a moment.
    func timestamp(at moment: Timestamp) -> RTPTimestamp {
        RTPTimestamp(start &+ UInt32(truncatingIfNeeded: moment.nanoseconds / 1_000 &* clockRate / 1_000_000))
    }

    /// The header of the next packet, which is counted.
    mutating func header(_ moment: Timestamp, isLast: Bool, payload: Int) -> RTPHeader {
        defer { next = next + 1 }
        packets &+= 1
        octets &+= UInt32(truncatingIfNeeded: payload)
        return RTPHeader(
            payloadType: payloadType,
            marker: isLast,
            sequenceNumber: next,
            timestamp: timestamp(at: moment),
            ssrc: ssrc
        )
    }
}

/// A microphone: a packet like Opus's every 20 ms, or as often as it is told to.
struct AudioSource: Sendable {
    let number: UInt32
    let interval: Duration
    var numbers: SourceNumbers
    /// 0 is the loudest, 127 silence.
    var level: UInt8 = 30
    var isOn = false
    private(set) var due: Timestamp?
    private var frame: UInt32 = 0

    init(number: UInt32, payloadType: UInt8, interval: Duration, using random: inout SplitMix64) {
        self.number = number
        self.interval = interval
        numbers = SourceNumbers(payloadType: payloadType, clockRate: 48_000, using: &random)
    }

    /// The next packet, when one is due by now.
    mutating func next(at now: Timestamp) -> OutgoingPacket? {
        guard isOn else {
            due = nil
            return nil
        }
        let moment = due ?? now
        guard moment <= now else { return nil }
        // Who was held up for long goes on from now.
        due = now - moment > .seconds(1) ? now + interval : moment + interval
        frame &+= 1
        // A byte of Opus's (TOC), then the mark, then what fills a packet of 32 kbit/s.
        let payload =
            [0x78] + FrameMark(source: number, frame: frame, captured: moment).bytes
            + [UInt8](repeating: 0xA0, count: 51)
        let header = numbers.header(moment, isLast: frame == 1, payload: payload.count)
        return OutgoingPacket(header: header, payload: payload, level: level)
    }
}
