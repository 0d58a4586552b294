/// What a client's messages arrive over. RFC 8656 tells clients on different ones apart even when the addresses are equal.
public enum TransportProtocol: UInt8, Sendable, BitwiseCopyable {
    case udp
    case tcp
    /// TLS over TCP; what is inside is framed as over TCP.
    case tls

    /// Whether messages follow each other in a byte stream, so that ChannelData is padded to four bytes (RFC 8656 §12.5).
    public var isStream: Bool { self != .udp }
}

/// One path between a client and this server: both ends and what carries it (RFC 8656 §2.2).
public struct FiveTuple: Hashable, Sendable, BitwiseCopyable {
    /// Where the client's messages come from, as seen here.
    public let client: TransportAddress
    /// The address and port of this server that the client reached.
    public let server: TransportAddress
    public let transport: TransportProtocol

    public init(client: TransportAddress, server: TransportAddress, transport: TransportProtocol) {
        self.client = client
        self.server = server
        self.transport = transport
    }
}
