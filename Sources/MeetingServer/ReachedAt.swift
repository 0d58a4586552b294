import Meeting
import Synchronization

/// By which host name or address each client reached this server: the same one serves it STUN and TURN.
///
/// Written by `MeetingService`, read inside the manager's transitions, which cannot wait for an actor.
final class ReachedAt: Sendable {
    private let hosts = Mutex<[ConnectionID: String]>([:])

    func set(_ host: String?, for connection: ConnectionID) { hosts.withLock { $0[connection] = host } }

    func host(for connection: ConnectionID) -> String? { hosts.withLock { $0[connection] } }
}
