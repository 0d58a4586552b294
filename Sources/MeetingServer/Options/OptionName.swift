/// Every option of `serve`, named once: argument, environment variable and file key derive from it.
enum OptionName: String, CaseIterable, Sendable {
    case host, port
    case tls
    case tlsCertificate = "tls-certificate"
    case tlsKey = "tls-key"
    case mediaPort = "media-port"
    case mediaWorkers = "media-workers"
    case publicAddress = "public-address"
    case iceServer = "ice-server"
    case turnPorts = "turn-ports"
    case turnSecret = "turn-secret"
    case turnAllowPeer = "turn-allow-peer"
    case data
    case chatDays = "chat-days"
    case meshLimit = "mesh-limit"
    case roomLimit = "room-limit"
    case allowOrigin = "allow-origin"
    case allowFrameAncestor = "allow-frame-ancestor"
    case web
    case adminPort = "admin-port"
    case drainSeconds = "drain-seconds"
    case logLevel = "log-level"
    case redis
    case config

    /// As it stands on the command line.
    var argument: String { "--" + rawValue }

    /// As it stands in the environment.
    var variable: String {
        Self.variablePrefix + rawValue.uppercased().split(separator: "-").joined(separator: "_")
    }

    /// Environment variables that begin so are looked at; one that resembles an option without being one is a typing error.
    static let variablePrefix = "PARLEY_"

    init?(variable: String) {
        guard let name = Self.allCases.first(where: { $0.variable == variable }) else { return nil }
        self = name
    }

    init?(argument: some StringProtocol) {
        guard argument.hasPrefix("--") else { return nil }
        self.init(rawValue: String(argument.dropFirst(2)))
    }
}
