public import STUN
public import Units

/// What a `TURNServer` is told once. All workers of a process have the same, secrets included.
public struct Configuration: Sendable {
    /// The realm of the long-term credentials (RFC 8489 §9.2), at most 64 bytes of ASCII.
    public var realm = "parley"
    /// The keys of `RESTCredentials`, newest first: one, or two while the old one is on its way out.
    public var secrets: [[UInt8]]
    /// 32 random bytes, the same on all workers of the process: nonces are made with it.
    public var nonceKey: [UInt8]
    /// How long a nonce is good; then 438 brings a new one.
    public var nonceLifetime = Duration.seconds(3_600)
    /// Which peers may be relayed to.
    public var policy: PeerPolicy
    public var limits = Limits()
    /// Counts answers to senders that may be forged; the process has one for all. Nil: an own one.
    public var budget: AnswerBudget?
    /// Whether a live relay of this process has this address and port. Asked at CreatePermission and ChannelBind only,
    /// for addresses of `policy.ownAddresses`; on whatever thread drives the `TURNServer`.
    public var isOwnRelay: @Sendable (TransportAddress) -> Bool

    public init(
        secrets: [[UInt8]],
        nonceKey: [UInt8],
        policy: PeerPolicy = PeerPolicy(),
        isOwnRelay: @escaping @Sendable (TransportAddress) -> Bool = { _ in false }
    ) {
        self.secrets = secrets
        self.nonceKey = nonceKey
        self.policy = policy
        self.isOwnRelay = isOwnRelay
    }
}

/// Only what may stand in a log, however it is printed: the secrets do not.
extension Configuration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "realm \(realm), \(secrets.count) secrets" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
