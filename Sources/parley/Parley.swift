import ArgumentParser

/// The command line: `parley serve`, `parley bench`.
@main
struct Parley: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parley",
        abstract: "Video meetings that anybody can host with one command.",
        version: Version.text,
        subcommands: [Serve.self, Bench.self]
    )
}
