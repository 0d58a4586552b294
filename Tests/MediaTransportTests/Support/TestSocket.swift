import CLinux
import Glibc
import Units

/// A blocking socket of a test's client or peer, with five seconds of patience.
final class TestSocket: Sendable {
    struct Failure: Error { let number: Int32 }

    let descriptor: Int32
    private let family: Int32

    /// A UDP socket on a free port of an address.
    static func udp(_ host: String = "127.0.0.1") throws -> TestSocket {
        let socket = try TestSocket(host, SOCK_DGRAM)
        guard let address = IPAddress(host) else { throw Failure(number: EINVAL) }
        try check(
            linux_bind(socket.descriptor, socket.family, linux_address(high: address.high, low: address.low, port: 0))
        )
        return socket
    }

    /// A TCP connection.
    static func tcp(_ host: String = "127.0.0.1", port: Int, receiveBuffer: Int32? = nil) throws -> TestSocket {
        let socket = try TestSocket(host, SOCK_STREAM)
        if let receiveBuffer { _ = linux_set_option(socket.descriptor, LINUX_RECEIVE_BUFFER, receiveBuffer) }
        try unsafe socket.withName(TransportAddress(IPAddress(host) ?? IPAddress(v4: 0), port: UInt16(port))) {
            name,
            length in
            try check(unsafe Glibc.connect(socket.descriptor, name, length) == 0 ? 0 : -errno)
        }
        return socket
    }

    /// Takes over a descriptor.
    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        family = AF_UNIX
        setPatience()
    }

    private init(_ host: String, _ type: __socket_type) throws {
        family = host.contains(":") ? AF_INET6 : AF_INET
        descriptor = socket(family, Int32(type.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(number: errno) }
        setPatience()
    }

    deinit { close(descriptor) }

    private func setPatience() {
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    }

    var local: TransportAddress {
        get throws {
            var local = linux_address()
            try Self.check(unsafe linux_local_address(descriptor, &local))
            return TransportAddress(IPAddress(high: local.high, low: local.low), port: local.port)
        }
    }

    func send(_ bytes: [UInt8], to address: TransportAddress) throws {
        try unsafe withName(address) { name, length in
            let sent = unsafe sendto(descriptor, bytes, bytes.count, 0, name, length)
            try Self.check(sent == bytes.count ? 0 : -errno)
        }
    }

    /// Sends on a connection.
    func write(_ bytes: [UInt8]) throws {
        let sent = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
        try Self.check(sent == bytes.count ? 0 : -errno)
    }

    /// The next datagram and its sender; throws EAGAIN after five seconds.
    func receive() throws -> (bytes: [UInt8], from: TransportAddress) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var name = linux_name()
        var length = socklen_t(MemoryLayout<linux_name>.size)
        let count = unsafe withUnsafeMutablePointer(to: &name) { name in
            let name = unsafe UnsafeMutableRawPointer(name).assumingMemoryBound(to: sockaddr.self)
            return unsafe recvfrom(descriptor, &bytes, bytes.count, 0, name, &length)
        }
        guard count >= 0 else { throw Failure(number: errno) }
        var from = linux_address()
        _ = unsafe linux_address_read(&name, length, &from)
        let address = TransportAddress(IPAddress(high: from.high, low: from.low), port: from.port)
        return (Array(bytes[..<count]), address)
    }

    /// Exactly so many bytes of a connection; nil when it ends before.
    func read(_ count: Int) throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let result = unsafe bytes.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress.map { unsafe $0 + have }, count - have, 0)
            }
            if result == 0 || (result < 0 && errno == ECONNRESET) { return nil }
            guard result > 0 else { throw Failure(number: errno) }
            have += result
        }
        return bytes
    }

    /// Whether nothing waits to be read right now.
    var isQuiet: Bool {
        var byte: UInt8 = 0
        let flags = Int32(truncatingIfNeeded: MSG_PEEK | MSG_DONTWAIT)
        return unsafe recv(descriptor, &byte, 1, flags) < 0 && errno == EAGAIN
    }

    static func check(_ result: Int32) throws {
        guard result >= 0 else { throw Failure(number: -result) }
    }

    private func withName(
        _ address: TransportAddress,
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
    ) throws {
        var name = linux_name()
        let target = linux_address(high: address.address.high, low: address.address.low, port: address.port)
        let length = unsafe linux_address_write(&name, family, target)
        try unsafe withUnsafePointer(to: &name) { name in
            try unsafe body(UnsafeRawPointer(name).assumingMemoryBound(to: sockaddr.self), length)
        }
    }
}
