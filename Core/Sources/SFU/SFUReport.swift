public import DTLS
public import Forwarding
public import ICE
public import PeerConnection
import Wire

/// What a forwarding unit has counted, with the sums over its links and rooms, those that are closed included: counts never
/// go back while the unit lives.
public struct SFUReport: Sendable {
    public var unit = SFUCounters()
    /// Of all rooms.
    public var forwarding = Forwarding.Counters()
    /// Of all links.
    public var links = PeerConnectionCounters()
    public var ice = ICECounters()
    public var dtls = DTLSCounters()

    public init() {}

    /// Adds another worker's.
    public mutating func add(_ other: SFUReport) {
        unit.add(other.unit)
        forwarding.add(other.forwarding)
        links.add(other.links)
        ice.add(other.ice)
        dtls.add(other.dtls)
    }

    mutating func add(_ connection: borrowing PeerConnection) {
        links.add(connection.counters)
        ice.add(connection.iceCounters)
        dtls.add(connection.dtlsCounters)
    }
}

extension ForwardingUnit {
    /// What was counted so far. Looks at every link and room: for the control plane, never for a packet.
    public var report: SFUReport {
        var report = past
        report.unit = counters
        for index in transports.indices where transports.contains(index) { report.add(transports[index].connection) }
        for room in rooms.indices where rooms.contains(room) { report.forwarding.add(rooms[room].router.counters) }
        return report
    }
}
