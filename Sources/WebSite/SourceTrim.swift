/// Leaves out of scripts and style sheets what only people read: lines that hold nothing but a comment, indentation, and in
/// scripts spaces beside punctuation.
///
/// Readers have the repository; visitors save a third of the bytes. Line numbers stay, so that an error's line is the
/// file's. Lines inside a template literal are left alone. This knows no grammar, so a line that could hold a regular
/// expression, a template or a comment behind code keeps its spaces: one with a slash or a backtick.
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
            return isScript ? Self.dense(text) : text
        }

        /// The line without spaces beside punctuation, outside of quotes. Plus and minus keep theirs: `a + +b`.
        private static func dense(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            guard !line.contains(UInt8(ascii: "/")), !line.contains(UInt8(ascii: "`")) else { return line }
            var kept: [UInt8] = []
            var quote: UInt8?
            var isEscaped = false
            for (index, byte) in zip(line.indices, line) {
                if let open = quote {
                    if byte == open, !isEscaped { quote = nil }
                    isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                    quote = byte
                    isEscaped = false
                } else if byte == UInt8(ascii: " ") {
                    let next = line.index(after: index)
                    let isBeside = kept.last.map(isPunctuation) ?? true
                    if isBeside || next == line.endIndex || isPunctuation(line[next]) { continue }
                }
                kept.append(byte)
            }
            return kept[...]
        }

        private static func isPunctuation(_ byte: UInt8) -> Bool {
            "{}()[],;:=<>?&|".utf8.contains(byte)
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
