public import Logging
public import ServiceLifecycle

/// Looks at the certificate's files every few seconds, until the server stops.
public struct CertificateWatcher: Service, CustomStringConvertible {
    private let store: CertificateStore
    private let logger: Logger
    private let wait: @Sendable () async throws -> Void

    /// `wait` returns when it is time for the next look and throws when there is none; tests bring their own.
    public init(
        _ store: CertificateStore,
        logger: Logger,
        wait: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(5)) }
    ) {
        self.store = store
        self.logger = logger
        self.wait = wait
    }

    @concurrent public func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await wait()) != nil {  // it throws only to say that nobody waits any more
                look()
            }
        }
    }

    /// What logs call it.
    public var description: String { "CertificateWatcher" }

    private func look() {
        switch store.refresh() {
        case .none: break
        case .renewed: logger.notice("The TLS certificate was renewed")
        case .refused(let error):
            logger.error("The new TLS certificate is refused, the old one stays", metadata: ["error": "\(error)"])
        }
    }
}
