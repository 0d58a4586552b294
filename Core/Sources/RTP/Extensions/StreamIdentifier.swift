/// The value of the MID, RID and repaired RID extensions: 1 to 16 characters, kept in two integers so that tables can
/// compare them without touching the packet.
public struct StreamIdentifier: Hashable, Sendable, BitwiseCopyable {
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    /// Characters, 1 to `Limits.streamIdentifier`.
    public let count: UInt8

    /// Nil when the value is empty, longer than `Limits.streamIdentifier`, or has bytes that no token has (RFC 8866 §9:
    /// visible ASCII without separators).
    public init?(_ value: Span<UInt8>) {
        guard value.count >= 1, value.count <= Limits.streamIdentifier else { return nil }
        for index in value.indices {
            guard Self.isToken(value[index]) else { return nil }
            if index < 8 {
                high = high << 8 | UInt64(value[index])
            } else {
                low = low << 8 | UInt64(value[index])
            }
        }
        count = UInt8(truncatingIfNeeded: value.count)
    }

    /// From what SDP says. Control plane: reading a string may allocate.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }

    /// The character at an index under `count`; 0 for another.
    public subscript(index: Int) -> UInt8 {
        guard index >= 0, index < Int(count) else { return 0 }
        if index < 8 {
            return UInt8(truncatingIfNeeded: high >> UInt64(8 &* (min(Int(count), 8) &- 1 &- index)))
        }
        return UInt8(truncatingIfNeeded: low >> UInt64(8 &* (Int(count) &- 1 &- index)))
    }

    /// For SDP and messages; allocates.
    public var text: String {
        String(decoding: (0..<Int(count)).map { self[$0] }, as: UTF8.self)
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
        default: false
        }
    }
}

extension RTPHeaderWriter {
    /// Adds a MID, RID or repaired RID.
    public mutating func add(_ id: UInt8, _ identifier: StreamIdentifier, to room: inout MutableSpan<UInt8>) {
        var value = InlineArray<16, UInt8>(repeating: 0)
        for index in 0..<Int(identifier.count) { value[index] = identifier[index] }
        add(id, value.span.extracting(..<Int(identifier.count)), to: &room)
    }
}
