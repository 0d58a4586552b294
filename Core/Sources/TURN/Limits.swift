extension Configuration {
    /// What clients may take of one `TURNServer`, that is of one worker. Tests make them small.
    public struct Limits: Sendable {
        /// Allocations at a time; further ones get 508. Each takes some 350 bytes, less than 1 KB with its permissions.
        public var allocations = 8_192
        /// Permissions of one allocation; further ones get 508. A peer of ICE has some ten addresses.
        public var permissionsPerAllocation = 128
        /// Channels of one allocation; further ones get 508.
        public var channelsPerAllocation = 128
        /// Permissions of all allocations together.
        public var permissions = 131_072
        /// Channels of all allocations together.
        public var channels = 131_072
        /// Users whose credentials are revoked before they run out by themselves. When full, the one that runs out
        /// first is forgotten.
        public var revocations = 16_384
        /// How long the shell may take to open sockets.
        public var opening = Duration.seconds(5)
        /// LIFETIME when the client asks for none or less (RFC 8656 §3.2).
        public var standardLifetime = Duration.seconds(600)
        /// LIFETIME at most.
        public var longestLifetime = Duration.seconds(3_600)
        /// Fixed by RFC 8656 §9.
        public var permissionLifetime = Duration.seconds(300)
        /// Fixed by RFC 8656 §12.
        public var channelLifetime = Duration.seconds(600)
        /// Payload bytes per second of one allocation and direction. 20 Mbit/s: a screen and a camera at their best.
        public var bytesPerSecond: UInt64 = 2_500_000
        /// Payload bytes per second of all allocations, each direction. The shell gives each worker its share.
        public var totalBytesPerSecond: UInt64 = 125_000_000
        /// How much of a second's bytes may come at once, in both of these.
        public var burst = Duration.milliseconds(500)
        /// Sources told apart when unauthenticated answers are counted; see `ReplyBudget`.
        public var sources = 65_536

        public init() {}
    }
}

/// Sizes that nobody changes.
enum Limits {
    /// The head-room that `TURNServer.received` needs: the header of a Data indication from an IPv6 peer.
    static let headRoom = 48
    /// Bytes of a USERNAME (RFC 8489 §14.3 has 509 at most).
    static let username = 128
    /// Bytes of a realm. Longer ones would not fit into an answer of twice the request.
    static let realm = 64
    /// Unknown attributes listed in a 420; more would make the answer larger than the request.
    static let unknownAttributes = 8
    /// Channel numbers that can be bound (RFC 8656 §12).
    static let channels: ClosedRange<UInt16> = 0x4000...0x7FFF
}
