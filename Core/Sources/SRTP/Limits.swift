/// What a peer may make SRTP keep.
public enum Limits {
    /// SSRCs that one peer may send with (T-RTP-3). A browser needs two for audio, two for each simulcast layer of
    /// camera and screen: some 16. When all are taken, packets of another are refused; none is forgotten in its place,
    /// because a forgotten SSRC could be replayed.
    public static let receivedStreams = 64
    /// SSRCs that this server may send with to one peer: 49 tiles and as many voices, each with retransmissions, twice
    /// over. When all are taken, `protect` refuses another.
    public static let sentStreams = 512
    /// Bytes of a packet, tag included.
    public static let packet = 2_048
    /// The largest index of SRTP, 48 bits (RFC 3711 §9.2).
    public static let largestIndex: UInt64 = (1 << 48) - 1
    /// The largest index of SRTCP, 31 bits.
    public static let largestControlIndex: UInt64 = (1 << 31) - 1
}
