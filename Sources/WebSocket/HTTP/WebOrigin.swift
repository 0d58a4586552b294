/// Scheme, host and port of a page (RFC 6454 §4), as browsers write it into `Origin`.
package struct WebOrigin: Hashable, Sendable {
    package let scheme: String
    package let host: String
    package let port: UInt16

    /// Reads `scheme://host[:port]`, http or https, and nothing else: no path, no user, no list, no `null`. Upper case is folded.
    package init?(parsing text: String) {
        var rest = Substring(text.lowercased())
        if rest.hasPrefix("https://") {
            scheme = "https"
        } else if rest.hasPrefix("http://") {
            scheme = "http"
        } else {
            return nil
        }
        rest = rest.dropFirst(scheme.count + 3)
        let standard: UInt16 = scheme == "https" ? 443 : 80
        guard let (host, port) = Self.split(rest, standard: standard) else { return nil }
        self.host = String(host)
        self.port = port
    }

    private static func split(_ authority: Substring, standard: UInt16) -> (host: Substring, port: UInt16)? {
        var host = authority
        var port = standard
        let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
        if let colon = authority[afterBracket...].lastIndex(of: ":") {
            host = authority[..<colon]
            let digits = authority[authority.index(after: colon)...].utf8
            guard digits.count <= 5, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            guard let number = UInt16(Substring(digits)), number > 0 else { return nil }
            port = number
        }
        return isHost(host) ? (host, port) : nil
    }

    /// A name or an IPv4 address in ASCII, or an IPv6 address in brackets.
    private static func isHost(_ host: Substring) -> Bool {
        guard !host.isEmpty, host.utf8.count <= 253 else { return false }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast().utf8
            return !address.isEmpty && address.allSatisfy { isHexadecimal($0) || $0 == 0x3A || $0 == 0x2E }
        }
        return host.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
