/// The head of a frame (RFC 6455 §5.2).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
/// |I|S|S|S|  (4)  |A|     (7)     |        (16 or 64 bits)        |
/// |N|V|V|V|       |S|             |  when Payload len is 126/127  |
/// | |1|2|3|       |K|             |                               |
/// +-+-+-+-+-------+-+-------------+ - - - - - - - - - - - - - - - +
/// |        Masking-key (32 bits) when MASK is set                 |
/// +---------------------------------------------------------------+
/// ```
struct WebSocketFrameHeader: Sendable {
    let isFinal: Bool
    let opcode: WebSocketOpcode
    let length: UInt64
    /// The key as the bytes came, first byte lowest, so that shifting right walks along it. Zero when there is none.
    let maskingKey: UInt32
}

/// Collects the 2–14 bytes of a header as they arrive.
struct WebSocketFrameHeaderParser: Sendable {
    /// Whether the peer must mask (a client) or must not (a server).
    let expectsMask: Bool
    private var bytes = InlineArray<14, UInt8>(repeating: 0)
    private var count = 0

    init(expectsMask: Bool) {
        self.expectsMask = expectsMask
    }

    /// Whether a header has begun and is not complete.
    var isPartial: Bool { count > 0 }

    /// Takes bytes from `offset` on. Returns the header once it is complete, nil when more bytes are needed.
    /// What the first two bytes show to be wrong is refused without waiting for the rest.
    mutating func parse(
        _ input: Span<UInt8>,
        at offset: inout Int
    ) throws(WebSocketProtocolError) -> WebSocketFrameHeader? {
        while offset < input.count {
            bytes[count] = input[offset]
            count += 1
            offset += 1
            guard count >= 2 else { continue }
            if count == 2 { _ = try checkedOpcode() }
            guard count == headerLength else { continue }
            let header = WebSocketFrameHeader(
                isFinal: isFinal,
                opcode: try checkedOpcode(),
                length: try payloadLength(),
                maskingKey: maskingKey
            )
            count = 0
            return header
        }
        return nil
    }

    private var isFinal: Bool { bytes[0] & 0x80 != 0 }
    private var shortLength: UInt8 { bytes[1] & 0x7F }
    private var extendedLength: Int { shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0 }
    private var headerLength: Int { 2 + extendedLength + (expectsMask ? 4 : 0) }

    private func checkedOpcode() throws(WebSocketProtocolError) -> WebSocketOpcode {
        guard bytes[0] & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = WebSocketOpcode(rawValue: bytes[0] & 0x0F) else { throw .reservedOpcode }
        guard (bytes[1] & 0x80 != 0) == expectsMask else { throw .wrongMasking }
        guard !opcode.isControl || (isFinal && shortLength <= 125) else { throw .invalidControlFrame }
        return opcode
    }

    /// The length in the smallest or in a longer form: §5.2 wants the smallest, and being generous here costs nothing.
    private func payloadLength() throws(WebSocketProtocolError) -> UInt64 {
        guard extendedLength > 0 else { return UInt64(shortLength) }
        var length: UInt64 = 0
        for index in 2..<(2 + extendedLength) { length = length << 8 | UInt64(bytes[index]) }
        guard length >> 63 == 0 else { throw .invalidLength }
        return length
    }

    private var maskingKey: UInt32 {
        guard expectsMask else { return 0 }
        let start = 2 + extendedLength
        var key: UInt32 = 0
        for index in 0..<4 { key |= UInt32(bytes[start + index]) << UInt32(index * 8) }
        return key
    }
}
