import Synchronization
import Units

/// Counts the connections of the media port by address. Full means closed at once.
///
/// A lock, because the workers share it; taken when a connection opens and when it ends.
final class StreamAdmission: Sendable {
    private struct State {
        var count = 0
        var networks: [IPAddress: Int] = [:]
    }

    private let state = Mutex(State())

    /// Whether a connection may open; if so it counts until `release`.
    func admit(_ address: IPAddress) -> Bool {
        state.withLock { state in
            guard state.count < Limits.connections,
                state.networks[address.network, default: 0] < Limits.connectionsPerAddress
            else { return false }
            state.count += 1
            state.networks[address.network, default: 0] += 1
            return true
        }
    }

    /// A connection that was admitted has ended.
    func release(_ address: IPAddress) {
        state.withLock { state in
            let left = state.networks[address.network, default: 0] - 1
            state.networks[address.network] = left > 0 ? left : nil
            state.count -= 1
        }
    }
}
