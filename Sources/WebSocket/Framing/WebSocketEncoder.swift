/// Writes unmasked, unfragmented frames, which is all a server sends (RFC 6455 §5.1).
package enum WebSocketEncoder {
    /// The longest header of a server's frame.
    package static let longestHeader = 10

    /// The header of a frame with `payloadLength` bytes (never negative), in the smallest form (§5.2).
    package static func header(_ opcode: WebSocketOpcode, payloadLength: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(longestHeader)
        bytes.append(0x80 | opcode.rawValue)
        switch payloadLength {
        case ..<126:
            bytes.append(UInt8(truncatingIfNeeded: payloadLength))
        case ..<65_536:
            bytes.append(126)
            append(payloadLength, byteCount: 2, to: &bytes)
        default:
            bytes.append(127)
            append(payloadLength, byteCount: 8, to: &bytes)
        }
        return bytes
    }

    /// A close frame (§5.5.1). The reason is cut at a character so that it fits in the 123 bytes a control frame leaves for it.
    package static func close(_ code: WebSocketCloseCode?, reason: String = "") -> [UInt8] {
        guard let code else { return header(.close, payloadLength: 0) }
        var text: [UInt8] = []
        for character in reason.unicodeScalars {
            let next = Array(String(character).utf8)
            guard text.count + next.count <= 123 else { break }
            text += next
        }
        var bytes = header(.close, payloadLength: 2 + text.count)
        append(Int(code.rawValue), byteCount: 2, to: &bytes)
        return bytes + text
    }

    private static func append(_ value: Int, byteCount: Int, to bytes: inout [UInt8]) {
        for index in (0..<byteCount).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (index * 8))) }
    }
}
