import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Telemetry

/// What the host's own tools ask: `GET /metrics` on a port that only this machine reaches (T-MET-1).
///
/// A listener of its own, so that nothing of it can ever be asked on the port of the page.
struct AdminServer: Service, CustomStringConvertible {
    /// 0 lets the system choose one.
    let port: Int
    let logger: Logger
    /// The whole text of one scrape.
    let metrics: @Sendable () async -> String
    /// Told the port once it is bound.
    let onListening: @Sendable (Int) -> Void

    /// What logs call it.
    var description: String { "AdminServer" }

    /// Runs until the server stops. Throws `AdminPortError` when the port cannot be had.
    func run() async throws {
        // What the library says of this listener would look like the page's: that it started, and how it was cancelled
        // when another port could not be had. What matters is thrown.
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                logger.info("Metrics can be read on this machine", metadata: .keyed([.port: "\(bound)"]))
                onListening(bound)
            },
            logger: quiet
        )
        do { try await application.run() } catch let error as IOError {
            throw AdminPortError(port: port, errno: error.errnoCode)
        }
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        let metrics = metrics
        router.get("metrics") { request, _ in
            // A page of the web whose name is made to lead here reads nothing (DNS rebinding): its name is in the request.
            guard Self.isLoopback(request.head.authority) else {
                return Self.answer(.forbidden, "text/plain; charset=utf-8", "Ask for 127.0.0.1 or localhost.\n")
            }
            return Self.answer(.ok, MetricsText.contentType, await metrics())
        }
        return router
    }

    private static func isLoopback(_ authority: String?) -> Bool {
        guard let reached = ReachedHost(authority: authority) else { return false }
        return ["localhost", "127.0.0.1"].contains(reached.host)
    }

    private static func answer(_ status: HTTPResponse.Status, _ type: String, _ text: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff"],
            body: .init(byteBuffer: ByteBuffer(string: text))
        )
    }
}
