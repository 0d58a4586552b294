/// What an option means to the person who reads the help.
struct OptionDefinition: Sendable {
    /// What stands for the value in the help.
    var value: String
    /// The default, in words; nil when there is none.
    var standard: String?
    var help: String
    /// Whether it may be given several times; in one text the values are separated by commas.
    var isList = false
    /// Whether its value is kept out of messages.
    var isSecret = false
}

extension OptionName {
    var definition: OptionDefinition {
        switch self {
        case .host:
            .init(value: "ADDRESS", standard: "127.0.0.1, with TLS 0.0.0.0", help: "Address to listen on for HTTP(S).")
        case .port:
            .init(
                value: "PORT",
                standard: "8080, with TLS 8443",
                help: "TCP port of the page and of signalling; 0 takes a free one."
            )
        case .tls:
            .init(value: "self-signed", standard: "off", help: "Makes and keeps a certificate for use on the LAN.")
        case .tlsCertificate:
            .init(value: "FILE", help: "Certificate chain, PEM; read again when it changes.")
        case .tlsKey:
            .init(value: "FILE", help: "Private key of the certificate, PEM.")
        case .mediaPort:
            .init(value: "PORT", standard: "3478", help: "UDP and TCP port of STUN and TURN; 0 takes a free one.")
        case .mediaWorkers:
            .init(value: "COUNT", standard: "number of cores", help: "Threads of the media plane.")
        case .publicAddress:
            .init(
                value: "ADDRESS",
                standard: "found by itself",
                help:
                    "IP address that browsers reach this server by, when it is not one of its own; one for each family.",
                isList: true
            )
        case .iceServer:
            .init(
                value: "URL",
                help:
                    "Another STUN or TURN server: stun:HOST[:PORT], \"turn:HOST[:PORT] USER PASSWORD\", or turn:HOST[:PORT] for one that has the same --turn-secret.",
                isList: true,
                isSecret: true
            )
        case .turnPorts:
            .init(
                value: "FIRST-LAST",
                standard: "49152-65535",
                help: "UDP ports of TURN that relay from and to others."
            )
        case .turnSecret:
            .init(
                value: "SECRET",
                standard: "random, kept in the data directory",
                help: "Secret that TURN credentials are made with, of at least 16 bytes.",
                isSecret: true
            )
        case .turnAllowPeer:
            .init(
                value: "CIDR",
                help:
                    "Private or special addresses that TURN may relay to, as 192.168.1.0/24; a LAN without other ways needs it.",
                isList: true
            )
        case .data:
            .init(value: "DIRECTORY", standard: "./data", help: "What must survive a restart.")
        case .chatDays:
            .init(value: "DAYS", standard: "30", help: "How long an empty room keeps its chat.")
        case .meshLimit:
            .init(
                value: "COUNT",
                standard: "2",
                help: "Largest meeting that runs peer to peer; 0: all go through the server."
            )
        case .roomLimit:
            .init(value: "COUNT", standard: "100", help: "Most people in one meeting.")
        case .allowOrigin:
            .init(value: "ORIGIN", help: "Another web origin that may open the signalling WebSocket.", isList: true)
        case .allowFrameAncestor:
            .init(value: "ORIGIN", help: "A web origin that may show the page in a frame.", isList: true)
        case .web:
            .init(
                value: "DIRECTORY",
                standard: "the page inside the program",
                help: "Serves the page from a directory, for developing."
            )
        case .adminPort:
            .init(
                value: "PORT",
                standard: "9090",
                help: "TCP port on 127.0.0.1 that tells Prometheus how the server does (/metrics); 0 takes a free one."
            )
        case .drainSeconds:
            .init(value: "SECONDS", standard: "30", help: "How long stopping may take after SIGTERM.")
        case .logLevel:
            .init(value: "LEVEL", standard: "info", help: "trace, debug, info, notice, warning, error or critical.")
        case .redis:
            .init(value: "URL", help: "Not yet supported.", isSecret: true)
        case .config:
            .init(value: "FILE", help: "File of lines \"media-port = 3478\"; # begins a comment.")
        }
    }
}

extension ServeOptions {
    /// The options as `--help` shows them.
    public static var helpText: String {
        let heads = OptionName.allCases.map { "  \($0.argument) \($0.definition.value)" }
        let width = heads.reduce(0) { max($0, $1.count) } + 2
        let lines = zip(OptionName.allCases, heads).map { name, head in
            let definition = name.definition
            let standard = definition.standard.map { " Default: \($0)." } ?? ""
            let several = definition.isList ? " May be given several times." : ""
            return head + String(repeating: " ", count: width - head.count) + definition.help + several + standard
        }
        return """
            OPTIONS
            \(lines.joined(separator: "\n"))

            Each is also an environment variable (--media-port is \(OptionName.mediaPort.variable)) and a key of the file given by
            --config. An argument wins over the environment, the environment over the file, the file over the default.
            """
    }
}
