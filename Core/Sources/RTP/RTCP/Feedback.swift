public import Units

// Feedback messages (RFC 4585 §6.1) share their start: who speaks, about which stream.
//
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |                  SSRC of packet sender                        |
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |                  SSRC of media source                         |
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  :            Feedback Control Information (FCI)                 :

enum FeedbackFormat {
    /// Of RTPFB
    static let nack: UInt8 = 1
    static let transport: UInt8 = 15
    /// Of PSFB
    static let pictureLoss: UInt8 = 1
    static let fullIntra: UInt8 = 4
    static let application: UInt8 = 15
}

/// Generic NACK: sequence numbers of packets that did not arrive (RFC 4585 §6.2.1). Walks over them.
///
/// ```
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |            PID                |             BLP               |   the PID, and one for each bit of the 16 behind it
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
public struct GenericNACK: Sendable, BitwiseCopyable {
    public let sender: SSRC
    public let media: SSRC
    private var offset: Int
    private let end: Int
    private var pending: UInt32 = 0
    private var base = SequenceNumber(0)

    /// Nil when the block is no NACK, or its content no whole number of pairs, of which there has to be one.
    public init?(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        guard block.type == .transportFeedback, block.count == FeedbackFormat.nack, block.has(12, in: bytes),
            block.content.count % 4 == 0
        else { return nil }
        let start = block.content.lowerBound
        sender = SSRC(bytes.uint32(at: start))
        media = SSRC(bytes.uint32(at: start &+ 4))
        offset = start &+ 8
        end = block.content.upperBound
    }

    /// The next lost packet; nil after the last.
    public mutating func next(in bytes: Span<UInt8>) -> SequenceNumber? {
        if pending == 0 {
            guard offset &+ 4 <= end, end <= bytes.count else { return nil }
            base = SequenceNumber(bytes.uint16(at: offset))
            // The lowest bit is the PID itself.
            pending = UInt32(bytes.uint16(at: offset &+ 2)) << 1 | 1
            offset &+= 4
        }
        let step = pending.trailingZeroBitCount
        pending &= pending &- 1
        return base + step
    }
}

/// PLI: a decoder lost its picture and asks for a key frame (RFC 4585 §6.3.1).
public struct PictureLossIndication: Hashable, Sendable, BitwiseCopyable {
    public let sender: SSRC
    public let media: SSRC

    /// Nil when the block is no PLI.
    public init?(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        guard block.type == .payloadFeedback, block.count == FeedbackFormat.pictureLoss, block.has(8, in: bytes) else {
            return nil
        }
        sender = SSRC(bytes.uint32(at: block.content.lowerBound))
        media = SSRC(bytes.uint32(at: block.content.lowerBound &+ 4))
    }
}

/// FIR: a command to send a key frame (RFC 5104 §4.3.1). Walks over its entries.
///
/// ```
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                              SSRC                             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | Seq nr.       |    Reserved                                   |   the same number is the same command, repeated
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
public struct FullIntraRequest: Sendable, BitwiseCopyable {
    public struct Entry: Hashable, Sendable, BitwiseCopyable {
        public let media: SSRC
        public let number: UInt8
    }

    public let sender: SSRC
    private var offset: Int
    private let end: Int

    /// Nil when the block is no FIR, or has no entry or half of one.
    public init?(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        guard block.type == .payloadFeedback, block.count == FeedbackFormat.fullIntra, block.has(16, in: bytes),
            block.content.count % 8 == 0
        else { return nil }
        sender = SSRC(bytes.uint32(at: block.content.lowerBound))
        offset = block.content.lowerBound &+ 8
        end = block.content.upperBound
    }

    /// The next entry; nil after the last.
    public mutating func next(in bytes: Span<UInt8>) -> Entry? {
        guard offset &+ 8 <= end, end <= bytes.count else { return nil }
        defer { offset &+= 8 }
        return Entry(media: SSRC(bytes.uint32(at: offset)), number: bytes[offset &+ 4])
    }
}

/// REMB: how many bits per second a receiver thinks it can take (draft-alvestrand-rmcat-remb-03). Walks over the
/// streams.
///
/// ```
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Unique identifier 'R' 'E' 'M' 'B'                            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Num SSRC     | BR Exp    |  BR Mantissa                      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   SSRC feedback …
/// ```
public struct ReceiverEstimate: Sendable, BitwiseCopyable {
    static let identifier: UInt32 = 0x5245_4D42

    public let sender: SSRC
    /// Bits per second; `UInt64.max` when the exponent is beyond 64 bits.
    public let bitrate: UInt64
    private var offset: Int
    private let end: Int

    /// Nil when the block is no REMB, or shorter than its count of streams says.
    public init?(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        let start = block.content.lowerBound
        guard block.type == .payloadFeedback, block.count == FeedbackFormat.application, block.has(16, in: bytes),
            bytes.uint32(at: start &+ 8) == Self.identifier, block.has(16 &+ 4 &* Int(bytes[start &+ 12]), in: bytes)
        else { return nil }
        sender = SSRC(bytes.uint32(at: start))
        let exponent = UInt64(bytes[start &+ 13] >> 2)
        let mantissa = UInt64(bytes.uint24(at: start &+ 13) & 0x3_FFFF)
        let shifted = mantissa << exponent
        bitrate = shifted >> exponent == mantissa ? shifted : .max
        offset = start &+ 16
        end = start &+ 16 &+ 4 &* Int(bytes[start &+ 12])
    }

    /// The next stream the estimate covers; nil after the last.
    public mutating func next(in bytes: Span<UInt8>) -> SSRC? {
        guard offset < end, end <= bytes.count else { return nil }
        defer { offset &+= 4 }
        return SSRC(bytes.uint32(at: offset))
    }
}
