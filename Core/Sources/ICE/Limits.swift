/// What a client may make one transport keep or send.
public enum Limits {
    /// Paths from which checks came. A browser on Wi-Fi, mobile and VPN with IPv4, IPv6 and TCP has some six.
    public static let tuples = 8
    /// Bytes of a user fragment or password (RFC 8839 §5.4).
    public static let credentialBytes = 256
    /// How long a path counts as alive after something authenticated came over it. RFC 7675 would allow 30 s; browsers
    /// check every 2.5 s.
    public static let liveness = Duration.seconds(10)
    /// Bytes that may go to a path for each that came from it, until it has shown that it reads them (T-STUN-1).
    public static let amplification = 3
    /// Bytes of the room that `ICEAgent.receive` needs: an answer and a check of our own with the longest names.
    public static let room = 1_024
    /// Bytes of a packet in a stream (RFC 4571): more than a datagram of media ever has.
    public static let frameBytes = 1_500
    /// Unknown attributes that are named in an answer. A longer list would make it larger than the request.
    static let unknownAttributes = 8
    /// Pairs of addresses that the full agent of simulations tries.
    static let pairs = 16
}
