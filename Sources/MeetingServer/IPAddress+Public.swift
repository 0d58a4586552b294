import Units

extension IPAddress {
    /// Whether the address may be reached from the public internet: not private, shared (RFC 6598), link-local, loopback
    /// or of documentation. For advice and for choosing URLs; what TURN may relay to is `PeerPolicy`'s.
    var isPublic: Bool { !Self.local.contains { $0.contains(self) } }

    private static let local = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "::/127",
        "2001:db8::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ].compactMap { AddressBlock($0) }
}
