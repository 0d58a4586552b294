import Synchronization
import TURN
import Units

/// What the workers share about relays: quotas, the ports that are taken, and the ports that are held for somebody.
///
/// A lock, taken when an allocation opens, when it closes, and for a moment once a second; never for a packet.
final class RelayLedger: Sendable {
    /// A port that is bound and waits for the Allocate with its token (EVEN-PORT with R, RFC 8656 §7.2).
    struct Reservation: Sendable {
        let user: UserKey
        let socket: RelaySocket
        let until: Timestamp
    }

    private struct State {
        var total = 0
        var users: [UserKey: Int] = [:]
        var networks: [IPAddress: Int] = [:]
        /// One bit for each port of the range.
        var taken: [UInt64]
        var reservations: [UInt64: Reservation] = [:]
    }

    private let quotas: RelayQuotas
    private let ports: ClosedRange<UInt16>
    private let state: Mutex<State>

    init(_ quotas: RelayQuotas, ports: ClosedRange<UInt16>) {
        self.quotas = quotas
        self.ports = ports
        state = Mutex(State(taken: Array(repeating: 0, count: ports.count / 64 + 1)))
    }

    // MARK: Quotas

    /// Whether an allocation may open; if so it counts until `release`.
    func admit(_ user: UserKey, at address: IPAddress) -> Bool {
        state.withLock { state in
            guard state.total < quotas.total, state.users[user, default: 0] < quotas.perUser,
                state.networks[address.network, default: 0] < quotas.perAddress
            else { return false }
            state.total += 1
            state.users[user, default: 0] += 1
            state.networks[address.network, default: 0] += 1
            return true
        }
    }

    /// An allocation that was admitted has ended.
    func release(_ user: UserKey, at address: IPAddress) {
        state.withLock { state in
            state.total -= 1
            state.users.decrement(user)
            state.networks.decrement(address.network)
        }
    }

    // MARK: Ports

    /// Takes a port that is free, at random, so that nobody can guess where the next relay will be. `isEven`: an even one;
    /// `isPair`: and the next one with it. Nil when none is found.
    func takePort(isEven: Bool, isPair: Bool) -> UInt16? {
        state.withLock { state in
            let start = UInt32.random(in: 0..<UInt32(ports.count))
            for step in 0..<UInt32(ports.count) {
                let port = UInt32(ports.lowerBound) + (start &+ step) % UInt32(ports.count)
                guard !isEven || port % 2 == 0, isFree(port, state), !isPair || isFree(port + 1, state) else {
                    continue
                }
                mark(port, true, &state)
                if isPair { mark(port + 1, true, &state) }
                return UInt16(port)
            }
            return nil
        }
    }

    /// The port's socket is closed, or could not be opened.
    func free(_ port: UInt16) {
        guard ports.contains(port) else { return }
        state.withLock { mark(UInt32(port), false, &$0) }
    }

    private func isFree(_ port: UInt32, _ state: State) -> Bool {
        guard port >= UInt32(ports.lowerBound), port <= UInt32(ports.upperBound) else { return false }
        let place = Int(port) - Int(ports.lowerBound)
        return state.taken[place / 64] & 1 << UInt64(place % 64) == 0
    }

    private func mark(_ port: UInt32, _ isTaken: Bool, _ state: inout State) {
        let place = Int(port) - Int(ports.lowerBound)
        let bit: UInt64 = 1 << UInt64(place % 64)
        if isTaken { state.taken[place / 64] |= bit } else { state.taken[place / 64] &= ~bit }
    }

    // MARK: Reservations

    /// Holds a socket under a token that nobody can guess. Nil, and the socket is the caller's to close, when too many are
    /// held.
    func hold(_ reservation: Reservation) -> UInt64? {
        state.withLock { state in
            let own = state.reservations.values.count { $0.user == reservation.user }
            guard state.reservations.count < Limits.reservations, own < Limits.reservationsPerUser else { return nil }
            var token = UInt64.random(in: 1 ... .max)
            while state.reservations[token] != nil { token = UInt64.random(in: 1 ... .max) }
            state.reservations[token] = reservation
            return token
        }
    }

    /// Gives a held socket to the user it is held for.
    func redeem(_ token: UInt64, by user: UserKey, at now: Timestamp) -> RelaySocket? {
        state.withLock { state in
            guard let reservation = state.reservations[token], reservation.user == user, now < reservation.until else {
                return nil
            }
            state.reservations[token] = nil
            return reservation.socket
        }
    }

    /// Lets go of what was held long enough. The sockets close when the caller drops what is returned.
    func expire(at now: Timestamp) {
        let ended = state.withLock { state in
            let ended = state.reservations.filter { $0.value.until <= now }
            for (token, reservation) in ended {
                state.reservations[token] = nil
                mark(UInt32(reservation.socket.port), false, &state)
            }
            return ended
        }
        _ = consume ended  // closed outside the lock
    }

    /// Whether somebody has to call `expire`.
    var holdsAny: Bool { state.withLock { !$0.reservations.isEmpty } }
}

extension Dictionary where Value == Int {
    /// Counts one less, and forgets what is at zero.
    fileprivate mutating func decrement(_ key: Key) {
        let left = self[key, default: 0] - 1
        self[key] = left > 0 ? left : nil
    }
}
