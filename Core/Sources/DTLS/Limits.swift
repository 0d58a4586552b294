/// What a client may make one transport's DTLS keep (T-DTLS-3).
public enum Limits {
    /// Bytes of the largest datagram; with IP and UDP it fits the link MTU of 1,200 that OpenSSL is told.
    public static let datagramBytes = 1_200
    /// Bytes of datagrams that wait to be sent, for each handshake.
    public static let queuedBytes = 32_768
    /// How long a handshake may take.
    public static let handshake = Duration.seconds(10)
    /// Before a flight is sent again for the first time; then twice as long each time. OpenSSL's own first wait is 1 s.
    static let firstRetransmission = Duration.milliseconds(50)
    static let longestRetransmission = Duration.seconds(1)
    /// Of one flight. OpenSSL gives up at the thirteenth; we wait for the end of `handshake` instead.
    static let retransmissions = 12
    /// Handshakes at a time: the client's path, the one it moves to, and one of whoever replays its checks.
    static let associations = 3
    /// Handshakes that may fail before the transport is given up.
    static let failures = 8
    /// Bytes of one handshake message. Firefox's ClientHello has 1,900, a chain of RSA certificates some 2,500.
    static let messageBytes = 3_072
    /// A handshake has seven messages of a client; OpenSSL would keep room for any ten that are announced.
    static let messageSequence = 8
    /// Encrypted records that came before they could be understood: Finished, overtaking the key exchange.
    static let earlyRecords = 4
    static let earlyBytes = 4_096
    /// Hashes of the other end's certificate.
    static let fingerprints = 8
}
