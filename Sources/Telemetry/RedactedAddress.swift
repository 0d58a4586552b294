/// A peer's address as logs may hold it: the network, not the person. `203.0.113.x`, or the first 48 bits of IPv6.
///
/// Loopback addresses are kept whole: they are nobody's.
public struct RedactedAddress: Equatable, Sendable, CustomStringConvertible {
    public let description: String

    /// Takes an address as text, with or without port, brackets or zone; anything else becomes `unknown`.
    public init(_ address: some StringProtocol) {
        let text = Self.withoutPort(address)
        description = Self.version4(text) ?? Self.version6(text) ?? "unknown"
    }

    private static func withoutPort(_ text: some StringProtocol) -> String {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let isPort = text.contains(".") && text.split(separator: ":", omittingEmptySubsequences: false).count == 2
        return String(isPort ? text.prefix { $0 != ":" } : text.prefix { $0 != "%" })
    }

    private static func version4(_ text: String) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) && UInt8($0) != nil }) else {
            return nil
        }
        return parts[0] == "127" ? text : parts[0...2].joined(separator: ".") + ".x"
    }

    private static func version6(_ text: String) -> String? {
        if text == "::1" { return text }
        let mapped = "::ffff:"
        if text.lowercased().hasPrefix(mapped), let inner = version4(String(text.dropFirst(mapped.count))) {
            return inner
        }
        guard let groups = groups(text) else { return nil }
        return groups[0..<3].map { String($0, radix: 16) }.joined(separator: ":") + "::/48"
    }

    /// The eight groups of an IPv6 address; dotted tails other than IPv4-mapped ones are not written by anybody.
    private static func groups(_ text: String) -> [UInt16]? {
        let gap = text.firstRange(of: "::")
        let halves = gap.map { [text[..<$0.lowerBound], text[$0.upperBound...]] } ?? [text[...]]
        let parsed = halves.map { half in
            half.isEmpty ? [] : half.split(separator: ":", omittingEmptySubsequences: false)
        }
        let values = parsed.map {
            $0.compactMap { $0.count <= 4 && $0.allSatisfy(\.isHexDigit) ? UInt16($0, radix: 16) : nil }
        }
        let isComplete = zip(parsed, values).allSatisfy { $0.count == $1.count }
        let count = values.reduce(0) { $0 + $1.count }
        guard isComplete, halves.count == 2 ? count < 8 : count == 8 else { return nil }
        guard halves.count == 2 else { return values[0] }
        return values[0] + Array(repeating: 0, count: 8 - count) + values[1]
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
