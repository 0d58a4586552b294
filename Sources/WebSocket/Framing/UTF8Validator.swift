/// Checks a byte stream for well-formed UTF-8 piece by piece (RFC 3629 §4), so that a bad text is refused at its first bad byte and
/// a character may lie across two frames.
package struct UTF8Validator: Sendable {
    /// Continuation bytes still due for the character begun.
    private var due = 0
    /// The range the next continuation byte must lie in; narrower after E0, ED, F0 and F4.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    package init() {}

    /// Whether no character is open, which must hold at the end of a text.
    package var isAtBoundary: Bool { due == 0 }

    /// Takes the next bytes. Returns false at the first byte that no well-formed text has there.
    package mutating func consume(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            if due == 0, byte < 0x80 { continue }
            guard due == 0 ? begin(byte) : advance(byte) else { return false }
        }
        return true
    }

    private mutating func advance(_ byte: UInt8) -> Bool {
        guard byte >= lowest, byte <= highest else { return false }
        due -= 1
        (lowest, highest) = (0x80, 0xBF)
        return true
    }

    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: due = 1
        case 0xE0: (due, lowest) = (2, 0xA0)  // shorter forms are overlong
        case 0xED: (due, highest) = (2, 0x9F)  // above are surrogates
        case 0xE1...0xEF: due = 2
        case 0xF0: (due, lowest) = (3, 0x90)  // shorter forms are overlong
        case 0xF1...0xF3: due = 3
        case 0xF4: (due, highest) = (3, 0x8F)  // above U+10FFFF
        default: return false
        }
        return true
    }
}
