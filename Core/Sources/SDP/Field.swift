/// The rest of one line, read from the left. Nothing is copied until it is asked for.
struct Field {
    private var rest: Substring.UTF8View
    /// Which line of the description, from 1, for sentences.
    let line: Int

    init(_ text: Substring.UTF8View, line: Int) {
        rest = text
        self.line = line
    }

    var isEmpty: Bool { rest.isEmpty }

    /// All that is left.
    var text: String { String(Substring(rest)) }

    /// What stands before the next `separator`, which is passed; all that is left when there is none.
    mutating func until(_ separator: Character) -> Field {
        guard let byte = separator.asciiValue, let end = rest.firstIndex(of: byte) else {
            defer { rest = rest[rest.endIndex...] }
            return self
        }
        defer { rest = rest[rest.index(after: end)...] }
        return Field(rest[..<end], line: line)
    }

    /// The next word between spaces; nil at the end.
    mutating func word() -> Field? {
        while rest.first == 32 { rest.removeFirst() }
        return isEmpty ? nil : until(" ")
    }

    /// The words that are left, at most `limit`.
    mutating func words(atMost limit: Int, _ what: String) throws(SDPError) -> [String] {
        var words: [String] = []
        while let word = word() {
            guard words.count < limit else { throw tooMany(what, limit) }
            words.append(try word.token(what))
        }
        return words
    }

    /// All that is left as a token (RFC 8866 §9): visible ASCII without separators.
    func token(_ what: String, atMost limit: Int = 256) throws(SDPError) -> String {
        guard !isEmpty, rest.count <= limit, rest.allSatisfy(Self.isTokenByte) else { throw bad(what) }
        return text
    }

    /// A mid or a rid.
    func identifier(_ what: String) throws(SDPError) -> String {
        try token(what, atMost: Limits.identifierBytes)
    }

    /// All that is left as a decimal number.
    func number<Number: FixedWidthInteger>(_ what: String) throws(SDPError) -> Number {
        guard let number: Number = optionalNumber() else { throw bad(what) }
        return number
    }

    func optionalNumber<Number: FixedWidthInteger>() -> Number? {
        guard !isEmpty, rest.count <= 20, rest.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Number(Substring(rest))
    }

    func bad(_ what: String) -> SDPError { .malformed("Line \(line) has no valid \(what).") }

    func tooMany(_ what: String, _ limit: Int) -> SDPError {
        .tooLarge("Line \(line) would be more than \(limit) of \(what).")
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x40...0x5A, 0x5E...0x7E: true
        // RFC 8866 has none of these in a token, but ids of streams, CNAMEs and ice-chars (RFC 8839 §5.4) have.
        case UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ":"): true
        default: false
        }
    }
}

extension Array {
    /// Appends unless there are `limit` already.
    mutating func append(_ element: Element, atMost limit: Int, _ what: String, _ field: Field) throws(SDPError) {
        guard count < limit else { throw field.tooMany(what, limit) }
        append(element)
    }
}
