import Glibc

/// Whether the ports can be listened on; what listens there already is asked by `ServedCheck`.
enum PortCheck {
    /// How many ports of the relay range are tried.
    static let sample = 32
    /// Allocations need a port each; fewer than this is a small meeting.
    private static let fewRelayPorts = 100

    /// A port of the options and how it is.
    struct Port: Equatable, Sendable {
        var check: String
        /// "8443/TCP (page, --port)".
        var name: String
        var state: PortProbe.State
    }

    /// The port of the page and the two of the media plane.
    static func ports(_ options: ServeOptions) -> [Port] {
        let host = options.host == "localhost" ? "127.0.0.1" : options.host
        let page = options.port == 0 ? [] : [Port(page: options, PortProbe.state(.tcp, host, options.port))]
        guard options.mediaPort != 0 else { return page }
        return page
            + [PortProbe.Kind.udp, .tcp].map { kind in
                Port(media: kind, options, PortProbe.state(kind, "0.0.0.0", options.mediaPort))
            }
    }

    /// What to say of a port that no Parley is serving.
    static func finding(_ port: Port) -> Finding {
        switch port.state {
        case .free: Finding(port.check, .good, "Port \(port.name) is free for the server.")
        case .inUse:
            Finding(
                port.check,
                .bad,
                "Port \(port.name) is used by something that is no Parley with these options: stop that, or choose another port."
            )
        case .denied:
            Finding(
                port.check,
                .bad,
                "This user may not listen on port \(port.name): ports below 1024 need a privilege (CAP_NET_BIND_SERVICE)."
            )
        case .noSuchAddress:
            Finding(
                port.check,
                .bad,
                "Port \(port.name) cannot be listened on: this machine does not have that address."
            )
        case .failed(let error):
            Finding(
                port.check,
                .bad,
                "Port \(port.name) cannot be listened on: \(unsafe String(cString: strerror(error)))."
            )
        }
    }

    /// - Parameter states: of some ports of the range, tried just now.
    static func relayPorts(_ range: ClosedRange<Int>, _ states: [PortProbe.State]) -> Finding {
        let free = states.filter { $0 == .free }.count
        let name = "\(range.lowerBound) to \(range.upperBound)"
        if free == 0 {
            return Finding(
                "relay-ports",
                .bad,
                "None of the UDP ports \(name) (--turn-ports) can be opened: TURN cannot relay."
            )
        }
        if free < states.count * 3 / 4 {
            return Finding(
                "relay-ports",
                .warning,
                "Of \(states.count) UDP ports tried between \(name) (--turn-ports) only \(free) could be opened."
            )
        }
        guard range.count >= fewRelayPorts else {
            return Finding(
                "relay-ports",
                .warning,
                "UDP ports \(name) (--turn-ports) are \(range.count): everybody who needs TURN takes one or two."
            )
        }
        return Finding("relay-ports", .good, "UDP ports \(name) (--turn-ports) can be opened for TURN.")
    }

    /// Tries both ends of the range and some between.
    static func relayPortStates(_ range: ClosedRange<Int>) -> [PortProbe.State] {
        let chosen = (2..<sample).map { _ in Int.random(in: range) }
        return ([range.lowerBound, range.upperBound] + chosen).map { PortProbe.state(.udp, "0.0.0.0", $0) }
    }
}

extension PortCheck.Port {
    init(page options: ServeOptions, _ state: PortProbe.State) {
        self.init(check: "page-port", name: "\(options.port)/TCP at \(options.host) (page, --port)", state: state)
    }

    init(media kind: PortProbe.Kind, _ options: ServeOptions, _ state: PortProbe.State) {
        let check = kind == .udp ? "media-port-udp" : "media-port-tcp"
        self.init(check: check, name: "\(options.mediaPort)/\(kind.rawValue) (media, --media-port)", state: state)
    }
}
