import Glibc

/// Turns an option's text into its value, or refuses it in one sentence.
struct OptionReader {
    let texts: OptionTexts

    func isGiven(_ name: OptionName) -> Bool { texts[name] != nil }

    /// The text as it is, not empty.
    func text(_ name: OptionName) throws(OptionError) -> String? {
        try one(name, "a text") { $0.isEmpty ? nil : $0 }
    }

    func integer(_ name: OptionName, _ range: ClosedRange<Int>) throws(OptionError) -> Int? {
        try one(name, "a whole number from \(range.lowerBound) to \(range.upperBound)") { Self.integer($0, range) }
    }

    func portRange(_ name: OptionName) throws(OptionError) -> ClosedRange<Int>? {
        try one(name, "two ports from 1024 to 65535, the lower first, as 49152-65535") { text in
            let ends = text.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2, let first = Self.integer(ends[0], 1024...65535),
                let last = Self.integer(ends[1], 1024...65535), first <= last
            else { return nil }
            return first...last
        }
    }

    /// One value by `read`, which returns nil for a text the option does not take.
    func one<Value>(_ name: OptionName, _ rule: String, _ read: (String) -> Value?) throws(OptionError) -> Value? {
        try list(name, rule, read).first
    }

    /// Every value of a list; empty when the option is not given.
    func list<Value>(_ name: OptionName, _ rule: String, _ read: (String) -> Value?) throws(OptionError) -> [Value] {
        guard let given = texts[name] else { return [] }
        var values: [Value] = []
        for text in given.texts {
            guard let value = read(text) else {
                throw OptionError(name, given.source, mustBe: rule, not: text)
            }
            values.append(value)
        }
        return values
    }

    /// `name` was given where it cannot be.
    func refuse(_ name: OptionName, _ reason: String) -> OptionError {
        OptionError("\((texts[name]?.source ?? .argument).mention(name)) \(reason).")
    }

    private static func integer(_ text: some StringProtocol, _ range: ClosedRange<Int>) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let value = Int(text), range.contains(value)
        else { return nil }
        return value
    }

    /// An IPv4 or IPv6 address in its usual notation.
    static func address(_ text: String) -> String? {
        var bytes: (UInt64, UInt64) = (0, 0)
        let isAddress = unsafe inet_pton(AF_INET, text, &bytes) == 1 || inet_pton(AF_INET6, text, &bytes) == 1
        return isAddress ? text : nil
    }

    /// An address or a host name.
    static func host(_ text: some StringProtocol) -> String? {
        if address(String(text)) != nil { return String(text) }
        let isName =
            (1...253).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.utf8.allSatisfy { byte in
                        byte < 128
                            && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
                            || byte == UInt8(ascii: "-")
                    }
            }
        return isName ? String(text) : nil
    }

    /// `https://host` or `https://host:port`, lower case as browsers send it; no path.
    static func origin(_ text: String) -> String? {
        let text = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return nil }
        return hostAndPort(text.dropFirst(scheme.count)) ? text : nil
    }

    /// `host`, `host:port`, `[IPv6]` or `[IPv6]:port`.
    static func hostAndPort(_ text: some StringProtocol) -> Bool {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return false }
            let inside = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            return inside.contains(":") && address(String(inside)) != nil && (rest.isEmpty || isPort(rest))
        }
        guard let colon = text.firstIndex(of: ":") else { return host(text) != nil }
        return host(text[..<colon]) != nil && isPort(text[colon...])
    }

    private static func isPort(_ text: some StringProtocol) -> Bool {
        text.hasPrefix(":") && integer(text.dropFirst(), 1...65535) != nil
    }
}
