import Foundation
import PackagePlugin

/// Puts every file of the folder Web that a browser can ask for into the WebSite target.
///
/// The tool reads the folder by itself; files and folders are named here so that the build system runs it again when
/// one of them changes. It asks this plugin again only when the package changes, so the first build after a file came
/// embeds that file, but does not watch it yet: RealWebTests tells when the binary is behind, `touch Package.swift` mends it.
@main
struct EmbedWebFiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL.appending(path: "Web")
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedWeb.swift")
        let inputs = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.compactMap {
            $0 as? URL
        }
        return [
            .buildCommand(
                displayName: "Embedding Web",
                executable: try context.tool(named: "EmbedWeb").url,
                arguments: [output.path(), root.path()],
                inputFiles: [root] + (inputs ?? []),
                outputFiles: [output]
            )
        ]
    }
}
