import Foundation

/// A file of the repository as the rules see it.
struct SourceFile: Sendable {
    /// From the repository's root, with `/`.
    let path: String
    let text: String
    /// The text without what is no code: see `CodeText`. The text itself for anything but Swift and JavaScript.
    let code: String

    init(path: String, text: String) {
        self.path = path
        self.text = text
        code =
            path.hasSuffix(".swift") ? CodeText.swift(text) : path.hasSuffix(".js") ? CodeText.javaScript(text) : text
    }

    var name: String { String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]) }

    func isIn(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }
    func isIn(_ folders: [String]) -> Bool { folders.contains(where: isIn) }
    func has(_ ending: String) -> Bool { path.hasSuffix("." + ending) }
}

/// Something that breaks a rule of the house.
struct Violation: Equatable, Sendable, CustomStringConvertible {
    var path: String
    /// From 1; 0 is the file as a whole.
    var line: Int
    var rule: String

    var description: String { "\(path)\(line > 0 ? ":\(line)" : ""): \(rule)" }
}

/// The working tree this test was built from.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every text file that people write, in the order of paths. Build products and tools are not among them.
    static let files: [SourceFile] = {
        let places = ["Core/Sources", "Core/Tests", "Sources", "Tests", "Web", "Benchmarks", "docs", "scripts", ".ci"]
        let single = [
            "Package.swift", "Core/Package.swift", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
        ]
        return (places.flatMap(paths(below:)) + single).sorted().compactMap(file)
    }()

    private static func paths(below place: String) -> [String] {
        let manager = FileManager.default
        guard let below = manager.enumerator(atPath: root.appendingPathComponent(place).path) else { return [] }
        return below.compactMap { $0 as? String }
            .filter { !$0.contains("__pycache__") && !$0.contains("node_modules") }
            .map { place + "/" + $0 }
    }

    /// Nil for folders and for what is no text, as pictures are.
    private static func file(_ path: String) -> SourceFile? {
        let url = root.appendingPathComponent(path)
        guard let data = try? Data(contentsOf: url), let text = String(data: data, encoding: .utf8) else { return nil }
        return SourceFile(path: path, text: text)
    }
}
