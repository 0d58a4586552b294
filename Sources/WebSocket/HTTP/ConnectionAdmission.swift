package import NIOCore
import Synchronization

/// Decides whether a connection just accepted may stay; asked before TLS and HTTP cost anything.
package protocol ConnectionAdmission: Sendable {
    /// Whether a connection from this address may stay; if so, ``released(_:)`` follows when it ends. On any event loop.
    func admits(_ address: SocketAddress?) -> Bool
    func released(_ address: SocketAddress?)
}

/// At most so many connections, and so many from one address; an IPv6 host counts as its /64.
package final class ConnectionLimits: ConnectionAdmission {
    private struct Counts {
        var total = 0
        var perHost: [[UInt8]: Int] = [:]
    }

    private let total: Int
    private let perAddress: Int
    private let counts = Mutex(Counts())

    package init(total: Int, perAddress: Int) {
        self.total = total
        self.perAddress = perAddress
    }

    package func admits(_ address: SocketAddress?) -> Bool {
        let host = Self.host(address)
        return counts.withLock { counts in
            guard counts.total < total, counts.perHost[host, default: 0] < perAddress else { return false }
            counts.total += 1
            counts.perHost[host, default: 0] += 1
            return true
        }
    }

    package func released(_ address: SocketAddress?) {
        let host = Self.host(address)
        counts.withLock { counts in
            counts.total -= 1
            let left = counts.perHost[host, default: 0] - 1
            counts.perHost[host] = left > 0 ? left : nil
        }
    }

    /// Open connections now.
    package var count: Int { counts.withLock { $0.total } }

    /// IPv4 in 4 bytes, also when it comes mapped into IPv6; the first 8 bytes of IPv6; empty for Unix sockets.
    private static func host(_ address: SocketAddress?) -> [UInt8] {
        switch address {
        case .v4:
            return Array(bytes(address).dropFirst(4).prefix(4))  // behind sin_family and sin_port
        case .v6:
            let host = bytes(address).dropFirst(8).prefix(16)  // behind sin6_family, sin6_port and sin6_flowinfo
            let isMapped =
                host.prefix(10).allSatisfy { $0 == 0 } && host.dropFirst(10).prefix(2).allSatisfy { $0 == 0xFF }
            return Array(isMapped ? host.suffix(4) : host.prefix(8))
        case .unixDomainSocket, nil:
            return []
        }
    }

    private static func bytes(_ address: SocketAddress?) -> [UInt8] {
        guard let address else { return [] }
        return unsafe address.withSockAddr { pointer, size in
            unsafe Array(UnsafeRawBufferPointer(start: pointer, count: size))
        }
    }
}
