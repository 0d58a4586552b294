import RTP

/// The extension values of a packet that subscribers get too, each under its kind: they give it their own numbers.
///
/// ```
/// | kind, count | value … | kind, count | value … |   four bits each; a count of 0 is one byte
/// ```
struct ExtensionValues: BitwiseCopyable, Sendable {
    private var bytes = InlineArray<40, UInt8>(repeating: 0)
    private(set) var count: UInt8 = 0

    /// Whether subscribers get values of a kind as they are.
    static func passes(_ kind: ExtensionKind) -> Bool {
        switch kind {
        case .audioLevel, .videoOrientation, .absoluteCaptureTime, .playoutDelay, .dependencyDescriptor: true
        case .mid, .rid, .repairedRID, .transportSequence, .absoluteSendTime, .videoLayersAllocation: false
        }
    }

    /// Adds a value of 1 to 16 bytes; false when it is longer or no room is left.
    mutating func add(_ kind: ExtensionKind, _ value: Range<Int>, of packet: Span<UInt8>) -> Bool {
        let start = Int(count)
        guard !value.isEmpty, value.count <= 16, start &+ 1 &+ value.count <= 40 else { return false }
        bytes[start] = kind.rawValue << 4 | UInt8(truncatingIfNeeded: value.count &- 1)
        for index in 0..<value.count { bytes[start &+ 1 &+ index] = packet[value.lowerBound &+ index] }
        count &+= UInt8(truncatingIfNeeded: 1 &+ value.count)
        return true
    }

    /// Writes those that a subscriber has a number for.
    func write(_ map: borrowing ExtensionMap, _ writer: inout RTPHeaderWriter, to room: inout MutableSpan<UInt8>) {
        var offset = 0
        while offset < Int(count) {
            let length = Int(bytes[offset] & 15) &+ 1
            if let kind = ExtensionKind(rawValue: bytes[offset] >> 4), let id = map[kind] {
                writer.add(id, bytes.span.extracting((offset &+ 1)..<(offset &+ 1 &+ length)), to: &room)
            }
            offset &+= 1 &+ length
        }
    }
}

/// A dependency descriptor with a structure, which the one-byte form may not hold. Key frames bring one.
struct LongDescriptor: BitwiseCopyable, Sendable {
    private var bytes = InlineArray<255, UInt8>(repeating: 0)
    private var count: UInt8 = 0
    /// The packet it belongs to.
    private(set) var source: UInt32 = 0

    mutating func keep(_ value: Range<Int>, of packet: Span<UInt8>, _ source: UInt32) {
        guard value.count <= 255 else { return }
        for index in 0..<value.count { bytes[index] = packet[value.lowerBound &+ index] }
        count = UInt8(truncatingIfNeeded: value.count)
        self.source = source
    }

    func write(_ id: UInt8, _ writer: inout RTPHeaderWriter, to room: inout MutableSpan<UInt8>) {
        writer.add(id, bytes.span.extracting(0..<Int(count)), to: &room)
    }
}
