import Logging
import Synchronization
import Testing
import Units

@testable import MediaTransport

/// A clock that stands until it is told to go on.
final class ManualClock: Sendable {
    private let seconds = Atomic<UInt64>(1_000)

    var clock: MediaClock {
        MediaClock(
            now: { [self] in Timestamp(nanoseconds: seconds.load(ordering: .relaxed) * 1_000_000_000) },
            wall: { [self] in 1_800_000_000 + seconds.load(ordering: .relaxed) }
        )
    }

    var wall: UInt64 { clock.wall() }

    func advance(seconds: UInt64) { self.seconds.wrappingAdd(seconds, ordering: .relaxed) }
}

/// A media service that runs on ports the system chose.
struct RunningService: Sendable {
    let service: MediaService
    let sockets: [MediaService.BoundSocket]

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs the service for as long as `body` does.
    static func with(
        _ configuration: MediaService.Configuration,
        clock: MediaClock = .system,
        _ body: @escaping @Sendable (RunningService) async throws -> Void
    ) async throws {
        let (bound, report) = AsyncStream<[MediaService.BoundSocket]>.makeStream()
        let service = MediaService(configuration, clock: clock, logger: quiet, onBound: { report.yield($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { report.finish() }
                try await service.run()
            }
            if let sockets = await bound.first(where: { _ in true }) {
                do {
                    try await body(RunningService(service: service, sockets: sockets))
                } catch {
                    group.cancelAll()
                    throw error
                }
                group.cancelAll()
            }
            try await group.waitForAll()
        }
    }

    func port(_ transport: MediaService.BoundSocket.Transport, _ host: String = "127.0.0.1") throws -> Int {
        try #require(sockets.first { $0.transport == transport && $0.host == host }).port
    }

    /// Where a client sends its datagrams.
    func address(_ host: String = "127.0.0.1") throws -> TransportAddress {
        TransportAddress(try #require(IPAddress(host)), port: UInt16(try port(.udp, host)))
    }
}
