public import Units

/// The dependency descriptor of one packet (AV1 RTP specification §A.8): which frame it belongs to and what that
/// depends on, readable even when the payload is not.
///
/// ```
///  0                   1                   2
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |S|E|template id|         frame number          |   mandatory
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |T|A|D|F|C| structure (T) | active targets (A)  |   only in values of more than 3 bytes
/// | own indications (D) | references (F) | chains (C) …
/// ```
public struct DependencyDescriptor: Sendable, BitwiseCopyable {
    /// First packet of the frame.
    public let isFrameStart: Bool
    /// Last packet of the frame.
    public let isFrameEnd: Bool
    /// Counts the frames of all layers. Never rewritten when forwarding.
    public let frameNumber: SequenceNumber
    public let templateID: UInt8
    /// Whether the packet brought a new structure: it starts a coded video sequence.
    public let hasStructure: Bool
    /// The decode targets that are being sent, the first in the lowest bit; nil when the packet does not say.
    public private(set) var activeTargets: UInt32?
    public private(set) var dependencies = FrameDependencies()
    /// Bits: behind the structure, and behind the active targets.
    private var structureEnd = 0
    private var activeEnd = 0
    private var end = 0

    /// Reads a value. A structure it brings replaces `structure`, but only if all of the value is sound; without one
    /// the templates of `structure` are used. Nil when the value is malformed, says more than `Limits` allow, or names
    /// a template that is not there.
    ///
    /// Call it in the order of the sequence numbers if you can: a late packet of an old structure is refused, or read
    /// with the wrong template.
    public init?(_ value: Span<UInt8>, structure: inout DependencyStructure) {
        var reader = BitReader(value)
        guard let start = reader.readFlag(value), let end = reader.readFlag(value), let id = reader.read(6, value),
            let number = reader.read(16, value)
        else { return nil }
        isFrameStart = start
        isFrameEnd = end
        templateID = UInt8(truncatingIfNeeded: id)
        frameNumber = SequenceNumber(UInt16(truncatingIfNeeded: number))
        guard value.count > 3 else {
            hasStructure = false
            self.end = reader.offset
            guard let template = structure.template(templateID) else { return nil }
            dependencies = structure.templates[template]
            return
        }
        guard let flags = reader.read(5, value) else { return nil }
        hasStructure = flags & 0x10 != 0
        guard hasStructure else {
            guard readRest(flags, &reader, value, structure) else { return nil }
            return
        }
        var new = DependencyStructure()
        guard new.parse(&reader, value), readRest(flags, &reader, value, new) else { return nil }
        structure = new
    }

    /// The rest of `extended_descriptor_fields()`, and `frame_dependency_definition()`.
    private mutating func readRest(
        _ flags: UInt32,
        _ reader: inout BitReader,
        _ value: Span<UInt8>,
        _ structure: borrowing DependencyStructure
    ) -> Bool {
        guard let template = structure.template(templateID) else { return false }
        dependencies = structure.templates[template]
        structureEnd = reader.offset
        let all = UInt32.max >> UInt32(32 &- structure.decodeTargetCount)
        if hasStructure { activeTargets = all }
        if flags & 0x08 != 0 {
            guard let active = reader.read(structure.decodeTargetCount, value) else { return false }
            activeTargets = active
        }
        activeEnd = reader.offset
        if flags & 0x04 != 0 {
            guard let own = DependencyStructure.indications(structure.decodeTargetCount, &reader, value) else {
                return false
            }
            dependencies.indications = own
        }
        if flags & 0x02 != 0, !readReferences(&reader, value) { return false }
        if flags & 0x01 != 0 {
            for chain in 0..<structure.chainCount {
                guard let difference = reader.read(8, value) else { return false }
                dependencies.chains[chain] = UInt8(truncatingIfNeeded: difference)
            }
        }
        end = reader.offset
        return true
    }

    /// `frame_fdiffs()`
    private mutating func readReferences(_ reader: inout BitReader, _ value: Span<UInt8>) -> Bool {
        dependencies.referenceCount = 0
        while true {
            guard let size = reader.read(2, value) else { return false }
            guard size > 0 else { return true }
            guard let difference = reader.read(4 &* Int(size), value), dependencies.refer(Int(difference) &+ 1) else {
                return false
            }
        }
    }

    /// Writes the value again, saying that only `targets` are being sent: what a receiver of fewer layers has to be
    /// told at the next frame. Answers how many bytes; nil when `room` is too small.
    ///
    /// `value` is what this descriptor was read from, `structure` what it was read with.
    public func write(
        activeTargets targets: UInt32,
        replacingThoseOf value: Span<UInt8>,
        _ structure: borrowing DependencyStructure,
        to room: inout MutableSpan<UInt8>
    ) -> Int? {
        guard 8 &* value.count >= end, end >= 24 else { return nil }
        // The extended fields were there exactly when something stands behind the mandatory ones.
        var reader = BitReader(24..<end)
        let flags = end > 24 ? reader.read(5, value) ?? 0 : 0
        var writer = BitWriter()
        writer.copy(0..<24, of: value, to: &room)
        writer.write(flags | 0x08, 5, to: &room)
        if end > 24 { writer.copy(29..<structureEnd, of: value, to: &room) }
        writer.write(targets, structure.decodeTargetCount, to: &room)
        if end > 24 { writer.copy(activeEnd..<end, of: value, to: &room) }
        return writer.count
    }
}
