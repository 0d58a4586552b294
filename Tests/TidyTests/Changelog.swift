/// CHANGELOG.md: `# Changelog`, then `## Unreleased` and releases, newest first, one line a change.
enum Changelog {
    static func violations(_ text: String) -> [Violation] {
        var violations: [Violation] = []
        func add(_ line: Int, _ rule: String) { violations.append(.init(path: "CHANGELOG.md", line: line, rule: rule)) }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.first != "# Changelog" { add(1, "begins with # Changelog") }
        var sections = 0
        for (index, line) in lines.enumerated().dropFirst() {
            switch line {
            case _ where line.hasPrefix("## "):
                sections += 1
                let isRelease = !String(line).matches(#"^## \d+\.\d+\.\d+ – \d{4}-\d{2}-\d{2}$"#).isEmpty
                if sections == 1 ? line != "## Unreleased" && !isRelease : !isRelease {
                    add(index + 1, "a section is ## Unreleased (the first only) or ## 1.2.3 – 2026-11-22")
                }
            case _ where line.hasPrefix("- "):
                if sections == 0 { add(index + 1, "a change belongs to a section") }
                if !line.hasSuffix(".") { add(index + 1, "a change is a sentence") }
            case "",
                _ where sections == 0:
                break
            default: add(index + 1, "one line a change, beginning with -")
            }
        }
        if sections == 0 { add(0, "has no section") }
        return violations
    }
}
