/// What a firewall has to let in. Whether it does cannot be seen from inside, so each line says how to make it.
enum FirewallAdvice {
    static func findings(_ options: ServeOptions) -> [Finding] {
        var findings: [Finding] = []
        let isLocal = ["localhost", "127.0.0.1", "::1"].contains(options.host)
        if !isLocal, options.port != 0 {
            findings.append(
                rule(
                    "firewall-page",
                    "\(options.port)",
                    .tcp,
                    "page, signalling" + (options.tls == .off ? "" : ", TURN in TLS")
                )
            )
        }
        if options.mediaPort != 0 {
            findings.append(rule("firewall-media-udp", "\(options.mediaPort)", .udp, "STUN, TURN"))
            findings.append(rule("firewall-media-tcp", "\(options.mediaPort)", .tcp, "TURN over TCP"))
        }
        let range = "\(options.turnPorts.lowerBound)-\(options.turnPorts.upperBound)"
        findings.append(rule("firewall-relay", range, .udp, "what TURN relays"))
        return findings
    }

    /// The last line: what nobody can tell from here, and how to find out.
    static func outside(_ options: ServeOptions) -> Finding {
        let scheme = options.tls == .off ? "http" : "https"
        return Finding(
            "outside",
            .warning,
            """
            Whether people outside can reach this server cannot be seen from this machine. Try it: open \
            \(scheme)://ADDRESS:\(options.port)/ on a phone with its Wi-Fi switched off, and meet it from here.
            """
        )
    }

    private static func rule(_ check: String, _ ports: String, _ kind: PortProbe.Kind, _ purpose: String) -> Finding {
        let transport = kind.rawValue.lowercased()
        let ufw = ports.split(separator: "-").joined(separator: ":")
        return Finding(
            check,
            .warning,
            """
            A firewall, if there is one, must let in \(ports)/\(kind.rawValue) (\(purpose)): \
            ufw allow \(ufw)/\(transport) · \
            nft add rule inet filter input \(transport) dport \(ports) accept · \
            firewall-cmd --permanent --add-port=\(ports)/\(transport) && firewall-cmd --reload
            """
        )
    }
}
