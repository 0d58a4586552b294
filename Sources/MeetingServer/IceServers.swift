import Meeting
import Telemetry

/// The one place where `iceServers` is built: this server's own STUN, and what `--ice-server` adds.
struct IceServers: Sendable {
    /// Where browsers find this server when it is not where the page came from (`--public-address`).
    let publicHosts: [String]
    /// The bound media port.
    let mediaPort: BoundPort
    /// Servers of others.
    let additional: [OutsideICEServer]

    init(options: ServeOptions, mediaPort: BoundPort) {
        publicHosts = options.publicAddresses
        additional = options.iceServers
        self.mediaPort = mediaPort
    }

    /// The list for a client that reached the server at `host` (a name, an IPv4 address or an IPv6 address without brackets).
    func list(reachedAt host: String?) -> [ICEServer] {
        let hosts = publicHosts.isEmpty ? [host].compactMap(\.self).filter { !$0.isEmpty } : publicHosts
        let own = hosts.map { "stun:\($0.contains(":") ? "[\($0)]" : $0):\(mediaPort.number)" }
        let others = additional.map { server in
            ICEServer(urls: [server.url], username: server.username, credential: server.credential?.revealed)
        }
        return (own.isEmpty ? [] : [ICEServer(urls: own)]) + others
    }
}
