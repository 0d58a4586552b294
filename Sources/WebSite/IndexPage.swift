/// The page's HTML, the only file that is changed on its way: its addresses get the hash of the release, and the
/// modules it will need are named up front, so that the browser fetches them at once instead of one import at a time.
struct IndexPage {
    private let html: String

    init(_ html: String) { self.html = html }

    /// The page for a tree of `sources` that is served under `prefix`.
    func rendered(for sources: [String: [UInt8]], prefix: String) -> String {
        var page = html
        for attribute in ["href", "src"] {
            page = Self.rewrite(attribute, of: page, for: sources, prefix: prefix)
        }
        guard let head = page.firstRange(of: "</head>") else { return page }
        let links = ModuleGraph(sources).modules(from: entries(in: sources))
            .map { "    <link rel=\"modulepreload\" href=\"\(prefix)\($0)\">\n" }
        page.insert(contentsOf: links.joined(), at: head.lowerBound)
        return page
    }

    /// The modules the page starts with.
    private func entries(in sources: [String: [UInt8]]) -> [String] {
        sources.keys.filter { $0.hasSuffix(".js") && html.contains("src=\"/\($0)\"") }.sorted()
    }

    /// Puts the prefix before each address that names one of the files.
    private static func rewrite(
        _ attribute: String,
        of html: String,
        for sources: [String: [UInt8]],
        prefix: String
    ) -> String {
        let opening = attribute + "=\"/"
        var result = ""
        var rest = html[...]
        while let range = rest.firstRange(of: opening) {
            result += rest[..<range.lowerBound]
            let address = rest[range.upperBound...].prefix { $0 != "\"" }
            let path = String(address.prefix { $0 != "#" && $0 != "?" })
            result += sources[path] == nil ? opening : "\(attribute)=\"\(prefix)"
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
