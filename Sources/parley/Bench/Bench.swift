import ArgumentParser

/// The project's own benchmarks. Each case prints one JSON line; docs/PERFORMANCE.md has figures and what they mean.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure this server on this machine; one JSON line a case.",
        subcommands: [BenchSignalling.self, BenchTurn.self, BenchSFU.self, BenchSFUServer.self]
    )
}
