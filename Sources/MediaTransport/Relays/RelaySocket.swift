import CLinux
import Glibc
import Units

/// An open UDP socket with a relayed port.
struct RelaySocket: Sendable {
    let descriptor: OpenDescriptor
    let version: IPVersion
    let port: UInt16
    /// What it is bound to.
    let local: IPAddress

    /// Binds a socket. Throws the system's error: EADDRINUSE when somebody else has the port.
    init(_ local: IPAddress, port: UInt16) throws(SystemError) {
        let version = IPVersion(of: local)
        descriptor = OpenDescriptor(
            try SystemError.check(linux_socket(version.family, Int32(SOCK_DGRAM.rawValue)), "socket")
        )
        let number = descriptor.number
        if version == .v6 { try SystemError.check(linux_set_option(number, LINUX_V6_ONLY, 1), "IPV6_V6ONLY") }
        // RFC 8656 §15: without DONT-FRAGMENT, datagrams leave without DF.
        _ = linux_set_option(number, version == .v4 ? LINUX_FRAGMENT_V4 : LINUX_FRAGMENT_V6, 1)
        _ = linux_set_option(number, LINUX_RECEIVE_BUFFER, Limits.relaySocketBytes)
        _ = linux_set_option(number, LINUX_SEND_BUFFER, Limits.relaySocketBytes)
        let address = linux_address(TransportAddress(local, port: port))
        try SystemError.check(linux_bind(number, version.family, address), "bind")
        self.version = version
        self.port = port
        self.local = local
    }
}
