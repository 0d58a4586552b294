/// A Host header that is safe to repeat: a name, an IPv4 address or an IPv6 address in brackets, and perhaps a port.
package struct HostName: Equatable, CustomStringConvertible {
    /// As it stood in the header.
    package let description: String
    /// The name or address alone, without brackets and port.
    package let host: String

    /// Nil for anything that could end a directive or smuggle another one in.
    package init?(_ text: String) {
        guard (1...Limits.hostLength).contains(text.utf8.count) else { return nil }
        let (host, rest): (Substring, Substring)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard host.utf8.allSatisfy({ Self.isHexadecimal($0) || $0 == UInt8(ascii: ":") }) else { return nil }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            guard host.utf8.allSatisfy(Self.isNameCharacter) else { return nil }
        }
        guard !host.isEmpty, rest.isEmpty || Self.isPort(rest) else { return nil }
        description = text
        self.host = String(host)
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.hasPrefix(":") && text.utf8.dropFirst().allSatisfy(isDigit)
            && UInt16(text.dropFirst()).map { $0 > 0 } == true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
