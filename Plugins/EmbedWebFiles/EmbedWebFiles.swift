import Foundation
import PackagePlugin

/// Puts every file of the folder Web that a browser can ask for into the WebSite target.
///
/// The command reruns when one of the files or folders changes. `types/` holds only JSDoc, `tests/` only tests: left out.
@main
struct EmbedWebFiles: BuildToolPlugin {
    private static let leftOut: Set<String> = ["types", "tests", "node_modules"]

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL.appending(path: "Web")
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedWeb.swift")
        var files: [String] = []
        try Self.list(root, below: "", into: &files)
        return [
            .buildCommand(
                displayName: "Embedding \(files.count) files of Web",
                executable: try context.tool(named: "EmbedWeb").url,
                arguments: [output.path(), root.path()] + files,
                inputFiles: files.map { root.appending(path: $0) },
                outputFiles: [output]
            )
        ]
    }

    private static func list(_ folder: URL, below prefix: String, into files: inout [String]) throws {
        guard FileManager.default.fileExists(atPath: folder.path()) else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted() {
            if name.hasPrefix(".") || (prefix.isEmpty && leftOut.contains(name)) { continue }
            let url = folder.appending(path: name)
            let values = try url.resourceValues(forKeys: [.isDirectoryKey, .isRegularFileKey])
            if values.isDirectory == true {
                try list(url, below: prefix + name + "/", into: &files)
            } else if values.isRegularFile == true {
                files.append(prefix + name)
            }
        }
    }
}
