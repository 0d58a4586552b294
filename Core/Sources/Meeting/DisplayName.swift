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
        for (index, scalar) in zip(scalars.indices, scalars) {
            let following = scalars[index...].dropFirst().first
            guard Self.isAllowed(scalar, between: previous, and: following) else { return nil }
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

    private static func isAllowed(
        _ scalar: Unicode.Scalar,
        between previous: Unicode.Scalar?,
        and following: Unicode.Scalar?
    ) -> Bool {
        // A mark without a letter would sit on whatever the page shows before the name.
        guard let previous else { return !isMark(scalar) && !isJoiner(scalar) && isVisible(scalar) }
        if isJoiner(scalar) {
            let isVirama = previous.properties.canonicalCombiningClass == .virama
            return joins(previous) && (isVirama || following.map(joins) ?? false)
        }
        // Tags spell the flags of regions (emoji) and show nothing anywhere else.
        if isTag(scalar) { return previous.value == 0x1F3F4 || isTag(previous) }
        if scalar.properties.isVariationSelector { return varies(previous) }
        return isVisible(scalar)
    }

    private static func isTag(_ scalar: Unicode.Scalar) -> Bool { (0xE0020...0xE007F).contains(scalar.value) }

    /// What has variants: emoji, ideographs, Mongolian. After anything else a selector shows nothing.
    private static func varies(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmoji || scalar.properties.isIdeographic || (0x1800...0x18AF).contains(scalar.value)
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
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
