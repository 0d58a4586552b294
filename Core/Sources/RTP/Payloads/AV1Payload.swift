/// The aggregation header in front of every AV1 payload, and the units behind it (AV1 RTP specification §4.4, §4.5).
///
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |Z|Y| W |N|-|-|-|   Z, Y: the first unit continues one, the last is continued; N: a coded video sequence starts
/// +-+-+-+-+-+-+-+-+
/// ```
public struct AV1Payload: Hashable, Sendable, BitwiseCopyable {
    /// Z: the first unit continues one of the packet before.
    public let startsWithFragment: Bool
    /// Y: the last unit goes on in the next packet.
    public let endsWithFragment: Bool
    /// N: the first packet of a coded video sequence, which starts with a key frame.
    public let isNewSequence: Bool
    /// A unit with a sequence header starts here: what a decoder needs before the key frame.
    public private(set) var hasSequenceHeader = false

    private static let sequenceHeader: UInt8 = 1

    /// Reads a payload. Nil when it has no unit, a unit goes beyond its end, or N and Z are both set (§4.4 forbids it).
    public init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
        guard payload.lowerBound >= 0, payload.upperBound <= bytes.count, payload.count >= 2 else { return nil }
        let header = bytes[payload.lowerBound]
        startsWithFragment = header & 0x80 != 0
        endsWithFragment = header & 0x40 != 0
        isNewSequence = header & 0x08 != 0
        guard !(startsWithFragment && isNewSequence) else { return nil }
        guard readUnits(Int(header >> 4 & 3), payload.lowerBound &+ 1, payload.upperBound, bytes) else { return nil }
    }

    /// The packet begins what a decoder can start with.
    public var isKeyFrameStart: Bool { isNewSequence || hasSequenceHeader }

    /// `count` units, the last without a length; 0: each has a length.
    private mutating func readUnits(_ count: Int, _ start: Int, _ end: Int, _ bytes: Span<UInt8>) -> Bool {
        var offset = start
        var index = 0
        while offset < end {
            index &+= 1
            var length = end &- offset
            if count == 0 || index < count {
                guard let size = Self.readLEB128(&offset, end, bytes) else { return false }
                length = size
            }
            guard length <= end &- offset else { return false }
            if length > 0, index > 1 || !startsWithFragment, bytes[offset] >> 3 & 0xF == Self.sequenceHeader {
                hasSequenceHeader = true
            }
            offset &+= length
            if index == count { break }
        }
        return index >= max(count, 1)
    }

    private static func readLEB128(_ offset: inout Int, _ end: Int, _ bytes: Span<UInt8>) -> Int? {
        var result = 0
        for index in 0..<8 {
            guard offset < end else { return nil }
            let byte = bytes[offset]
            offset &+= 1
            result |= Int(byte & 0x7F) << (7 &* index)
            if byte & 0x80 == 0 { return result }
        }
        // leb128() of the AV1 specification has at most eight bytes.
        return nil
    }
}
