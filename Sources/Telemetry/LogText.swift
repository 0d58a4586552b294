/// Foreign text inside a log line: one line, nothing that moves a cursor or reorders letters, at most `limit` bytes.
enum LogText {
    /// Bytes of a field after escaping, the quotes not counted.
    static let limit = 512
    private static let ellipsis = "…"

    /// The inside of a JSON string.
    static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        // Where to cut so that the ellipsis still fits.
        var cut = result.endIndex
        for scalar in text.unicodeScalars {
            let piece = escaped(scalar)
            if result.utf8.count + piece.utf8.count > limit { return result[..<cut] + ellipsis }
            result += piece
            if result.utf8.count <= limit - ellipsis.utf8.count { cut = result.endIndex }
        }
        return result
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: isPlain(scalar) ? String(Character(scalar)) : UTF16.encode(scalar)?.map(unit).joined() ?? ""
        }
    }

    /// Whether it may stand as it is: no control, separator, format or private character.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7f }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: return false
        default: return !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func unit(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
