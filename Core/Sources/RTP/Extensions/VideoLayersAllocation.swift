/// One layer a publisher says it is sending.
public struct AllocatedLayer: Hashable, Sendable, BitwiseCopyable {
    /// The index of its stream in the order of `a=simulcast`.
    public var stream: UInt8 = 0
    public var spatialLayer: UInt8 = 0
    /// 1 to 4.
    public var temporalLayers: UInt8 = 1
    /// Kilobits per second with all temporal layers.
    public var kilobits: UInt32 = 0
    /// Pixels and frames per second; 0 when the extension did not say.
    public var width: UInt32 = 0
    public var height: UInt32 = 0
    public var framesPerSecond: UInt8 = 0
}

/// Which layers a publisher sends, at which rates and sizes (webrtc.org's video-layers-allocation00).
///
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |RID| NS| sl_bm |   NS + 1 streams; the spatial layers of each, or 0: they differ
/// +-+-+-+-+-+-+-+-+
/// |sl0_bm |sl1_bm |   only when sl_bm is 0
/// |sl2_bm |sl3_bm |
/// +-+-+-+-+-+-+-+-+
/// |#tl|#tl|#tl|#tl|   temporal layers of each active spatial layer, minus 1
/// +---------------+
/// :  kbps, LEB128 :   for each temporal layer, those below included
/// +---------------+
/// : w-1 h-1 fps   :   16, 16, 8 bits for each spatial layer, not always there
/// ```
public struct VideoLayersAllocation: Sendable, BitwiseCopyable {
    /// The stream this packet belongs to, 0 to 3.
    public let stream: UInt8
    /// 0 to `Limits.allocatedLayers`. With none the publisher sends nothing.
    public private(set) var count = 0
    private var layers = InlineArray<16, AllocatedLayer>(repeating: AllocatedLayer())

    /// Layers in the order of streams, then of spatial layers. An index outside `count` gives an empty layer.
    public subscript(index: Int) -> AllocatedLayer {
        index >= 0 && index < count ? layers[index] : AllocatedLayer()
    }

    /// Nil when the value ends too early.
    public init?(_ value: Span<UInt8>) {
        var reader = BitReader(value)
        guard let stream = reader.read(2, value), let streams = reader.read(2, value),
            let common = reader.read(4, value)
        else { return nil }
        self.stream = UInt8(truncatingIfNeeded: stream)
        if common == 0, streams == 0, reader.remaining == 0 { return }
        var masks = InlineArray<4, UInt32>(repeating: 0)
        for index in 0...Int(streams) {
            guard let mask = common == 0 ? reader.read(4, value) : common else { return nil }
            masks[index] = mask
        }
        if common == 0, streams & 1 == 0, reader.read(4, value) == nil { return nil }
        for index in 0...Int(streams) {
            for spatial in 0..<4 where masks[index] & 1 << UInt32(spatial) != 0 {
                layers[count].stream = UInt8(truncatingIfNeeded: index)
                layers[count].spatialLayer = UInt8(truncatingIfNeeded: spatial)
                count &+= 1
            }
        }
        guard readRates(&reader, value) else { return nil }
        // Sizes are all there or none is (the rest of the value tells).
        if reader.remaining >= 40 &* count { readSizes(&reader, value) }
    }

    private mutating func readRates(_ reader: inout BitReader, _ value: Span<UInt8>) -> Bool {
        for index in 0..<count {
            guard let temporal = reader.read(2, value) else { return false }
            layers[index].temporalLayers = UInt8(truncatingIfNeeded: temporal) &+ 1
        }
        let padding = (8 &- reader.offset & 7) & 7
        guard reader.read(padding, value) != nil else { return false }
        for index in 0..<count {
            for _ in 0..<layers[index].temporalLayers {
                guard let rate = Self.readLEB128(&reader, value) else { return false }
                layers[index].kilobits = rate
            }
        }
        return true
    }

    private mutating func readSizes(_ reader: inout BitReader, _ value: Span<UInt8>) {
        for index in 0..<count {
            guard let width = reader.read(16, value), let height = reader.read(16, value),
                let rate = reader.read(8, value)
            else { return }
            layers[index].width = width &+ 1
            layers[index].height = height &+ 1
            layers[index].framesPerSecond = UInt8(truncatingIfNeeded: rate)
        }
    }

    /// Seven bits a byte, the least significant first; at most five bytes.
    private static func readLEB128(_ reader: inout BitReader, _ value: Span<UInt8>) -> UInt32? {
        var result: UInt64 = 0
        for index in 0..<5 {
            guard let byte = reader.read(8, value) else { return nil }
            result |= UInt64(byte & 0x7F) << UInt64(7 &* index)
            if byte & 0x80 == 0 { return UInt32(exactly: result) }
        }
        return nil
    }
}
