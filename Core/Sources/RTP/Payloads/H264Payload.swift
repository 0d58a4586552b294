/// What an H.264 payload carries (RFC 6184 §5.2), as far as forwarding needs to know.
///
/// ```
/// single NAL unit:  | F |NRI| type 1-23 | …
/// STAP-A:           | F |NRI| 24 | size (16) | NAL unit | size (16) | NAL unit | …
/// FU-A:             | F |NRI| 28 | S E R type | fragment …
/// ```
public struct H264Payload: Hashable, Sendable, BitwiseCopyable {
    /// A sequence parameter set (7): what a decoder needs before the key frame.
    public private(set) var hasSequenceParameters = false
    /// A picture parameter set (8).
    public private(set) var hasPictureParameters = false
    /// A slice of an IDR picture (5), or the first fragment of one.
    public private(set) var startsIDR = false
    /// Starts a NAL unit: everything but a later fragment.
    public private(set) var startsUnit = true

    /// Reads a payload. Nil when it is empty, an aggregate's sizes do not add up, or it is of the kinds that
    /// packetization-mode 1 does not have (STAP-B, MTAP, FU-B).
    public init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
        guard payload.lowerBound >= 0, payload.upperBound <= bytes.count, !payload.isEmpty else { return nil }
        let start = payload.lowerBound
        switch bytes[start] & 0x1F {
        case 1...23: note(bytes[start])
        case 24:
            guard readAggregate(start &+ 1..<payload.upperBound, bytes) else { return nil }
        case 28:
            // S and E at once is forbidden: such a unit needs no fragments (RFC 6184 §5.8).
            guard payload.count >= 3, bytes[start &+ 1] & 0xC0 != 0xC0 else { return nil }
            startsUnit = bytes[start &+ 1] & 0x80 != 0
            if startsUnit { note(bytes[start &+ 1]) }
        default: return nil
        }
    }

    /// The packet begins what a decoder can start with. Browsers send the parameter sets in front of every IDR picture,
    /// in the same aggregate or in packets before it with the same timestamp.
    public var isKeyFrameStart: Bool { hasSequenceParameters || startsIDR }

    private mutating func note(_ header: UInt8) {
        switch header & 0x1F {
        case 5: startsIDR = true
        case 7: hasSequenceParameters = true
        case 8: hasPictureParameters = true
        default: break
        }
    }

    private mutating func readAggregate(_ units: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        var offset = units.lowerBound
        guard offset < units.upperBound else { return false }
        while offset < units.upperBound {
            guard offset &+ 3 <= units.upperBound else { return false }
            let size = Int(bytes.uint16(at: offset))
            guard size > 0, offset &+ 2 &+ size <= units.upperBound else { return false }
            note(bytes[offset &+ 2])
            offset &+= 2 &+ size
        }
        return true
    }
}
