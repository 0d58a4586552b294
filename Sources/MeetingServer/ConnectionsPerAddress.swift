import NIOCore
import WebSocket

/// How many TCP connections the web port takes in all and from one address.
///
/// Loopback counts only in the total: a reverse proxy on this machine speaks for many.
struct ConnectionsPerAddress: ConnectionAdmission {
    /// A class behind one address: 60 people with a page, its files and a WebSocket each, twice over.
    private static let perAddress = 1_000
    /// About 30 KiB each: 1 GiB.
    private static let total = 30_000

    private let limits = ConnectionLimits(total: total, perAddress: perAddress)
    private let loopback = ConnectionLimits(total: total, perAddress: total)

    func admits(_ address: SocketAddress?) -> Bool { chosen(address).admits(address) }

    func released(_ address: SocketAddress?) { chosen(address).released(address) }

    private func chosen(_ address: SocketAddress?) -> ConnectionLimits {
        guard let text = address?.ipAddress else { return loopback }
        return text.hasPrefix("127.") || text == "::1" || text.hasPrefix("::ffff:127.") ? loopback : limits
    }
}
