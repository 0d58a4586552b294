import Synchronization
import TURN
import Units

/// A relay of this process: whose it is, and which.
struct RelayPlace: BitwiseCopyable, Equatable {
    let worker: Int
    let id: RelayID
}

/// Which relay has which port. Workers look here for peers that are this machine, instead of sending to themselves.
///
/// One atomic integer for each port: read for a packet without a lock, written when a relay opens and closes. Ports are
/// unique in the process, whatever the address. A reader may see a relay that is just closing: its `RelayID` is then of an
/// older generation, and its worker drops what comes for it.
final class PortTable: Sendable {
    private let ports: ClosedRange<UInt16>
    private let entries: AtomicIntegers

    /// The slot of an allocation, of which a worker has far fewer than 2^24, shares its 32 bits with the worker's number.
    private static let workerShift: UInt64 = 24

    init(_ ports: ClosedRange<UInt16>) {
        self.ports = ports
        entries = AtomicIntegers(count: ports.count)
    }

    /// The live relay that has a port.
    func relay(at port: UInt16) -> RelayPlace? {
        guard ports.contains(port) else { return nil }
        let entry = entries.load(Int(port &- ports.lowerBound))
        guard entry != 0 else { return nil }
        let worker = entry >> Self.workerShift & 0xFF
        return RelayPlace(worker: Int(worker), id: RelayID(packed: entry & ~(0xFF << Self.workerShift)))
    }

    /// Whether a live relay has this port, and the IP version of this address.
    func hasRelay(at address: TransportAddress) -> Bool {
        guard let family = relay(at: address.port)?.id.family else { return false }
        return family == Families(IPVersion(of: address.address))
    }

    func set(_ port: UInt16, _ place: RelayPlace) {
        guard ports.contains(port) else { return }
        entries.store(Int(port &- ports.lowerBound), place.id.packed | UInt64(place.worker) << Self.workerShift)
    }

    func clear(_ port: UInt16) {
        guard ports.contains(port) else { return }
        entries.store(Int(port &- ports.lowerBound), 0)
    }
}

extension Families {
    init(_ version: IPVersion) { self = version == .v4 ? .v4 : .v6 }
}
