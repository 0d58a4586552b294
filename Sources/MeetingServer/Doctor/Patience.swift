import NIOSSL

/// Runs `body` for at most `limit`; then cancels it and throws `failure`.
func withPatience<Result: Sendable>(
    _ limit: Duration,
    or failure: some Error,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() ?? nil else { throw failure }
        return result
    }
}

extension NIOSSLClientHandler {
    /// A client that asks this machine's own server and takes whatever certificate it shows: that is checked elsewhere.
    static func trusting() throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        return try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil)
    }
}
