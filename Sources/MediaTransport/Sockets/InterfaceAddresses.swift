import CLinux
import Glibc
import Synchronization
import Units

/// The addresses of this machine's interfaces, as they were when somebody looked last.
final class InterfaceAddresses: Sendable {
    private let known: Mutex<[IPAddress]>

    /// Throws when the system does not tell: without its own addresses a relay would reach into the machine.
    init() throws(SystemError) { known = Mutex(try Self.current()) }

    var addresses: [IPAddress] { known.withLock { $0 } }

    /// Looks again. The addresses if they have changed; what was known stays when the system does not tell.
    func refresh() -> [IPAddress]? {
        guard let current = try? Self.current() else { return nil }  // for want of memory or descriptors
        return known.withLock { known in
            guard known != current else { return nil }
            known = current
            return current
        }
    }

    /// The address that a relay of this version binds to, for a client that came to another one: the one from which this
    /// machine reaches the internet, or any that others reach. A client on this machine itself may have the loopback
    /// address. Nil when there is none. Called for an Allocate; takes a system call or two.
    func own(_ version: IPVersion, besides reached: IPAddress) -> IPAddress? {
        let candidates = addresses.filter { IPVersion(of: $0) == version && !$0.isLinkLocal }
        if let source = Self.source(version), candidates.contains(source) { return source }
        return candidates.first { !$0.isLoopback } ?? (reached.isLoopback ? candidates.first : nil)
    }

    /// Where packets to the internet leave from, as the routes are now.
    private static func source(_ version: IPVersion) -> IPAddress? {
        // Addresses of nobody (RFC 5737, RFC 3849), for which the way to everybody holds.
        let outside = version == .v4 ? IPAddress(v4: 0xC000_0201) : IPAddress(high: 0x2001_0DB8_0000_0000, low: 1)
        var source = linux_address()
        let destination = linux_address(TransportAddress(outside, port: 9))
        guard unsafe linux_source_address(destination, version.family, &source) >= 0 else { return nil }
        return IPAddress(high: source.high, low: source.low)
    }

    private static func current() throws(SystemError) -> [IPAddress] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&first) == 0 else { throw SystemError(number: errno, call: "getifaddrs") }
        defer { unsafe freeifaddrs(first) }
        var addresses: Set<IPAddress> = []
        var next = unsafe first
        while let interface = unsafe next {
            if let name = unsafe interface.pointee.ifa_addr {
                var address = linux_address()
                let length = socklen_t(MemoryLayout<sockaddr_in6>.size)
                if unsafe linux_address_read(name, length, &address) {
                    addresses.insert(IPAddress(high: address.high, low: address.low))
                }
            }
            unsafe next = interface.pointee.ifa_next
        }
        return addresses.sorted()
    }
}

extension IPAddress {
    /// 169.254.0.0/16 or fe80::/10: meaningless without the interface.
    var isLinkLocal: Bool { v4.map { $0 >> 16 == 0xA9FE } ?? (high >> 54 == 0xFE80 >> 6) }
}
