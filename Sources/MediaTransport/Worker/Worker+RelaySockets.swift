import Glibc
import TURN
import Units
import Wire

/// What was opened for an Allocate.
struct OpenedSockets {
    var sockets: [RelaySocket] = []
    var relays = OpenedRelays()
}

/// Why nothing was.
struct SocketRefusal: Error {
    let why: RelayRefusal
}

/// Which sockets an Allocate gets.
extension Worker {
    /// Opens the sockets of a request, or redeems its reservation.
    mutating func sockets(for request: RelayRequest) -> Result<OpenedSockets, SocketRefusal> {
        do throws(SocketRefusal) {
            var opened = OpenedSockets()
            if let token = request.reservation {
                guard let socket = plan.shared.ledger.redeem(token, by: request.user, at: now) else {
                    throw SocketRefusal(why: .insufficientCapacity)
                }
                add(socket, to: &opened)
                return .success(opened)
            }
            if request.families.contains(.v4) { try open(.v4, request, &opened) }
            if request.families.contains(.v6) {
                do throws(SocketRefusal) {
                    try open(.v6, request, &opened)
                } catch {
                    // With IPv4 there the allocation is of use (RFC 8656 §7.2).
                    guard request.families == .both else { throw error }
                    opened.relays.v6Refusal = error.why
                }
            }
            return .success(opened)
        } catch {
            return .failure(error)
        }
    }

    /// The relayed address that clients and peers are told.
    func relayedAddress(of socket: RelaySocket) -> TransportAddress {
        let known = plan.shared.publicAddresses.first { IPVersion(of: $0) == socket.version }
        return TransportAddress(known ?? socket.local, port: socket.port)
    }

    private func add(_ socket: RelaySocket, to opened: inout OpenedSockets) {
        opened.sockets.append(socket)
        switch socket.version {
        case .v4: opened.relays.v4 = relayedAddress(of: socket)
        case .v6: opened.relays.v6 = relayedAddress(of: socket)
        }
    }

    /// Opens the socket of one IP version, at the address the client reached or another one of this machine.
    private mutating func open(
        _ version: IPVersion,
        _ request: RelayRequest,
        _ opened: inout OpenedSockets
    ) throws(SocketRefusal) {
        let reached = request.path.server.address
        let own = IPVersion(of: reached) == version ? reached : plan.shared.interfaces.own(version, besides: reached)
        guard let own else { throw SocketRefusal(why: .familyNotSupported) }
        for _ in 0..<Limits.portAttempts {
            let ledger = plan.shared.ledger
            guard let port = ledger.takePort(isEven: request.isEvenPort, isPair: request.reservesNext) else { break }
            do throws(SystemError) {
                let socket = try RelaySocket(own, port: port)
                if request.reservesNext {
                    let next = try RelaySocket(own, port: port + 1)
                    opened.relays.reservation = try hold(next, for: request)
                }
                return add(socket, to: &opened)
            } catch {
                ledger.free(port)
                if request.reservesNext { ledger.free(port + 1) }
                // Another program has the port: another port will do. No descriptors or memory: no port will.
                guard error.number == EADDRINUSE || error.number == EACCES else { break }
            }
        }
        throw SocketRefusal(why: .insufficientCapacity)
    }

    private mutating func hold(_ socket: RelaySocket, for request: RelayRequest) throws(SystemError) -> UInt64 {
        let until = now + Limits.reservation
        let reservation = RelayLedger.Reservation(user: request.user, socket: socket, until: until)
        guard let token = plan.shared.ledger.hold(reservation) else {
            throw SystemError(number: ENOBUFS, call: "reservation")
        }
        holdsReservations = true
        return token
    }
}
