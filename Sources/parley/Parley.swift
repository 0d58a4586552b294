import ArgumentParser

/// The command line: `parley serve`, `parley doctor`, `parley bench`.
@main
struct Parley: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parley",
        abstract: "Video meetings that anybody can host with one command.",
        version: Version.text,
        subcommands: [Serve.self, DoctorCommand.self, Bench.self]
    )
}
