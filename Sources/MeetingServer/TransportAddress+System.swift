import NIOCore
import Units

extension TransportAddress {
    /// From the system's form: family, port and IPv4 address, or family, port, flow label and IPv6 address (RFC 3493 §3.3).
    /// Nil for sockets that are files.
    init?(system address: SocketAddress) {
        let bytes = unsafe address.withSockAddr { address, size in
            unsafe Array(UnsafeRawBufferPointer(start: address, count: size))
        }
        guard let port = address.port.flatMap({ UInt16(exactly: $0) }) else { return nil }
        switch address {
        case .v4 where bytes.count >= 8:
            self.init(IPAddress(v4: UInt32(truncatingIfNeeded: Self.number(bytes[4..<8]))), port: port)
        case .v6 where bytes.count >= 24:
            self.init(IPAddress(high: Self.number(bytes[8..<16]), low: Self.number(bytes[16..<24])), port: port)
        default: return nil
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
