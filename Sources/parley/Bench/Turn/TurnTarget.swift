import Foundation

/// A TURN server to be measured.
enum TurnTarget: String, CaseIterable {
    case parley, coturn

    static let secret = "a secret of sixteen bytes and more"
    static let realm = "parley"
    private static let coturnPath = "/usr/bin/turnserver"

    /// Whether it is on this machine.
    var isInstalled: Bool { self == .parley || FileManager.default.isExecutableFile(atPath: Self.coturnPath) }

    /// Starts it with two relay threads, its relay on loopback, nothing else running inside; its media port is `port`.
    func start(port: Int) throws -> MeasuredProcess {
        switch self {
        case .parley:
            try MeasuredProcess(MeasuredProcess.parley) { directory in
                [
                    "serve", "--port", "\(port + 1)", "--media-port", "\(port)", "--admin-port", "\(port + 2)",
                    "--data", directory.path, "--log-level", "warning", "--turn-secret", Self.secret,
                    "--turn-allow-peer", "127.0.0.0/8", "--media-workers", "2",
                ]
            }
        case .coturn:
            try MeasuredProcess(URL(filePath: Self.coturnPath)) { directory in
                [
                    "-n", "--log-file", "/dev/null", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp",
                    "--use-auth-secret", "--static-auth-secret", Self.secret, "--realm", Self.realm,
                    "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1", "--listening-port", "\(port)",
                    "--allow-loopback-peers", "--relay-threads", "2", "--userdb", directory.path + "/users",
                    "--pidfile", directory.path + "/pid", "--max-bps", "0",
                ]
            }
        }
    }
}
