import ArgumentParser
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import WebSocket

/// Sends every message back: what conformance suites talk to.
@main
struct WebSocketEcho: AsyncParsableCommand {
    @Option(help: "Port on 127.0.0.1.")
    var port = 9001

    @Option(help: "PEM file of the certificate chain; with it the server speaks TLS.")
    var certificate: String?

    @Option(help: "PEM file of the private key.")
    var key: String?

    @Flag(help: "Lift the size limits, which the suite's cases 9.* go beyond.")
    var unlimited = false

    func run() async throws {
        var configuration = WebSocketConfiguration()
        configuration.framing.acceptsBinary = true
        if unlimited {
            configuration.framing.messageBytes = 64 << 20
            configuration.framing.fragments = .max
            configuration.queues.outboundBytes = 256 << 20
            configuration.queues.outboundMessages = 1_000_000
        }
        let router = Router()
        router.webSocket("/", configuration: configuration) { session, _ in
            for await message in session.inbound {
                switch message {
                case .text(let utf8): session.send(WebSocketMessage(utf8: utf8))
                case .binary(let bytes): session.send(WebSocketMessage(binary: bytes))
                case .ping, .pong: break
                }
            }
        }
        var logger = Logger(label: "websocket-echo")
        logger.logLevel = .notice
        let application = Application(
            router: router,
            server: try server(),
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: "websocket-echo"),
            logger: logger
        )
        try await application.runService()
    }

    private func server() throws -> HTTPServerBuilder {
        guard let certificate, let key else { return .http1WebSocket() }
        return try .tls(
            .http1WebSocket(configuration: .init(isSecure: true)),
            tlsConfiguration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(file: key, format: .pem))
            )
        )
    }
}
