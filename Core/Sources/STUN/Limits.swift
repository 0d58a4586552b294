/// What a peer may make STUN keep or send.
public enum Limits {
    /// Bytes of a message over TCP. The largest that browsers send (with TURN's credentials) has some 300.
    public static let streamFrame = 2_048
    /// Bytes of a ChannelData frame over TCP, header and padding included. What it carries leaves as one datagram of
    /// media, for which 1,500 are many; RFC 8656 would allow 65,540.
    public static let streamChannelData = 2_048
    /// Bytes of the largest answer to a Binding request.
    public static let bindingAnswer = 128
    /// Answers per second and source before it is known who asks (T-STUN-2): enough for a household, too few for a flood.
    static let answersPerSecond: UInt8 = 10
    /// The same for a source from which somebody has sent a nonce back: a school behind one address.
    static let vouchedAnswersPerSecond: UInt8 = 250
    /// How long that holds.
    static let vouchedMilliseconds: UInt32 = 600_000
    /// Sources remembered for that. 65,536 of 32 bytes.
    static let sources = 65_536
}
