import Meeting
import TURN
import Telemetry
import Units

/// The one place where `iceServers` is built: this server's own STUN and TURN, and what `--ice-server` adds.
struct IceServers: Sendable {
    /// Where browsers find this server when it is not where the page came from (`--public-address`).
    let publicHosts: [String]
    /// The bound media port.
    let mediaPort: BoundPort
    /// Whether the port of the page takes TURN over TLS.
    let hasTLS: Bool
    let secret: TURNSecret
    /// Servers of others.
    let additional: [OutsideICEServer]

    init(options: ServeOptions, mediaPort: BoundPort, secret: TURNSecret) {
        publicHosts = options.publicAddresses
        hasTLS = options.tls != .off
        additional = options.iceServers
        self.secret = secret
        self.mediaPort = mediaPort
    }

    /// The list for a participant whose client reached the server at `host`.
    ///
    /// - Parameter wall: now; the credentials are good for `TURNSecret.life` from here.
    func list(for participant: ParticipantID, reachedAt host: ReachedHost?, wall: UnixMilliseconds) -> [ICEServer] {
        let credentials = secret.credentials(for: participant.description, unixSeconds: wall / 1_000)
        let authorities = hosts(host).map { "\(bracketed($0)):\(mediaPort.number)" }
        var servers: [ICEServer] = []
        if !authorities.isEmpty { servers.append(ICEServer(urls: authorities.map { "stun:\($0)" })) }
        let turn = authorities.flatMap { ["turn:\($0)?transport=udp", "turn:\($0)?transport=tcp"] } + overTLS(host)
        if !turn.isEmpty { servers.append(ICEServer(urls: turn, credentials)) }
        return servers
            + additional.map { server in
                guard server.isTURN, server.credential == nil else {
                    let credential = server.credential?.revealed
                    return ICEServer(urls: [server.url], username: server.username, credential: credential)
                }
                return ICEServer(urls: [server.url], credentials)
            }
    }

    /// Where the media port is: at the public addresses. Whoever came by an address of the local network, or sits at this
    /// machine, gets that too: many routers do not lead their own network to its public address.
    private func hosts(_ reached: ReachedHost?) -> [String] {
        guard let host = reached?.host, !publicHosts.contains(host) else { return publicHosts }
        let isNear = host == "localhost" || IPAddress(host).map { !$0.isPublic } ?? false
        return publicHosts.isEmpty || isNear ? publicHosts + [host] : publicHosts
    }

    /// TURN inside TLS on the page's port, under the page's own name, so that its certificate fits.
    private func overTLS(_ reached: ReachedHost?) -> [String] {
        guard hasTLS, let reached else { return [] }
        return ["turns:\(bracketed(reached.host)):\(reached.port ?? 443)?transport=tcp"]
    }

    private func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}

extension ICEServer {
    fileprivate init(urls: [String], _ credentials: RESTCredentials) {
        self.init(urls: urls, username: credentials.username, credential: credentials.password)
    }
}
