public import Units

// The extensions whose values are a few bits. Each has an initializer that reads a value, nil for one of a wrong size,
// and
// `bits` and `size` for RTPHeaderWriter.

/// How loud an audio packet is (RFC 6464 §3).
///
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |V|   level     |
/// +-+-+-+-+-+-+-+-+
/// ```
public struct AudioLevel: Hashable, Sendable, BitwiseCopyable {
    public static let size = 1
    /// Whether the sender thinks that somebody talks. Not every sender says.
    public var isVoice: Bool
    /// 0 is the loudest, 127 silence: -dBov.
    public var level: UInt8

    public init(isVoice: Bool, level: UInt8) {
        self.isVoice = isVoice
        self.level = min(level, 127)
    }

    public init?(_ value: Span<UInt8>) {
        // The two-byte form may pad the value (RFC 6464 §3); the first byte counts.
        guard value.count >= Self.size else { return nil }
        isVoice = value[0] & 0x80 != 0
        level = value[0] & 0x7F
    }

    public var bits: UInt64 { UInt64(level & 0x7F | (isVoice ? 0x80 : 0)) }
}

/// The number that counts every packet of a transport, whatever its SSRC (transport-wide-cc-extensions-01 §2).
public struct TransportSequence: Hashable, Sendable, BitwiseCopyable {
    public static let size = 2
    public var number: SequenceNumber

    public init(_ number: SequenceNumber) { self.number = number }

    public init?(_ value: Span<UInt8>) {
        // Version 2 of the extension appends a feedback request; the number stands first in both.
        guard value.count == 2 || value.count == 4 else { return nil }
        number = SequenceNumber(value.uint16(at: 0))
    }

    public var bits: UInt64 { UInt64(number.rawValue) }
}

/// When a packet was sent: seconds modulo 64, in 6.18 fixed point.
public struct AbsoluteSendTime: Hashable, Sendable, BitwiseCopyable {
    public static let size = 3
    /// 2^-18 s, 24 bits of it.
    public var ticks: UInt32

    public init(ticks: UInt32) { self.ticks = ticks & 0xFF_FFFF }

    /// The value for a packet that leaves at `now`.
    public init(_ now: Timestamp) {
        let seconds = now.nanoseconds / 1_000_000_000 % 64
        let fraction = ((now.nanoseconds % 1_000_000_000) << 18) / 1_000_000_000
        ticks = UInt32(truncatingIfNeeded: seconds << 18 | fraction)
    }

    public init?(_ value: Span<UInt8>) {
        guard value.count == Self.size else { return nil }
        ticks = value.uint24(at: 0)
    }

    public var bits: UInt64 { UInt64(ticks & 0xFF_FFFF) }
}

/// When a frame was captured, on the capturer's own wall clock, and how far off the sender thinks that clock is.
public struct AbsoluteCaptureTime: Hashable, Sendable, BitwiseCopyable {
    public var captured: NTPTime
    /// 32.32 seconds to add for the sender's own clock; only in the long form (16 bytes).
    public var offset: Int64?

    public init(captured: NTPTime, offset: Int64? = nil) {
        self.captured = captured
        self.offset = offset
    }

    public init?(_ value: Span<UInt8>) {
        guard value.count == 8 || value.count == 16 else { return nil }
        captured = NTPTime(value.uint64(at: 0))
        offset = value.count == 16 ? Int64(bitPattern: value.uint64(at: 8)) : nil
    }
}

/// How to turn the picture (3GPP TS 26.114 §7.4.5): camera, flip, rotation.
///
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |0 0 0 0|C|F|R1R0|
/// +-+-+-+-+-+-+-+-+
/// ```
public struct VideoOrientation: Hashable, Sendable, BitwiseCopyable {
    public static let size = 1
    public var isBackCamera: Bool
    public var isFlipped: Bool
    /// Quarters of a turn, 0 to 3.
    public var quarterTurns: UInt8

    public init(isBackCamera: Bool = false, isFlipped: Bool = false, quarterTurns: UInt8) {
        self.isBackCamera = isBackCamera
        self.isFlipped = isFlipped
        self.quarterTurns = quarterTurns & 3
    }

    public init?(_ value: Span<UInt8>) {
        guard value.count == Self.size else { return nil }
        isBackCamera = value[0] & 8 != 0
        isFlipped = value[0] & 4 != 0
        quarterTurns = value[0] & 3
    }

    public var bits: UInt64 { (isBackCamera ? 8 : 0) | (isFlipped ? 4 : 0) | UInt64(quarterTurns & 3) }
}

/// How long a receiver should wait before it shows a frame, at least and at most: 12 bits of 10 ms each.
public struct PlayoutDelay: Hashable, Sendable, BitwiseCopyable {
    public static let size = 3
    /// 10 ms each, 0 to 4,095.
    public var minimum: UInt16
    /// 10 ms each, not below `minimum`.
    public var maximum: UInt16

    public init(minimum: UInt16, maximum: UInt16) {
        self.minimum = min(minimum, 0xFFF)
        self.maximum = max(min(maximum, 0xFFF), self.minimum)
    }

    /// Nil also when the least is more than the most.
    public init?(_ value: Span<UInt8>) {
        guard value.count == Self.size else { return nil }
        let both = value.uint24(at: 0)
        minimum = UInt16(truncatingIfNeeded: both >> 12)
        maximum = UInt16(truncatingIfNeeded: both & 0xFFF)
        guard minimum <= maximum else { return nil }
    }

    public var bits: UInt64 { UInt64(minimum & 0xFFF) << 12 | UInt64(maximum & 0xFFF) }
}

extension RTPHeaderWriter {
    /// Adds a capture time, in its long form when it has an offset.
    public mutating func add(_ id: UInt8, _ time: AbsoluteCaptureTime, to room: inout MutableSpan<UInt8>) {
        let offset = UInt64(bitPattern: time.offset ?? 0)
        let value = InlineArray<16, UInt8> { index in
            let half = index < 8 ? time.captured.rawValue : offset
            return UInt8(truncatingIfNeeded: half >> UInt64(56 &- 8 &* (index & 7)))
        }
        add(id, value.span.extracting(..<(time.offset == nil ? 8 : 16)), to: &room)
    }
}
