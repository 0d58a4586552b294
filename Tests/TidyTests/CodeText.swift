/// Takes out of a source what is no code, leaving its lines where they are.
///
/// A scanner of one pass, not a parser: what stands in a Swift string's interpolation counts as string, and a quote inside
/// a JavaScript regular expression is taken for a string up to the end of its line.
enum CodeText {
    /// Swift without comments and the insides of string literals.
    static func swift(_ text: String) -> String {
        var scanner = Scanner(text)
        while !scanner.isAtEnd {
            if scanner.sees("//") {
                scanner.blank(until: "\n")
            } else if scanner.sees("/*") {
                scanner.blankNestedComment()
            } else if let hashes = scanner.hashesBeforeQuote() {
                scanner.blankString(hashes: hashes)
            } else {
                scanner.keep()
            }
        }
        return scanner.result
    }

    /// JavaScript without comments; strings stay, because `element['innerHTML']` is code too.
    static func javaScript(_ text: String) -> String {
        var scanner = Scanner(text)
        while !scanner.isAtEnd {
            if scanner.sees("//") {
                scanner.blank(until: "\n")
            } else if scanner.sees("/*") {
                scanner.blank(through: "*/")
            } else if let quote = ["'", "\"", "`"].first(where: { scanner.sees($0) }) {
                scanner.keepString(quote)
            } else {
                scanner.keep()
            }
        }
        return scanner.result
    }

    private struct Scanner {
        private let source: [Unicode.Scalar]
        private var position = 0
        private var output = String.UnicodeScalarView()

        init(_ text: String) { source = Array(text.unicodeScalars) }

        var isAtEnd: Bool { position >= source.count }
        var result: String { String(output) }

        func sees(_ text: String, at offset: Int = 0) -> Bool {
            let wanted = text.unicodeScalars
            return position + offset + wanted.count <= source.count
                && zip(source[(position + offset)...], wanted).allSatisfy(==)
        }

        mutating func keep() {
            output.append(source[position])
            position += 1
        }

        mutating func blank(_ count: Int = 1) {
            for scalar in source[position..<min(position + count, source.count)] {
                output.append(scalar == "\n" ? scalar : " ")
            }
            position += count
        }

        mutating func blank(until end: String) { while !isAtEnd, !sees(end) { blank() } }

        mutating func blank(through end: String) {
            blank(until: end)
            blank(end.count)
        }

        mutating func blankNestedComment() {
            var depth = 0
            repeat {
                if sees("/*") {
                    depth += 1
                    blank(2)
                } else if sees("*/") {
                    depth -= 1
                    blank(2)
                } else {
                    blank()
                }
            } while depth > 0 && !isAtEnd
        }

        /// How many `#` stand before the quote of a string that begins here; nil when none begins.
        func hashesBeforeQuote() -> Int? {
            var hashes = 0
            while sees("#", at: hashes) { hashes += 1 }
            return sees("\"", at: hashes) ? hashes : nil
        }

        /// The quotes stay, what is between them goes.
        mutating func blankString(hashes: Int) {
            for _ in 0..<hashes { keep() }
            let quotes = sees("\"\"\"") ? "\"\"\"" : "\""
            let end = quotes + String(repeating: "#", count: hashes)
            let escape = "\\" + String(repeating: "#", count: hashes)
            for _ in quotes.unicodeScalars { keep() }
            while !isAtEnd, !sees(end), quotes.count == 3 || !sees("\n") { blank(sees(escape) ? escape.count + 1 : 1) }
            for _ in end.unicodeScalars where !isAtEnd { keep() }
        }

        mutating func keepString(_ quote: String) {
            keep()
            while !isAtEnd, !sees(quote), quote == "`" || !sees("\n") {
                if sees("\\") { keep() }
                if !isAtEnd { keep() }
            }
            if sees(quote) { keep() }
        }
    }
}
