import ArgumentParser
import Dispatch
import Glibc
import Logging
import MeetingServer
import ServiceLifecycle
import Telemetry
import UnixSignals

/// `parley serve`: reads the options, starts the server, ends cleanly on SIGTERM and at once on a second one.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve meetings.",
        discussion: ServeOptions.helpText
    )

    /// MeetingServer reads them: the same options come from the environment and a file.
    @Argument(parsing: .allUnrecognized, help: .hidden) var options: [String] = []

    func run() async throws {
        let options = try refuseInOneSentence {
            try ServeOptions.parse(arguments: self.options, environment: environment(), readFile: readFile)
        }
        LoggingSystem.bootstrap { StandardErrorLogHandler(label: $0, level: options.logLevel) }
        let logger = Logger(label: "parley")
        raiseFileLimit()
        let banner = Banner(options: options)
        let server: MeetingServer
        do {
            server = try await MeetingServer(options: options, version: Version.text, logger: logger) {
                banner.show($0)
            }
        } catch { throw Refusal(sentence: "\(error)") }
        var configuration = ServiceGroupConfiguration(
            services: server.services.map { .init(service: $0, successTerminationBehavior: .ignore) },
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(options.drainSeconds)
        do { try await run(ServiceGroup(configuration: configuration), drainSeconds: options.drainSeconds) } catch {
            throw Refusal(sentence: StartFailure.sentence(for: error, options: options))
        }
    }

    /// Runs until the first signal, and then until everything has ended; a second signal ends the process at once.
    private func run(_ group: ServiceGroup, drainSeconds: Int) async throws {
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                var count = 0
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                    count += 1
                    if count > 1 { _exit(1) }
                    await group.triggerGracefulShutdown()
                    endAtTheLatest(in: drainSeconds)
                }
            }
            try await tasks.next()
            tasks.cancelAll()
        }
    }
}

/// Ends the process when what it waits for (a silent peer, a hanging disk) does not let it end by itself.
private func endAtTheLatest(in seconds: Int) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { _exit(0) }
}

/// Ends the program with one sentence instead of a usage text.
struct Refusal: Error, CustomStringConvertible {
    let sentence: String

    var description: String { sentence }
}

private func refuseInOneSentence<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch { throw Refusal(sentence: "\(error)") }
}
