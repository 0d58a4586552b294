import Foundation

/// A pattern that must not occur in some files.
struct BannedWord: Sendable {
    enum Reading: Sendable {
        /// Everything, comments included.
        case raw
        /// Without comments and, in Swift, strings.
        case code
    }

    var pattern: String
    var reading: Reading
    var rule: String
    var applies: @Sendable (SourceFile) -> Bool

    func violations(_ file: SourceFile) -> [Violation] {
        guard applies(file) else { return [] }
        let text = reading == .raw ? file.text : file.code
        return text.lineNumbers(matching: pattern).map { Violation(path: file.path, line: $0, rule: rule) }
    }

    static let all: [BannedWord] = swiftWords + coreWords + pageWords + everywhere

    private static let swiftWords = [
        BannedWord(
            pattern: #"\btry!|\bfatalError\(|(?<![\w.])(?:debugPrint|print|dump)\("#,
            reading: .code,
            rule: "no try!, fatalError or print in the server",
            applies: {
                $0.isIn(["Sources", "Core/Sources"]) && $0.has("swift")
                    && !$0.isIn(["Sources/parley", "Sources/EmbedWeb"])
            }
        ),
        BannedWord(
            pattern: #"(?<!\btry)(?<=[\w\)\]])!(?!=)"#,
            reading: .code,
            rule: "no force unwrap",
            applies: { $0.isIn(["Sources", "Core/Sources"]) && $0.has("swift") }
        ),
        BannedWord(
            pattern: #"\bTask(?:\.detached|\.immediate|\.immediateDetached)?\s*(?:<[^>]*>\s*)?[({]"#,
            reading: .code,
            rule: "unstructured tasks only in MeetingServer",
            applies: {
                $0.isIn(["Sources", "Core/Sources"]) && $0.has("swift") && !$0.isIn("Sources/MeetingServer")
            }
        ),
    ]

    private static let coreWords = [
        BannedWord(
            pattern:
                #"\bDate\(\)|\w*(?:Clock|Date|Instant|Time)\.now\b|\.now\(\)|\b(?:Continuous|Suspending)Clock\b|\bclock_gettime\b"#,
            reading: .code,
            rule: "time is an argument in Core",
            applies: { $0.isIn("Core/Sources") && $0.has("swift") }
        ),
        BannedWord(
            pattern: #"\bSystemRandomNumberGenerator\b|\.random\(in: [^,()]*\)|\.shuffled\(\)|\.randomElement\(\)"#,
            reading: .code,
            rule: "randomness is an argument in Core",
            applies: { $0.isIn("Core/Sources") && $0.has("swift") }
        ),
    ]

    private static let pageWords = [
        BannedWord(
            pattern: #"\b(?:innerHTML|outerHTML|insertAdjacentHTML)\b|\bdocument\.write|\beval\(|\bnew Function\("#,
            reading: .code,
            rule: "no text becomes HTML or code",
            applies: { $0.isIn("Web") && $0.has("js") && !$0.isIn("Web/tests") }
        ),
        BannedWord(
            pattern: #"\b(?:document|window)\s*[.\[?]"#,
            reading: .code,
            rule: "signaling and media know no document",
            applies: { $0.isIn(["Web/signaling", "Web/peer-connections", "Web/media-streams"]) && $0.has("js") }
        ),
        BannedWord(
            pattern: #"<[a-zA-Z][^>]*\s(?:on[a-z]+|style)\s*="#,
            reading: .raw,
            rule: "no inline handlers or styles in HTML",
            applies: { $0.isIn("Web") && $0.has("html") }
        ),
        BannedWord(
            pattern: #"<script(?![^>]*\bsrc=)[^>]*>"#,
            reading: .raw,
            rule: "no inline script in HTML",
            applies: { $0.isIn("Web") && $0.has("html") }
        ),
    ]

    /// Spelled in halves, so that this file does not break its own rules.
    private static let everywhere = [
        BannedWord(
            pattern: #"\bFIX"# + "ME\\b",
            reading: .raw,
            rule: "unfinished work belongs into an issue",
            applies: { _ in true }
        ),
        BannedWord(
            pattern: #"(?<![\w.$}/])/(?:ho"# + "me|Users|wo" + "rk|ro" + "ot)/",
            reading: .raw,
            rule: "no path of somebody's machine",
            applies: { !$0.isIn("Core/Tests/Fixtures") }
        ),
    ]
}

/// What promises safety by hand says why it holds.
enum SafetyComments {
    static func violations(_ file: SourceFile) -> [Violation] {
        guard file.isIn(["Sources", "Core/Sources"]), file.has("swift") else { return [] }
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        return file.code.lineNumbers(matching: #"@unchecked Sendable|nonisolated\(unsafe\)"#).compactMap { number in
            let near = lines[max(0, number - 5)..<number]
            guard !near.contains(where: { $0.contains("// SAFETY:") }) else { return nil }
            return Violation(path: file.path, line: number, rule: "needs a // SAFETY: line")
        }
    }
}

/// Files that are read in one sitting.
enum FileLength {
    static let limit = 500

    static func violations(_ file: SourceFile) -> [Violation] {
        guard ["swift", "js", "css", "html", "py", "c", "h"].contains(where: file.has) else { return [] }
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
        guard lines > limit else { return [] }
        return [Violation(path: file.path, line: 0, rule: "\(lines) lines; two concepts share this file")]
    }
}

extension String {
    /// The lines, from 1, on which the regular expression matches; each once.
    func lineNumbers(matching pattern: String) -> [Int] {
        var numbers: [Int] = []
        for (found, _) in matches(pattern) where numbers.last != found { numbers.append(found) }
        return numbers
    }

    /// Each match's line and first group, or the whole match when there is no group.
    func matches(_ pattern: String) -> [(line: Int, text: String)] {
        guard let expression = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else {
            return [(0, "bad pattern \(pattern)")]
        }
        let whole = self as NSString
        var (line, counted) = (1, 0)
        return expression.matches(in: self, range: NSRange(location: 0, length: whole.length)).map { match in
            let before = whole.substring(with: NSRange(location: counted, length: match.range.location - counted))
            line += before.utf8.count { $0 == UInt8(ascii: "\n") }
            counted = match.range.location
            let group = match.numberOfRanges > 1 ? match.range(at: 1) : match.range
            return (line, group.location == NSNotFound ? "" : whole.substring(with: group))
        }
    }
}
