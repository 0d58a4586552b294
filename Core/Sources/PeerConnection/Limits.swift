/// What a client may make one link keep. Most is kept, and limited, by ICE, DTLS, SRTP and SDP.
enum Limits {
    /// Answers and checks of ICE that wait to be sent. A datagram leads to two, and the driver takes them after each.
    static let pendingDatagrams = 4
    /// Bytes of one of them: a check with the longest user fragment has some 350.
    static let pendingBytes = 512
    /// Slots that one link ever names, each with two SSRCs at most: what SRTP has room for. An offer has 64 m-lines; more
    /// come only from m-lines that were turned down and used again.
    static let slots = 256
    /// How long a finished handshake is kept for a client that did not hear our last flight, unless SRTP shows that it
    /// did. As long as the client itself may take.
    static let lastFlight = Duration.seconds(10)
    /// Timers of DTLS that one call serves: one of each handshake.
    static let timers = 4
}
