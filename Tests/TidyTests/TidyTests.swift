import Testing

@Suite("The rules of the house hold")
struct TidyTests {
    private func expectNone(_ violations: [Violation]) {
        for violation in violations { Issue.record("\(violation)") }
    }

    @Test("The sources were found")
    func found() {
        for path in ["Package.swift", "Core/Package.swift", "docs/PROTOCOL.md", "Tests/TidyTests/TidyTests.swift"] {
            #expect(Repository.files.contains { $0.path == path }, "\(path)")
        }
    }

    @Test("Targets import what the import table allows")
    func imports() { expectNone(Repository.files.flatMap(ImportTable.violations)) }

    @Test("Banned words do not occur")
    func bannedWords() {
        expectNone(BannedWord.all.flatMap { word in Repository.files.flatMap(word.violations) })
    }

    @Test("Promises of safety say why they hold")
    func safety() { expectNone(Repository.files.flatMap(SafetyComments.violations)) }

    @Test("No file is longer than 500 lines")
    func lengths() { expectNone(Repository.files.flatMap(FileLength.violations)) }

    @Test("Every script of the page is loaded by something")
    func deadScripts() {
        // Types come before the page that uses them.
        guard Repository.files.contains(where: { $0.path == "Web/index.js" }) else { return }
        expectNone(DeadScripts.violations(Repository.files))
    }

    @Test("Every protocol message has an example, every example is documented")
    func transcripts() { expectNone(Transcripts.violations(Repository.files)) }

    @Test("The changelog has its form")
    func changelog() throws {
        let changelog = try #require(Repository.files.first { $0.path == "CHANGELOG.md" })
        expectNone(Changelog.violations(changelog.text))
    }
}
