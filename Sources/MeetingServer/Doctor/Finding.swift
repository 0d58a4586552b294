import Foundation

/// One line of `parley doctor`: what was looked at and how it is.
public struct Finding: Equatable, Sendable, Encodable {
    public enum Result: String, Sendable, Encodable {
        /// As it should be.
        case good
        /// A meeting can work, but perhaps not for everybody, or nobody can tell from here.
        case warning
        /// No meeting can work like this.
        case bad

        /// How the line begins.
        var sign: String {
            switch self {
            case .good: "✓"
            case .warning: "!"
            case .bad: "✗"
            }
        }
    }

    /// A stable name of the check, for programs.
    public var check: String
    public var result: Result
    /// For the person who runs the server: plain, whole, and with what to do about it.
    public var sentence: String

    init(_ check: String, _ result: Result, _ sentence: String) {
        self.check = check
        self.result = result
        self.sentence = sentence
    }

    /// The line.
    public var line: String { "\(result.sign) \(sentence)" }
}

/// Everything that `parley doctor` found.
public struct Diagnosis: Equatable, Sendable, Encodable {
    /// Whether a meeting can work.
    public var isWell: Bool
    public var findings: [Finding]

    init(_ findings: [Finding]) {
        self.findings = findings
        isWell = !findings.contains { $0.result == .bad }
    }

    /// One line for each check.
    public var text: String { findings.map(\.line).joined(separator: "\n") }

    /// The same as one JSON object: `{"findings":[{"check":…,"result":"good"|"warning"|"bad","sentence":…}],"isWell":…}`.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and booleans can always be encoded.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// "a", "a and b", "a, b and c".
func enumerated(_ texts: [String]) -> String {
    guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
    return texts.dropLast().joined(separator: ", ") + " and " + last
}
