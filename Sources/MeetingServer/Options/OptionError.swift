/// Where a value came from.
enum OptionSource: Equatable, Sendable {
    case argument
    case environment
    case file(path: String, line: Int)

    /// The option as the reader of a message finds it again.
    func mention(_ name: OptionName) -> String {
        switch self {
        case .argument: name.argument
        case .environment: "\(name.argument) (from the environment variable \(name.variable))"
        case .file(let path, let line): "\(name.argument) (from line \(line) of \(path))"
        }
    }
}

/// Why the options were refused: one sentence that names the option and where it stands.
public struct OptionError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ sentence: String) { description = sentence }

    /// A value that its option does not take. A secret's value is not repeated.
    init(_ name: OptionName, _ source: OptionSource, mustBe rule: String, not text: String) {
        let value = name.definition.isSecret ? "" : ", not \(quoted(text))"
        description = "\(source.mention(name)) must be \(rule)\(value)."
    }
}

/// Foreign text inside a message: quoted, on one line, at most 80 characters.
func quoted(_ text: some StringProtocol) -> String {
    let escaped = text.unicodeScalars.prefix(80).map { scalar in
        let isPlain = !scalar.properties.isDefaultIgnorableCodePoint && scalar.properties.generalCategory != .control
        return isPlain ? String(Character(scalar)) : "\\u{\(String(scalar.value, radix: 16))}"
    }
    return "\"" + escaped.joined() + (text.unicodeScalars.count > 80 ? "…" : "") + "\""
}
