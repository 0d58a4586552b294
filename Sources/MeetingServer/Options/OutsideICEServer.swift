public import Telemetry

/// A STUN or TURN server of somebody else, given by `--ice-server`; its URL is handed to browsers as it is.
public struct OutsideICEServer: Equatable, Sendable {
    /// `stun:`, `turn:` or `turns:`, as RFC 7064 and RFC 7065 write it.
    public var url: String
    /// TURN only; nil when it has our `--turn-secret`, and credentials are made with it.
    public var username: String?
    /// TURN only, with `username`.
    public var credential: Secret<String>?

    /// Whether it is a TURN server, which asks for credentials.
    var isTURN: Bool { url.hasPrefix("turn") }

    /// Reads `stun:host[:port]` or `turn:host[:port][?transport=udp|tcp]`, the latter perhaps with user and password behind.
    init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard let url = parts.first, let scheme = ["stun:", "stuns:", "turn:", "turns:"].first(where: url.hasPrefix)
        else { return nil }
        let isTURN = scheme.hasPrefix("turn")
        let (rest, query) = Self.split(url.dropFirst(scheme.count))
        guard OptionReader.hostAndPort(rest) else { return nil }
        if let query { guard isTURN, query == "transport=udp" || query == "transport=tcp" else { return nil } }
        guard parts.count == 1 || isTURN && parts.count == 3 else { return nil }
        self.url = String(url)
        username = parts.count == 3 ? String(parts[1]) : nil
        credential = parts.count == 3 ? Secret(String(parts[2])) : nil
    }

    private static func split(_ text: Substring) -> (Substring, query: Substring?) {
        guard let mark = text.firstIndex(of: "?") else { return (text, nil) }
        return (text[..<mark], text[text.index(after: mark)...])
    }
}
