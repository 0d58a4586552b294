import Meeting
import Synchronization
import WebSite

/// The name or address, and the port, by which a client reached this server.
struct ReachedHost: Equatable, Sendable {
    /// A name, an IPv4 address or an IPv6 address without brackets.
    let host: String
    /// Nil is the port of the scheme.
    let port: Int?

    /// Out of a request's `Host`; nil when it has none that is sound.
    init?(authority: String?) {
        guard let authority, let name = HostName(authority) else { return nil }
        host = name.host
        let rest = authority.hasPrefix("[") ? authority.drop { $0 != "]" }.dropFirst() : authority.drop { $0 != ":" }
        port = Int(rest.dropFirst())
    }
}

/// By which host name or address each client reached this server: the same one serves it STUN and TURN.
///
/// Written by `MeetingService`, read inside the manager's transitions, which cannot wait for an actor.
final class ReachedAt: Sendable {
    private let hosts = Mutex<[ConnectionID: ReachedHost]>([:])

    func set(_ host: ReachedHost?, for connection: ConnectionID) { hosts.withLock { $0[connection] = host } }

    func host(for connection: ConnectionID) -> ReachedHost? { hosts.withLock { $0[connection] } }
}
