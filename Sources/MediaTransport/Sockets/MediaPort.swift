import CLinux
import Glibc
import Units

/// Opens the sockets of the media port: for each address and worker one for UDP and one that listens for TCP, all on one port.
///
/// The workers' sockets share the port (SO_REUSEPORT): the kernel always gives a client to the same one. Somebody else's
/// socket could share it too, and get part of the clients; so the port is first bound alone, which fails when it is used.
struct MediaPort {
    typealias BoundSocket = MediaService.BoundSocket

    /// The sockets of one address and transport, one for each worker.
    struct Group {
        let bound: BoundSocket
        let sockets: [WorkerPlan.Socket]
    }

    let hosts: [String]
    let port: Int
    let workers: Int

    /// Ports the system chose that are tried, because what is free for UDP may be taken for TCP.
    private static let attempts = 20

    /// Opens everything. Addresses of IPv6 that fail are told to `missing` and left out, unless it is the only one.
    func open(missing: (MediaPortError) -> Void) throws -> [Group] {
        guard port == 0 else { return try open(port: port, missing: missing) }
        for _ in 1..<Self.attempts {
            do {
                return try open(port: try freePort(), missing: { _ in })
            } catch let error as MediaPortError where error.errno == EADDRINUSE {
                continue
            }
        }
        return try open(port: try freePort(), missing: missing)
    }

    /// A port that nobody uses for UDP at the first address.
    private func freePort() throws -> Int {
        guard let host = hosts.first else { return 0 }
        let probe = try socket(host, .udp, port: 0, isShared: false)
        return Int(probe.bound.port)
    }

    private func open(port: Int, missing: (MediaPortError) -> Void) throws -> [Group] {
        var groups: [Group] = []
        for host in hosts {
            for transport in [BoundSocket.Transport.udp, .tcp] {
                do {
                    groups.append(try group(host, transport, port))
                } catch let error as MediaPortError where host.contains(":") && hosts.count > 1 {
                    // On a port that the system chose, another one may do.
                    if self.port == 0, error.errno == EADDRINUSE { throw error }
                    missing(error)
                }
            }
        }
        return groups
    }

    private func group(_ host: String, _ transport: BoundSocket.Transport, _ port: Int) throws -> Group {
        // Closed again as soon as it is known that nobody else has the port.
        _ = try socket(host, transport, port: port, isShared: false)
        let sockets = try (0..<workers).map { _ in try socket(host, transport, port: port, isShared: true) }
        return Group(bound: BoundSocket(transport: transport, host: host, port: port), sockets: sockets)
    }

    private func socket(
        _ host: String,
        _ transport: BoundSocket.Transport,
        port: Int,
        isShared: Bool
    ) throws -> WorkerPlan.Socket {
        do {
            guard let address = IPAddress(host), let number = UInt16(exactly: port) else {
                throw SystemError(number: EADDRNOTAVAIL, call: "bind")
            }
            return try socket(TransportAddress(address, port: number), transport, isShared: isShared)
        } catch let error as SystemError {
            throw MediaPortError(host: host, port: port, transport: transport, errno: error.number)
        }
    }

    private func socket(
        _ address: TransportAddress,
        _ transport: BoundSocket.Transport,
        isShared: Bool
    ) throws(SystemError) -> WorkerPlan.Socket {
        let version = IPVersion(of: address.address)
        let type = transport == .udp ? SOCK_DGRAM.rawValue : SOCK_STREAM.rawValue
        let descriptor = OpenDescriptor(
            try SystemError.check(linux_socket(version.family, Int32(type)), "socket")
        )
        let number = descriptor.number
        // Both families have a socket of their own, so that addresses are what they say.
        if version == .v6 { try SystemError.check(linux_set_option(number, LINUX_V6_ONLY, 1), "IPV6_V6ONLY") }
        if isShared { try SystemError.check(linux_set_option(number, LINUX_REUSE_PORT, 1), "SO_REUSEPORT") }
        switch transport {
        case .udp:
            let info = version == .v4 ? LINUX_PACKET_INFO_V4 : LINUX_PACKET_INFO_V6
            try SystemError.check(linux_set_option(number, info, 1), "IP_PKTINFO")
            _ = linux_set_option(number, LINUX_RECEIVE_BUFFER, Limits.mediaSocketBytes)  // as much as is allowed
            _ = linux_set_option(number, LINUX_SEND_BUFFER, Limits.mediaSocketBytes)
        case .tcp:
            // A server that was stopped a minute ago has left connections behind, which do not matter.
            try SystemError.check(linux_set_option(number, LINUX_REUSE_ADDRESS, 1), "SO_REUSEADDR")
        }
        try SystemError.check(linux_bind(number, version.family, linux_address(address)), "bind")
        if transport == .tcp, isShared, listen(number, Limits.backlog) < 0 {
            throw SystemError(number: errno, call: "listen")
        }
        var local = linux_address()
        try SystemError.check(unsafe linux_local_address(number, &local), "getsockname")
        return WorkerPlan.Socket(descriptor: descriptor, version: version, bound: TransportAddress(local))
    }
}
