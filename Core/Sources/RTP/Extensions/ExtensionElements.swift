/// One extension element: its local identifier and where its value stands in the packet.
public struct ExtensionElement: Hashable, Sendable {
    /// 1 to 14 in the one-byte form, 1 to 255 in the two-byte form.
    public let id: UInt8
    public let value: Range<Int>
    /// Where the element with its header starts.
    let start: Int
}

/// Walks over the extension elements of a packet (RFC 8285), one call at a time, without allocating.
///
/// Padding is skipped. The walk ends at the first element that is not sound: one that goes beyond the block, identifier
/// 15 of the one-byte form (§4.2 says stop), a padding byte with a length. What came before counts.
public struct ExtensionElements: Sendable, BitwiseCopyable {
    private let form: ExtensionForm?
    private var offset: Int
    private let end: Int

    init(_ header: RTPHeader) {
        form = ExtensionForm(profile: header.extensionProfile)
        offset = header.extensionBlock.lowerBound
        end = header.extensionBlock.upperBound
    }

    /// The next element; nil after the last. `bytes` are those the header was parsed from.
    public mutating func next(in bytes: Span<UInt8>) -> ExtensionElement? {
        guard let form, end <= bytes.count else { return nil }
        while offset < end, bytes[offset] == 0 { offset &+= 1 }
        guard offset &+ form.overhead <= end else { return nil }
        let first = bytes[offset]
        let id = form == .oneByte ? first >> 4 : first
        let count = form == .oneByte ? Int(first & 0x0F) &+ 1 : Int(bytes[offset &+ 1])
        let start = offset &+ form.overhead
        guard start &+ count <= end, form.holds(id: id, count: count) else {
            offset = end
            return nil
        }
        let element = ExtensionElement(id: id, value: start..<(start &+ count), start: offset)
        offset = start &+ count
        return element
    }
}

extension RTPHeader {
    /// The extension elements in their order; none when the block is of a kind that RFC 8285 does not define.
    public var extensions: ExtensionElements { ExtensionElements(self) }

    /// Where the value of the first element with an identifier stands.
    public func extensionValue(_ id: UInt8, in bytes: Span<UInt8>) -> Range<Int>? {
        var elements = extensions
        while let element = elements.next(in: bytes) {
            if element.id == id { return element.value }
        }
        return nil
    }
}
