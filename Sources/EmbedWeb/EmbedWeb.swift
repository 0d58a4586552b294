import Foundation

/// Writes the page's files into one Swift source, so that the release binary needs no folder beside it.
///
/// Run by the `EmbedWebFiles` plugin at build time, never by hand: `EmbedWeb OUTPUT FOLDER`. Base64 in string literals,
/// because a literal costs the compiler nothing, while an array of bytes costs it minutes. `types/` holds only JSDoc,
/// `tests/` only tests: no browser asks for them, they are left out.
@main
struct EmbedWeb {
    private static let leftOut: Set<String> = ["types", "tests", "node_modules"]

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { throw EmbedError.usage }
        let folder = URL(filePath: arguments[2])
        var files: [String] = []
        if FileManager.default.fileExists(atPath: folder.path()) { try list(folder, below: "", into: &files) }
        var source = """
            // Written by EmbedWeb from the folder Web. Changes here are lost at the next build.

            /// The page's files as they were at build time.
            enum EmbeddedWeb {
                /// Path below Web and the bytes in base64.
                static let files: [(path: String, base64: String)] = [

            """
        for path in files {
            let bytes = try Data(contentsOf: folder.appending(path: path))
            source += "        (path: \(String(reflecting: path)), base64: \"\(bytes.base64EncodedString())\"),\n"
        }
        source += "    ]\n}\n"
        try Data(source.utf8).write(to: URL(filePath: arguments[1]), options: .atomic)
    }

    private static func list(_ folder: URL, below prefix: String, into files: inout [String]) throws {
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

enum EmbedError: Error {
    /// Not exactly two arguments.
    case usage
}
