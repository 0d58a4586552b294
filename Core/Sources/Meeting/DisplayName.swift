/// A participant's name as others see it: 1 to 64 visible characters, trimmed.
///
/// Refuses what could make one person look like another or break a line: control characters, directional overrides and
/// isolates, invisible characters (T-AUTH-2). Zero-width joiners stay where scripts and emoji need them.
public struct DisplayName: Equatable, Sendable, CustomStringConvertible {
    /// The name, trimmed.
    public let description: String

    /// Nil for anything that is not a name; the caller answers `bad-name`.
    public init?(_ text: String) {
        guard text.utf8.count <= Limits.nameScalars * 4 else { return nil }
        let trimmed = Self.trimmed(text)
        let scalars = trimmed.unicodeScalars
        guard scalars.count <= Limits.nameScalars, (1...Limits.nameCharacters).contains(trimmed.count) else {
            return nil
        }
        var previous: Unicode.Scalar?
        var marks = 0
        for scalar in scalars {
            guard Self.isAllowed(scalar, after: previous) else { return nil }
            marks = Self.isMark(scalar) ? marks + 1 : 0
            guard marks <= 4 else { return nil }
            previous = scalar
        }
        guard scalars.contains(where: { !$0.properties.isWhitespace && !Self.isMark($0) && !Self.isJoiner($0) })
        else { return nil }
        description = trimmed
    }

    /// The name in one case without white space, to compare people's names by.
    public var folded: String {
        String(String.UnicodeScalarView(description.unicodeScalars.filter { !$0.properties.isWhitespace })).lowercased()
    }

    private static func trimmed(_ text: String) -> String {
        var slice = Substring(text)
        while let first = slice.first, first.isWhitespace { slice.removeFirst() }
        while let last = slice.last, last.isWhitespace { slice.removeLast() }
        return String(slice)
    }

    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool { scalar.value == 0x200C || scalar.value == 0x200D }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
        if isJoiner(scalar) { return previous.map(joins) ?? false }
        // Tags belong to flags (emoji); nowhere else.
        if (0xE0020...0xE007F).contains(scalar.value) { return previous.map { $0.value >= 0x1F3F4 } ?? false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: break
        }
        // Looks like nothing but is a letter or a mark: Hangul and Khmer fillers, the combining grapheme joiner, braille blank.
        let blanks: [ClosedRange<UInt32>] = [
            0x115F...0x1160, 0x17B4...0x17B5, 0x3164...0x3164, 0xFFA0...0xFFA0, 0x034F...0x034F, 0x2800...0x2800,
        ]
        return !blanks.contains { $0.contains(scalar.value) }
    }

    /// Scripts and emoji in which a joiner means something: Arabic, Syriac, the Indic scripts, emoji and their selectors.
    private static func joins(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0600...0x08FF, 0x0900...0x0DFF, 0x1000...0x109F, 0x1780...0x17FF, 0xFB50...0xFDFF, 0xFE0F,
            0xFE70...0xFEFE:
            true
        default: scalar.value > 0x2190 && (scalar.properties.isEmoji || scalar.properties.isEmojiModifier)
        }
    }
}
