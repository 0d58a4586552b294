import RTP
import Units

/// What the header extensions of a packet say of where it belongs, and what is counted of every packet.
struct PacketNames: Sendable {
    var mid: StreamIdentifier?
    var rid: StreamIdentifier?
    var repairedRID: StreamIdentifier?
    var transportSequence: SequenceNumber?
    var level: AudioLevel?
    /// Where a dependency descriptor stands that the one-byte form cannot hold.
    var longDescriptor: Range<Int>?

    /// Walks once over the extension elements; those that subscribers get too are copied into `values`.
    init(_ header: RTPHeader, _ bytes: Span<UInt8>, _ map: ExtensionMap, isBound: Bool, _ values: inout ExtensionValues)
    {
        var elements = header.extensions
        while let element = elements.next(in: bytes) {
            guard let kind = map.kind(of: element.id) else { continue }
            let value = bytes.extracting(element.value)
            switch kind {
            case .transportSequence: transportSequence = TransportSequence(value)?.number
            case .mid where !isBound: mid = StreamIdentifier(value)
            case .rid where !isBound: rid = StreamIdentifier(value)
            case .repairedRID where !isBound: repairedRID = StreamIdentifier(value)
            case .audioLevel: level = AudioLevel(value)
            default: break
            }
            guard ExtensionValues.passes(kind), !values.add(kind, element.value, of: bytes) else { continue }
            if kind == .dependencyDescriptor { longDescriptor = element.value }
        }
    }
}
