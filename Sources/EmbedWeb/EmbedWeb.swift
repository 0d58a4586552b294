import Foundation

/// Writes the page's files into one Swift source, so that the release binary needs no folder beside it.
///
/// Run by the `EmbedWebFiles` plugin at build time, never by hand:
/// `EmbedWeb OUTPUT ROOT PATH…`, the paths relative to ROOT. Base64 in string literals, because a literal costs the
/// compiler nothing, while an array of bytes costs it minutes.
@main
struct EmbedWeb {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let output = arguments.first, let root = arguments.dropFirst().first else {
            throw EmbedError.usage
        }
        var source = """
            // Written by EmbedWeb from the folder Web. Changes here are lost at the next build.

            /// The page's files as they were at build time.
            enum EmbeddedWeb {
                /// Path below Web and the bytes in base64.
                static let files: [(path: String, base64: String)] = [

            """
        for path in arguments.dropFirst(2).sorted() {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: root).appendingPathComponent(path))
            source += "        (path: \(String(reflecting: path)), base64: \"\(bytes.base64EncodedString())\"),\n"
        }
        source += "    ]\n}\n"
        try Data(source.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
    }
}

enum EmbedError: Error {
    /// Fewer than two arguments.
    case usage
}
