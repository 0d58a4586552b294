import NIOCore

/// What peers of the media port may take.
enum Limits {
    /// Bytes received of one datagram; longer ones are cut by the system and are then no STUN.
    static let datagramBytes = 2_048
    /// TCP connections of one address (the /64 of an IPv6 one): a school behind one NAT has fewer.
    static let connectionsPerAddress = 100
    /// TCP connections altogether; further ones are closed at once.
    static let connections = 4_096
    /// A TCP connection that brings no whole message for so long is closed.
    static let idle = TimeAmount.seconds(30)
}
