/// An address and a port: one end of a UDP or TCP path. RFC 8489 §2 calls it the same.
public struct TransportAddress: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    public let address: IPAddress
    public let port: UInt16

    public init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `192.0.2.1:3478` or `[2001:db8::1]:3478`.
    public var description: String {
        address.v4 == nil ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
