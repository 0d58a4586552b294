public import Units

/// Which addresses may be relayed to (RFC 8656 §21.4 asks for such a rule). Denied unless allowed: what the host names is
/// open, this machine only where it relays, private and special ranges are closed, the public internet is open.
///
/// CreatePermission and ChannelBind ask it; Send, ChannelData and data of peers need the permission that comes of it.
public struct PeerPolicy: Sendable {
    /// What is done with an address.
    public enum Verdict: Sendable, Equatable, BitwiseCopyable {
        case open
        /// This machine's: open to the port of a live relay of ours only.
        case own
        /// This machine's, and the host opened it.
        case ownAllowed
        case closed
    }

    /// What the host opens with `--turn-allow-peer`.
    public var allowed: [AddressBlock]
    /// Every address of this machine, the public ones that clients know included.
    public var ownAddresses: [IPAddress]

    public init(allowed: [AddressBlock] = [], ownAddresses: [IPAddress] = []) {
        self.allowed = allowed
        self.ownAddresses = ownAddresses
    }

    /// The one question. `::ffff:a.b.c.d` is the same `IPAddress` as `a.b.c.d` and needs no care here.
    public func verdict(on address: IPAddress) -> Verdict {
        let isAllowed = allowed.contains { $0.contains(address) }
        if ownAddresses.contains(address) { return isAllowed ? .ownAllowed : .own }
        if isAllowed { return .open }
        return isPublic(address) ? .open : .closed
    }

    /// Whether it is an address of the public internet, and stays one when a translator takes an IPv4 address out of it.
    private func isPublic(_ address: IPAddress) -> Bool {
        if let v4 = address.v4 { return !SpecialRanges.v4.contains { $0.contains(v4) } }
        guard SpecialRanges.isGlobalUnicast(address) else { return false }
        guard let inner = SpecialRanges.embedded(in: address) else { return true }
        return isPublic(inner) && !ownAddresses.contains(inner)
    }
}
