/// Which pages may open a WebSocket: browsers let any page connect anywhere and leave the decision to the server (RFC 6455 §10.2).
package struct OriginPolicy: Sendable {
    private let allowed: Set<WebOrigin>
    private let allowsOwn: Bool

    /// - Parameters:
    ///   - allowed: Origins besides our own, such as `https://meet.example.org` when a reverse proxy ends TLS.
    ///   - allowsOwn: Whether a page that came from where the request goes (its scheme and Host) may connect.
    package init(allowed: some Sequence<WebOrigin> = [], allowsOwn: Bool = true) {
        self.allowed = Set(allowed)
        self.allowsOwn = allowsOwn
    }

    /// - Parameters:
    ///   - origin: The request's `Origin`; nil when it has none, as only programs that are no browsers send: they may connect.
    ///   - scheme: `http` or `https`, of the request.
    ///   - authority: The request's `Host`.
    package func allows(origin: String?, scheme: String?, authority: String?) -> Bool {
        guard let origin else { return true }
        guard let page = WebOrigin(parsing: origin) else { return false }
        if allowed.contains(page) { return true }
        guard allowsOwn, let scheme, let authority else { return false }
        return page == WebOrigin(parsing: "\(scheme)://\(authority)")
    }
}
