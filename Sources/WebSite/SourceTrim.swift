/// Leaves out of scripts and style sheets what only people read: lines that hold nothing but a comment, and indentation.
///
/// Readers have the repository; visitors save a quarter of the bytes. Line numbers stay, so that an error's place is the
/// file's. Lines inside a template literal are left alone, and so is every line that holds code before a comment.
enum SourceTrim {
    /// The bytes to serve for the file at `path`.
    static func trimmed(_ bytes: [UInt8], path: String) -> [UInt8] {
        guard path.hasSuffix(".js") || path.hasSuffix(".css") else { return bytes }
        var state = State(isScript: path.hasSuffix(".js"))
        let newline = UInt8(ascii: "\n")
        let lines = bytes.split(separator: newline, omittingEmptySubsequences: false)
        return Array(lines.map { state.take($0) }.joined(separator: [newline]))
    }

    private struct State {
        let isScript: Bool
        var isInComment = false
        var isInTemplate = false

        mutating func take(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            if isInTemplate {
                countBackticks(line)
                return line
            }
            let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if isInComment {
                guard let end = text.firstRange(of: Array("*/".utf8)) else { return [] }
                isInComment = false
                return take(text[end.upperBound...])
            }
            if isScript, text.starts(with: "//".utf8) { return [] }
            if text.starts(with: "/*".utf8) {
                isInComment = true
                return take(text.dropFirst(2))
            }
            countBackticks(text)
            return text
        }

        /// An odd number of them on a line opens or closes a literal; an escaped one counts twice, which keeps the sum.
        private mutating func countBackticks(_ line: ArraySlice<UInt8>) {
            guard isScript else { return }
            var isEscaped = false
            for byte in line {
                if byte == UInt8(ascii: "`"), !isEscaped { isInTemplate.toggle() }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            }
        }
    }
}
