import Glibc
package import Units

/// A UDP socket of the load generator, on an address of its own in 127.0.0.0/8: servers count clients by address, and a
/// benchmark of one address would measure their limits.
package struct LoadSocket {
    package let descriptor: Int32

    /// Bound to `address` (and any port) and connected to nobody; throws when the system has no more sockets.
    package init(at address: UInt32) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw TurnLoadError.system("socket", errno) }
        var name = Self.name(TransportAddress(IPAddress(v4: address), port: 0))
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            Glibc.close(descriptor)
            throw TurnLoadError.system("bind", errno)
        }
        var bytes: Int32 = 1 << 20
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The port the system chose.
    package var port: UInt16 {
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return UInt16(bigEndian: name.sin_port)
    }

    /// Sends to everybody later by `send` without an address.
    package func connect(to peer: TransportAddress) {
        var name = Self.name(peer)
        _ = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Sends the first `count` bytes to whom it is connected to.
    @discardableResult
    package func send(_ bytes: [UInt8], count: Int) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, min(count, $0.count), 0) } == count
    }

    /// The next datagram, into `bytes`; nil when none is there.
    package func receive(into bytes: inout [UInt8]) -> Int? {
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        return count >= 0 ? count : nil
    }

    /// The next datagram and back to its sender with it; false when none is there.
    package func echo(with bytes: inout [UInt8]) -> Bool {
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe bytes.withUnsafeMutableBytes { room in
            unsafe withUnsafeMutablePointer(to: &name) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    let count = unsafe recvfrom(descriptor, room.baseAddress, room.count, 0, name, &length)
                    guard count >= 0 else { return false }
                    _ = unsafe sendto(descriptor, room.baseAddress, count, 0, name, length)
                    return true
                }
            }
        }
    }

    /// Waits until something came; false when nothing does in time.
    package func wait(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    package func close() { Glibc.close(descriptor) }

    private static func name(_ address: TransportAddress) -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = address.port.bigEndian
        name.sin_addr.s_addr = (address.address.v4 ?? 0).bigEndian
        return name
    }
}
