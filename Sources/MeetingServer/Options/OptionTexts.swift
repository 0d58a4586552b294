/// The texts given for the options, the strongest source of each option only.
///
/// Our own hundred lines rather than swift-configuration: it reads values, but does not refuse unknown names, name the
/// source of a bad value or give help, which is what this is for.
struct OptionTexts: Sendable {
    struct Given: Sendable {
        var texts: [String]
        var source: OptionSource
    }

    private var given: [OptionName: Given] = [:]

    subscript(name: OptionName) -> Given? { given[name] }

    /// Reads arguments, then the environment, then the file that one of them names.
    init(
        arguments: [String],
        environment: [String: String],
        readFile: (String) throws -> String
    ) throws(OptionError) {
        given = try Self.arguments(arguments)
        for (name, value) in try Self.environment(environment) where given[name] == nil { given[name] = value }
        guard let config = given[.config], let path = config.texts.first else { return }
        let text: String
        do {
            text = try readFile(path)
        } catch {
            throw OptionError(
                "\(config.source.mention(.config)) names \(quoted(path)), which cannot be read: \(error)."
            )
        }
        for (name, value) in try Self.file(text, path: path) where given[name] == nil { given[name] = value }
    }

    /// `--name value` and `--name=value`.
    private static func arguments(_ arguments: [String]) throws(OptionError) -> [OptionName: Given] {
        var given: [OptionName: Given] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = OptionName(argument: parts[0]) else {
                throw OptionError("There is no option \(quoted(parts[0]))\(suggestion(parts[0])).")
            }
            guard let text = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                throw OptionError("\(name.argument) needs a value.")
            }
            try add(text, to: name, .argument, &given)
        }
        return given
    }

    private static func environment(_ environment: [String: String]) throws(OptionError) -> [OptionName: Given] {
        var given: [OptionName: Given] = [:]
        for (variable, text) in environment.sorted(by: { $0.key < $1.key })
        where variable.hasPrefix(OptionName.variablePrefix) {
            guard let name = OptionName(variable: variable) else {
                try refuseIfMistyped(variable)
                continue
            }
            try add(text, to: name, .environment, &given)
        }
        return given
    }

    /// The environment belongs to many: a variable of another tool that begins like ours is left alone, a typing error is not.
    private static func refuseIfMistyped(_ variable: String) throws(OptionError) {
        guard let name = OptionName.allCases.first(where: { typingErrors($0.variable, variable) <= 2 }) else { return }
        throw OptionError(
            "The environment variable \(quoted(variable)) is no option of this server; \(name.variable) is meant, perhaps."
        )
    }

    /// Letters to insert, drop or change to make one text of the other (Levenshtein); both are short.
    private static func typingErrors(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8.prefix(64))
        var row = Array(0...right.count)
        for (index, letter) in left.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let changed = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }

    /// Lines `name = value`; empty lines and lines that begin with `#` are skipped.
    private static func file(_ text: String, path: String) throws(OptionError) -> [OptionName: Given] {
        var given: [OptionName: Given] = [:]
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let source = OptionSource.file(path: path, line: index + 1)
            let trimmed = line.trimmed
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            let parts = trimmed.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw OptionError("Line \(index + 1) of \(path) is not of the form \"name = value\".")
            }
            guard let name = OptionName(rawValue: String(parts[0].trimmed)), name != .config else {
                throw OptionError("Line \(index + 1) of \(path): there is no option \(quoted(parts[0].trimmed)).")
            }
            try add(String(parts[1].trimmed), to: name, source, &given)
        }
        return given
    }

    private static func add(
        _ text: String,
        to name: OptionName,
        _ source: OptionSource,
        _ given: inout [OptionName: Given]
    ) throws(OptionError) {
        guard name.definition.isList else {
            guard given[name] == nil else { throw OptionError("\(source.mention(name)) is given twice.") }
            given[name] = Given(texts: [text], source: source)
            return
        }
        let texts = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmed) }
        given[name, default: Given(texts: [], source: source)].texts += texts
    }

    /// Helps with the likeliest typing error: an underscore or capital letters.
    private static func suggestion(_ argument: some StringProtocol) -> String {
        let likely = argument.lowercased().split(separator: "_").joined(separator: "-")
        guard let name = OptionName(argument: likely) ?? OptionName(rawValue: likely) else { return "" }
        return "; \(name.argument) is meant, perhaps"
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: SubSequence {
        let tail = drop(while: \.isWhitespace)
        guard let last = tail.lastIndex(where: { !$0.isWhitespace }) else { return tail.prefix(0) }
        return tail[...last]
    }
}
