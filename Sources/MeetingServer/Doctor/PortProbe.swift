import Glibc
import NIOCore
import Units

/// Tries whether a port could be listened on, and lets it go at once.
enum PortProbe {
    enum State: Equatable, Sendable {
        case free
        /// Somebody listens there.
        case inUse
        /// This user may not: ports below 1024 need a privilege.
        case denied
        /// This machine does not have the address, or not its family.
        case noSuchAddress
        case failed(errno: CInt)
    }

    enum Kind: String, Sendable { case udp = "UDP", tcp = "TCP" }

    /// - Parameter address: an IPv4 or IPv6 address; `::` is IPv6 alone.
    static func state(_ kind: Kind, _ address: String, _ port: Int) -> State {
        // A name is no address to bind.
        guard let socketAddress = try? SocketAddress(ipAddress: address, port: port) else {
            return .noSuchAddress
        }
        let type = kind == .udp ? SOCK_DGRAM : SOCK_STREAM
        let descriptor = socket(CInt(socketAddress.protocol.rawValue), CInt(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno == EAFNOSUPPORT ? .noSuchAddress : .failed(errno: errno) }
        defer { close(descriptor) }
        var one: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        if kind == .tcp { unsafe _ = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size) }
        if address.contains(":") { unsafe _ = setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &one, size) }
        let result = unsafe socketAddress.withSockAddr { unsafe bind(descriptor, $0, socklen_t($1)) }
        guard result == 0, kind == .udp || listen(descriptor, 1) == 0 else { return state(of: errno) }
        return .free
    }

    private static func state(of error: CInt) -> State {
        switch error {
        case EADDRINUSE: .inUse
        case EACCES, EPERM: .denied
        case EADDRNOTAVAIL, EAFNOSUPPORT: .noSuchAddress
        default: .failed(errno: error)
        }
    }
}
