import NIOCore
import Synchronization
import Units

/// The open TCP connections of the media port, counted by address. Full means closed at once.
///
/// A lock, because listeners and connections may run on several event loops; held for a dictionary's look-up.
final class ConnectionTable: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var counts: [IPAddress: Int] = [:]
    }

    private let state = Mutex(State())

    /// Takes a connection in until it closes; false when its address, or everybody together, has too many.
    func admit(_ channel: any Channel, from address: IPAddress) -> Bool {
        let id = ObjectIdentifier(channel)
        let network = Self.network(of: address)
        let isAdmitted = state.withLock { state in
            guard state.channels.count < Limits.connections,
                state.counts[network, default: 0] < Limits.connectionsPerAddress
            else { return false }
            state.counts[network, default: 0] += 1
            state.channels[id] = channel
            return true
        }
        if isAdmitted { channel.closeFuture.whenComplete { [self] _ in release(id, network) } }
        return isAdmitted
    }

    /// Closes all that are open, because the server stops.
    func closeAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }

    private func release(_ id: ObjectIdentifier, _ network: IPAddress) {
        state.withLock { state in
            state.channels[id] = nil
            let count = state.counts[network, default: 0] - 1
            state.counts[network] = count > 0 ? count : nil
        }
    }

    private static func network(of address: IPAddress) -> IPAddress {
        address.v4 == nil ? IPAddress(high: address.high, low: 0) : address
    }
}
