import Foundation
import Storage
import Telemetry
import Units

/// `parley doctor`: looks at this machine as a server with these options would find it, and asks the one that runs.
///
/// Changes nothing. What it cannot know (whether people outside can reach the server) it says.
public struct Doctor: Sendable {
    private let options: ServeOptions

    public init(options: ServeOptions) { self.options = options }

    /// Everything, in the order in which a person would put it right. Takes a few seconds.
    public func examine() async -> Diagnosis {
        let own = AddressCheck.ofThisMachine()
        var findings = AddressCheck.findings(own: own, options: options)
        findings += CertificateCheck.findings(options, now: Date())
        findings += await ports(own: own)
        findings.append(PortCheck.relayPorts(options.turnPorts, PortCheck.relayPortStates(options.turnPorts)))
        findings.append(SystemChecks.files(limit: SystemChecks.fileLimit))
        findings.append(SystemChecks.clock(await .look()))
        findings.append(SystemChecks.disk(SystemChecks.dataDirectory(options.data), path: options.data))
        findings += FirewallAdvice.findings(options)
        findings.append(FirewallAdvice.outside(options))
        return Diagnosis(findings)
    }

    /// Each port is free, or served by a Parley that answers as it should.
    private func ports(own: [IPAddress]) async -> [Finding] {
        let ports = PortCheck.ports(options)
        let served = ServedCheck(options: options, own: own)
        guard ports.contains(where: { $0.state == .inUse }), let health = await served.health() else {
            return ports.map(PortCheck.finding)
        }
        let state = health.isDraining ? "is about to stop" : "runs"
        var findings = [
            Finding(
                "page-port",
                health.isDraining ? .warning : .good,
                "A Parley (\(health.version)) \(state) at port \(options.port)/TCP."
            )
        ]
        findings += ports.dropFirst().filter { $0.state != .inUse }.map { port in
            Finding(
                port.check,
                .bad,
                "Port \(port.name) is not open, although a Parley runs: it has another --media-port."
            )
        }
        return findings + (await served.findings(secret: secret(), unixSeconds: Int64(Date().timeIntervalSince1970)))
    }

    /// The secret of the options, or the one in the data directory, read beside the server that uses it.
    func secret() -> TURNSecret? {
        if let given = options.turnSecret { return TURNSecret(given: given.revealed) }
        return MeetingStore.readSecret(named: TURNSecret.name, directory: options.data).map { TURNSecret(kept: $0) }
    }
}
