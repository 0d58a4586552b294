import Units
import Wire

/// What a simulated source writes into its payloads, so that a sink can tell whose frame it is, whether all of it is there
/// and whether a decoder could show it.
///
/// ```
/// | magic 2 | flags 1 | layer 1 | source 4 | frame 4 | reference 4 | packet 2 | packets 2 | captured 8 |
/// ```
struct FrameMark: Hashable, Sendable {
    static let length = 28
    private static let magic: UInt16 = 0x504D

    var isKey = false
    /// The temporal layer.
    var layer: UInt8 = 0
    /// The number of the client that made it.
    var source: UInt32
    /// Counts the source's frames, from 1.
    var frame: UInt32
    /// The frame it is built on; 0 for none.
    var reference: UInt32 = 0
    /// Which of the frame's packets this is, from 0.
    var packet: UInt16 = 0
    var packets: UInt16 = 1
    /// When the frame was made, on the world's clock.
    var captured: Timestamp

    init(source: UInt32, frame: UInt32, captured: Timestamp) {
        self.source = source
        self.frame = frame
        self.captured = captured
    }

    /// Nil when there is none.
    init?(_ range: Range<Int>, in bytes: Span<UInt8>) {
        guard range.count >= Self.length, range.upperBound <= bytes.count else { return nil }
        var reader = ByteReader(range)
        guard reader.readUInt16(bytes) == Self.magic, let flags = reader.readUInt8(bytes),
            let layer = reader.readUInt8(bytes), let source = reader.readUInt32(bytes),
            let frame = reader.readUInt32(bytes), let reference = reader.readUInt32(bytes),
            let packet = reader.readUInt16(bytes), let packets = reader.readUInt16(bytes),
            let captured = reader.readUInt64(bytes)
        else { return nil }
        isKey = flags & 1 != 0
        self.layer = layer
        self.source = source
        self.frame = frame
        self.reference = reference
        self.packet = packet
        self.packets = packets
        self.captured = Timestamp(nanoseconds: captured)
    }

    var bytes: [UInt8] {
        var room = [UInt8](repeating: 0, count: Self.length)
        var span = room.mutableSpan
        var writer = ByteWriter()
        writer.write(Self.magic, to: &span)
        writer.write(UInt8(isKey ? 1 : 0), to: &span)
        writer.write(layer, to: &span)
        writer.write(source, to: &span)
        writer.write(frame, to: &span)
        writer.write(reference, to: &span)
        writer.write(packet, to: &span)
        writer.write(packets, to: &span)
        writer.write(captured.nanoseconds, to: &span)
        return room
    }
}
