/// The descriptor in front of every VP8 payload (RFC 7741 §4.2).
///
/// ```
///   0 1 2 3 4 5 6 7
///  +-+-+-+-+-+-+-+-+
///  |X|R|N|S|R| PID |   always
///  +-+-+-+-+-+-+-+-+
///  |I|L|T|K| RSV   |   when X
///  +-+-+-+-+-+-+-+-+
///  |M| PictureID   |   when I
///  |   PictureID   |   when M: 15 bits
///  +-+-+-+-+-+-+-+-+
///  |   TL0PICIDX   |   when L
///  +-+-+-+-+-+-+-+-+
///  |TID|Y| KEYIDX  |   when T or K
///  +-+-+-+-+-+-+-+-+
/// ```
public struct VP8Descriptor: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of the longest descriptor.
    public static let maximumLength = 6

    /// N: nothing refers to this frame.
    public var isNonReference: Bool
    /// S and PID 0: the packet starts a frame.
    public var isPartitionStart: Bool
    /// 0 to 7.
    public var partition: UInt8
    /// 15 bits; `isShortPictureID` says that 7 came.
    public var pictureID: UInt16?
    /// M was not set: 7 bits, that wrap at 128.
    public let isShortPictureID: Bool
    /// Counts frames of the lowest temporal layer.
    public var tl0PictureIndex: UInt8?
    /// 0 to 3; nil when T is not set.
    public var temporalLayer: UInt8?
    /// Y: depends on the lowest layer only, so a receiver may step up here.
    public var isLayerSync: Bool
    /// 0 to 31
    public var keyIndex: UInt8?
    /// Bytes the descriptor has in the packet.
    public let length: Int
    /// The packet starts a key frame: the first byte of the payload header has P = 0 (RFC 7741 §4.3).
    public let isKeyFrameStart: Bool

    /// Reads a payload. Nil when it ends inside the descriptor, or with it: a packet carries at least a byte of VP8.
    public init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
        guard payload.lowerBound >= 0, payload.upperBound <= bytes.count, payload.count >= 2 else { return nil }
        let end = payload.upperBound
        var offset = payload.lowerBound
        let first = bytes[offset]
        offset &+= 1
        isNonReference = first & 0x20 != 0
        isPartitionStart = first & 0x10 != 0
        partition = first & 0x07
        var flags: UInt8 = 0
        if first & 0x80 != 0 {
            flags = bytes[offset]
            offset &+= 1
        }
        var isShort = false
        pictureID = nil
        tl0PictureIndex = nil
        temporalLayer = nil
        isLayerSync = false
        keyIndex = nil
        if flags & 0x80 != 0 {
            guard offset &+ 2 <= end else { return nil }
            isShort = bytes[offset] & 0x80 == 0
            pictureID = isShort ? UInt16(bytes[offset]) : bytes.uint16(at: offset) & 0x7FFF
            offset &+= isShort ? 1 : 2
        }
        isShortPictureID = isShort
        if flags & 0x40 != 0 {
            guard offset < end else { return nil }
            tl0PictureIndex = bytes[offset]
            offset &+= 1
        }
        if flags & 0x30 != 0 {
            guard offset < end else { return nil }
            let layer = bytes[offset]
            offset &+= 1
            if flags & 0x20 != 0 {
                temporalLayer = layer >> 6
                isLayerSync = layer & 0x20 != 0
            }
            if flags & 0x10 != 0 { keyIndex = layer & 0x1F }
        }
        guard offset < end else { return nil }
        length = offset &- payload.lowerBound
        isKeyFrameStart = first & 0x17 == 0x10 && bytes[offset] & 1 == 0
    }

    /// The packet starts a frame.
    public var isFrameStart: Bool { isPartitionStart && partition == 0 }

    /// Writes the descriptor, the picture identifier always in its 15-bit form: what follows it is moved once, when the
    /// first packet is rewritten, and never again. Answers how many bytes; nil when `room` has too few.
    public func write(to room: inout MutableSpan<UInt8>) -> Int? {
        let hasLayer = temporalLayer != nil || keyIndex != nil
        let isExtended = pictureID != nil || tl0PictureIndex != nil || hasLayer
        let needed = 1 &+ (isExtended ? 1 : 0) &+ (pictureID != nil ? 2 : 0) &+ (tl0PictureIndex != nil ? 1 : 0)
        guard room.count >= needed &+ (hasLayer ? 1 : 0) else { return nil }
        room[0] = (isExtended ? 0x80 : 0) | (isNonReference ? 0x20 : 0) | (isPartitionStart ? 0x10 : 0) | partition & 7
        guard isExtended else { return 1 }
        var flags: UInt8 = 0
        var offset = 2
        if let pictureID {
            flags |= 0x80
            room.set(pictureID | 0x8000, at: offset)
            offset &+= 2
        }
        if let tl0PictureIndex {
            flags |= 0x40
            room[offset] = tl0PictureIndex
            offset &+= 1
        }
        if hasLayer {
            var layer: UInt8 = 0
            if let temporalLayer {
                flags |= 0x20
                layer = temporalLayer << 6 | (isLayerSync ? 0x20 : 0)
            }
            if let keyIndex {
                flags |= 0x10
                layer |= keyIndex & 0x1F
            }
            room[offset] = layer
            offset &+= 1
        }
        room[1] = flags
        return offset
    }
}

/// The size of the pictures, which the first packet of a VP8 key frame carries (RFC 6386 §9.1).
public struct VP8KeyFrameSize: Hashable, Sendable, BitwiseCopyable {
    public let width: UInt16
    public let height: UInt16

    /// `payload` with its descriptor. Nil when no key frame starts here, or its start code is missing.
    public init?(_ payload: Range<Int>, _ descriptor: VP8Descriptor, in bytes: Span<UInt8>) {
        let start = payload.lowerBound &+ descriptor.length
        guard descriptor.isKeyFrameStart, start >= 0, start &+ 10 <= payload.upperBound,
            payload.upperBound <= bytes.count, bytes.uint24(at: start &+ 3) == 0x9D012A
        else { return nil }
        // Little-endian; the two highest bits are a scaling the browser does not use.
        width = (UInt16(bytes[start &+ 7]) << 8 | UInt16(bytes[start &+ 6])) & 0x3FFF
        height = (UInt16(bytes[start &+ 9]) << 8 | UInt16(bytes[start &+ 8])) & 0x3FFF
    }
}
