public import Units

/// Which addresses may be relayed to (RFC 8656 §21.1.2 asks for such a rule). Denied unless allowed:
/// what the host names is open, this machine only where it relays, private and special ranges are closed, the public
/// internet is open. CreatePermission, ChannelBind, Send and ChannelData all ask the same function.
public struct PeerPolicy: Sendable {
    /// What the host opens with `--turn-allow-peer`.
    public var allowed: [AddressBlock]
    /// Every address of this machine, the public ones that clients know included.
    public var ownAddresses: [IPAddress]

    public init(allowed: [AddressBlock] = [], ownAddresses: [IPAddress] = []) {
        self.allowed = allowed
        self.ownAddresses = ownAddresses
    }
}
