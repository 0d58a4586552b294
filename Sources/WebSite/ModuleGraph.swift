/// Which JavaScript modules import which, as far as their static imports tell.
struct ModuleGraph {
    private let sources: [String: [UInt8]]

    /// Takes all files by their paths below Web.
    init(_ sources: [String: [UInt8]]) { self.sources = sources }

    /// The entries and all that they import, directly or not, each once, in the order they are met.
    func modules(from entries: [String]) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        var open = entries
        while let path = open.first {
            open.removeFirst()
            guard seen.insert(path).inserted, let source = sources[path] else { continue }
            found.append(path)
            open += Self.specifiers(in: source).compactMap { Self.resolve($0, from: path) }
        }
        return found
    }

    /// The texts after `from` and `import` that start with a dot. Comments are skipped: JSDoc names types the same way.
    static func specifiers(in source: [UInt8]) -> [String] {
        let words = Self.tokens(source)
        var result: [String] = []
        for (keyword, text) in zip(words, words.dropFirst()) {
            guard case .word(let word) = keyword, word == "from" || word == "import",
                case .text(let specifier) = text, specifier.hasPrefix(".")
            else { continue }
            result.append(specifier)
        }
        return result
    }

    /// A specifier such as `../state/store.js` as a path below Web; nil when it leaves the folder.
    static func resolve(_ specifier: String, from module: String) -> String? {
        var parts = module.split(separator: "/").dropLast()
        for part in specifier.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }

    private enum Token {
        case word(String)
        case text(String)
        /// Anything else; keeps `import(` apart from `import "…"`.
        case mark
    }

    /// A rough reading that knows words, quoted texts and comments: enough for import lines. A regular expression that
    /// holds a quote may hide what follows it on its line, which costs a preload and nothing else.
    private static func tokens(_ source: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var rest = source[...]
        while let byte = rest.first {
            if rest.starts(with: Array("//".utf8)) {
                rest = rest.drop { $0 != UInt8(ascii: "\n") }
            } else if rest.starts(with: Array("/*".utf8)) {
                rest = rest.dropFirst(2)
                while let next = rest.first, !rest.starts(with: Array("*/".utf8)) { _ = next; rest = rest.dropFirst() }
                rest = rest.dropFirst(2)
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                let text = rest.dropFirst().prefix { $0 != byte && $0 != UInt8(ascii: "\n") }
                tokens.append(.text(String(decoding: text, as: UTF8.self)))
                rest = rest.dropFirst(text.count + 2)
            } else if isWord(byte) {
                let word = rest.prefix(while: isWord)
                tokens.append(.word(String(decoding: word, as: UTF8.self)))
                rest = rest.dropFirst(word.count)
            } else {
                if byte > UInt8(ascii: " ") { tokens.append(.mark) }
                rest = rest.dropFirst()
            }
        }
        return tokens
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
            true
        default: false
        }
    }
}
