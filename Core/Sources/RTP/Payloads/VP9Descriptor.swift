/// The descriptor in front of every VP9 payload (RFC 9628 §4.2).
///
/// ```
///       0 1 2 3 4 5 6 7
///      +-+-+-+-+-+-+-+-+
///      |I|P|L|F|B|E|V|Z|
///      +-+-+-+-+-+-+-+-+
/// I:   |M| PICTURE ID  |
/// M:   | EXTENDED PID  |
///      +-+-+-+-+-+-+-+-+
/// L:   | TID |U| SID |D|
///      |   TL0PICIDX   |   only when not F
///      +-+-+-+-+-+-+-+-+
/// P,F: | P_DIFF      |N|   up to 3 times
///      +-+-+-+-+-+-+-+-+
/// V:   | SS …          |   the scalability structure
///      +-+-+-+-+-+-+-+-+
/// ```
public struct VP9Descriptor: Hashable, Sendable, BitwiseCopyable {
    /// 15 or 7 bits, see `isShortPictureID`.
    public private(set) var pictureID: UInt16?
    public private(set) var isShortPictureID = false
    /// P: refers to an earlier picture.
    public let isInterPicturePredicted: Bool
    /// F: the references are named here and not in the structure.
    public let isFlexible: Bool
    /// B: first packet of a frame (of one spatial layer).
    public let isFrameStart: Bool
    /// E: last packet of a frame. The last of a picture has the RTP marker as well.
    public let isFrameEnd: Bool
    /// Z: no higher spatial layer refers to this frame.
    public let isNotReferencedByHigherLayers: Bool
    /// Nil when L is not set.
    public private(set) var temporalLayer: UInt8?
    public private(set) var spatialLayer: UInt8?
    /// U: a receiver may step up to this temporal layer here.
    public private(set) var isSwitchingPoint = false
    /// D: refers to the lower spatial layer of the same picture.
    public private(set) var isInterLayerPredicted = false
    public private(set) var tl0PictureIndex: UInt8?
    /// Spatial layers of the scalability structure; nil when the packet brings none.
    public private(set) var spatialLayerCount: UInt8?
    /// Size of the highest spatial layer's pictures; nil when the packet does not say.
    public private(set) var width: UInt16?
    public private(set) var height: UInt16?
    /// Bytes the descriptor has.
    public private(set) var length = 0
    private var pictureIDOffset = 0

    /// Reads a payload. Nil when it ends inside the descriptor or with it.
    public init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
        guard payload.lowerBound >= 0, payload.upperBound <= bytes.count, payload.count >= 2 else { return nil }
        let flags = bytes[payload.lowerBound]
        isInterPicturePredicted = flags & 0x40 != 0
        isFlexible = flags & 0x10 != 0
        isFrameStart = flags & 0x08 != 0
        isFrameEnd = flags & 0x04 != 0
        isNotReferencedByHigherLayers = flags & 0x01 != 0
        var offset = payload.lowerBound &+ 1
        let end = payload.upperBound
        if flags & 0x80 != 0, !readPictureID(&offset, end, bytes) { return nil }
        if flags & 0x20 != 0, !readLayers(&offset, end, bytes) { return nil }
        if flags & 0x50 == 0x50, !skipReferences(&offset, end, bytes) { return nil }
        if flags & 0x02 != 0, !readStructure(&offset, end, bytes) { return nil }
        guard offset < end else { return nil }
        length = offset &- payload.lowerBound
    }

    /// The packet starts a picture that needs nothing before it: a key frame's lowest spatial layer.
    public var isKeyFrameStart: Bool {
        isFrameStart && !isInterPicturePredicted && (spatialLayer ?? 0) == 0 && !isInterLayerPredicted
    }

    /// Writes another picture identifier over that of a packet, in the bits that it has. Does nothing without one.
    public func overwritePictureID(_ new: UInt16, at payload: Range<Int>, in bytes: inout MutableSpan<UInt8>) {
        let index = payload.lowerBound &+ pictureIDOffset
        guard pictureID != nil, index >= 0, index &+ 2 <= min(payload.upperBound, bytes.count) else { return }
        if isShortPictureID {
            bytes[index] = UInt8(truncatingIfNeeded: new & 0x7F)
        } else {
            bytes.set(new | 0x8000, at: index)
        }
    }

    private mutating func readPictureID(_ offset: inout Int, _ end: Int, _ bytes: Span<UInt8>) -> Bool {
        guard offset &+ 2 <= end else { return false }
        isShortPictureID = bytes[offset] & 0x80 == 0
        pictureID = isShortPictureID ? UInt16(bytes[offset]) : bytes.uint16(at: offset) & 0x7FFF
        pictureIDOffset = 1
        offset &+= isShortPictureID ? 1 : 2
        return true
    }

    private mutating func readLayers(_ offset: inout Int, _ end: Int, _ bytes: Span<UInt8>) -> Bool {
        guard offset &+ (isFlexible ? 1 : 2) <= end else { return false }
        let layers = bytes[offset]
        temporalLayer = layers >> 5
        isSwitchingPoint = layers & 0x10 != 0
        spatialLayer = layers >> 1 & 7
        isInterLayerPredicted = layers & 1 != 0
        offset &+= 1
        if !isFlexible {
            tl0PictureIndex = bytes[offset]
            offset &+= 1
        }
        return true
    }

    /// P_DIFF: at most three, and the third says that nothing follows.
    private func skipReferences(_ offset: inout Int, _ end: Int, _ bytes: Span<UInt8>) -> Bool {
        for _ in 0..<3 {
            guard offset < end else { return false }
            let hasMore = bytes[offset] & 1 != 0
            offset &+= 1
            if !hasMore { return true }
        }
        return false
    }

    /// ```
    ///      +-+-+-+-+-+-+-+-+
    /// V:   | N_S |Y|G|-|-|-|
    ///      +-+-+-+-+-+-+-+-+
    /// Y:   | WIDTH  HEIGHT |   16 bits each, N_S + 1 times
    ///      +-+-+-+-+-+-+-+-+
    /// G:   |      N_G      |
    ///      | TID |U| R |-|-|   N_G times, each with R times P_DIFF
    ///      +-+-+-+-+-+-+-+-+
    /// ```
    private mutating func readStructure(_ offset: inout Int, _ end: Int, _ bytes: Span<UInt8>) -> Bool {
        guard offset < end else { return false }
        let flags = bytes[offset]
        let count = flags >> 5 &+ 1
        spatialLayerCount = count
        offset &+= 1
        if flags & 0x10 != 0 {
            guard offset &+ 4 &* Int(count) <= end else { return false }
            offset &+= 4 &* Int(count)
            width = bytes.uint16(at: offset &- 4)
            height = bytes.uint16(at: offset &- 2)
        }
        guard flags & 0x08 != 0 else { return true }
        guard offset < end else { return false }
        let pictures = bytes[offset]
        offset &+= 1
        for _ in 0..<pictures {
            guard offset < end else { return false }
            offset &+= 1 &+ Int(bytes[offset] >> 2 & 3)
        }
        return offset <= end
    }
}
