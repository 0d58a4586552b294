import Foundation

/// Every message of docs/PROTOCOL.md has an example that both ends read, and every example is documented.
enum Transcripts {
    static let folder = "Core/Tests/Fixtures/signalling"

    static func violations(_ files: [SourceFile]) -> [Violation] {
        guard let protocolText = files.first(where: { $0.path == "docs/PROTOCOL.md" })?.text else {
            return [Violation(path: "docs/PROTOCOL.md", line: 0, rule: "is missing")]
        }
        let examples = files.filter { $0.isIn(folder) && $0.has("json") }
        return undocumented(examples, protocolText) + missing(examples, protocolText)
    }

    private static func undocumented(_ examples: [SourceFile], _ text: String) -> [Violation] {
        examples.compactMap { example in
            let expected = String(example.name.dropLast(".json".count).prefix { $0 != "-" })
            guard let type = type(of: example.text) else {
                return Violation(path: example.path, line: 0, rule: "is no JSON object with a type")
            }
            guard type == expected else {
                return Violation(path: example.path, line: 0, rule: "holds a message of type \(type)")
            }
            guard text.contains("`\(type)`") else {
                return Violation(path: example.path, line: 0, rule: "\(type) is not in docs/PROTOCOL.md")
            }
            return nil
        }
    }

    private static func missing(_ examples: [SourceFile], _ text: String) -> [Violation] {
        documented(text).filter { line, path in
            !examples.contains { $0.path == "\(folder)/\(path).json" || $0.path.hasPrefix("\(folder)/\(path)-") }
        }.map { Violation(path: "docs/PROTOCOL.md", line: $0, rule: "\($1) has no example in \(folder)") }
    }

    /// Message types as `client/chat` with their line: the first column of the two tables and the answers to `hello`.
    private static func documented(_ text: String) -> [(line: Int, path: String)] {
        var (side, found) = ("", [(line: Int, path: String)]())
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("## ") { side = Self.side(of: line) }
            var types: [String] = []
            if line.hasPrefix("| `") {
                types = quotedWords(line.dropFirst().prefix { $0 != "|" })
            } else if line.hasPrefix("- `"), side == "joining" {
                types = Array(quotedWords(line.prefix { $0 != ":" }).prefix(1))
            } else if line.hasPrefix("`hello`") {
                found.append((index + 1, "client/hello"))
            }
            found += types.map { (index + 1, (side == "client" ? "client/" : "server/") + $0) }
        }
        return found
    }

    private static func side(of heading: Substring) -> String {
        if heading.contains("Joining") { return "joining" }
        return heading.contains("member") ? "client" : "server"
    }

    private static func quotedWords(_ text: some StringProtocol) -> [String] {
        String(text).matches("`(\\w+)`").map(\.text)
    }

    private static func type(of json: String) -> String? {
        struct Message: Decodable { var type: String }
        return try? JSONDecoder().decode(Message.self, from: Data(json.utf8)).type
    }
}
