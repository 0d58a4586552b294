extension IPAddress {
    /// Reads `192.0.2.1`, `2001:db8::1` or `::ffff:192.0.2.1` (RFC 4291 §2.2); nil for anything else, names included.
    /// Decimal parts have no leading zeros, which some would read as octal.
    public init?(_ text: String) {
        guard text.utf8.count <= 45 else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            self.init(v6: text)
        } else {
            guard let v4 = Self.v4(text[...]) else { return nil }
            self.init(v4: v4)
        }
    }

    private init?(v6 text: String) {
        guard let gap = Self.gap(in: text) else {
            guard let groups = Self.groups(text[...]), groups.count == 8 else { return nil }
            self.init(groups: groups)
            return
        }
        // `::` stands for at least one group of zeros.
        guard let before = Self.groups(text[..<gap.lowerBound], endsAddress: false),
            let after = Self.groups(text[gap.upperBound...]),
            before.count + after.count <= 7
        else { return nil }
        self.init(groups: before + Array(repeating: 0, count: 8 - before.count - after.count) + after)
    }

    private init(groups: [UInt16]) {
        func word(_ groups: ArraySlice<UInt16>) -> UInt64 { groups.reduce(0) { $0 << 16 | UInt64($1) } }
        self.init(high: word(groups[..<4]), low: word(groups[4...]))
    }

    /// Where the first `::` stands.
    private static func gap(in text: String) -> Range<String.Index>? {
        var previous: String.Index?
        for index in text.indices {
            if let previous, text[index] == ":", text[previous] == ":" { return previous..<text.index(after: index) }
            previous = index
        }
        return nil
    }

    /// Groups of up to four digits between colons; the address may end with an IPv4 one, which makes two. None for no text.
    private static func groups(_ text: Substring, endsAddress: Bool = true) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if endsAddress, index == parts.count - 1, part.contains("."), let v4 = v4(part) {
                groups += [UInt16(truncatingIfNeeded: v4 >> 16), UInt16(truncatingIfNeeded: v4)]
            } else {
                guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func v4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != 48, let byte = UInt8(part)
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
        return value
    }
}
