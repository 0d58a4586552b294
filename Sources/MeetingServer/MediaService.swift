import Logging
import ServiceLifecycle

struct MediaService: Service {
    let port: Int
    static func bind(options: ServeOptions, logger: Logger) async throws -> MediaService {
        MediaService(port: options.mediaPort)
    }
    func run() async throws { try? await gracefulShutdown() }
}
