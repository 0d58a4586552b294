import ArgumentParser
import MeetingServer

/// `parley doctor`: says in plain sentences whether a meeting can work here, and what to do when it cannot.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether a meeting can work on this machine.",
        discussion: "Takes the options of serve. Ends with 0 only when a meeting can work.\n\n" + ServeOptions.helpText
    )

    @Flag(help: "Print one JSON object instead of lines.") var json = false
    @Argument(parsing: .allUnrecognized, help: .hidden) var options: [String] = []

    func run() async throws {
        let options: ServeOptions
        do {
            options = try .parse(arguments: self.options, environment: environment(), readFile: readFile)
        } catch { throw Refusal(sentence: "\(error)") }
        let diagnosis = await Doctor(options: options).examine()
        print(json ? diagnosis.json : diagnosis.text)
        guard diagnosis.isWell else { throw ExitCode.failure }
    }
}
