/// JavaScript that nothing loads.
enum DeadScripts {
    /// Files of `Web` that cannot be reached from index.js, a page or a test.
    static func violations(_ files: [SourceFile]) -> [Violation] {
        let scripts = files.filter { $0.isIn("Web") && $0.has("js") }
        let texts = Dictionary(scripts.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
        var waiting =
            scripts.map(\.path).filter { isRoot($0) }
            + files.filter { $0.isIn("Web") && $0.has("html") }.flatMap(loaded)
        var reached = Set(waiting)
        while let path = waiting.popLast() {
            for next in mentioned(texts[path] ?? "", by: path, among: texts.keys) where reached.insert(next).inserted {
                waiting.append(next)
            }
        }
        return scripts.filter { !reached.contains($0.path) }
            .map { Violation(path: $0.path, line: 0, rule: "no page, test or other file loads it") }
    }

    private static func isRoot(_ path: String) -> Bool {
        path == "Web/index.js" || path.hasPrefix("Web/tests/") || path.hasSuffix(".test.js")
    }

    /// The scripts of a page.
    private static func loaded(_ page: SourceFile) -> [String] {
        page.text.matches(#"(?:src|href)="([^"]+\.js)""#).map { resolve($0.text, from: page.path) }
    }

    /// Imports, dynamic imports, types of JSDoc and `new URL`: any text that is a relative path to a script. An import
    /// whose path is put together, as import(`./locales/${language}.js`), reaches the whole folder.
    private static func mentioned(_ text: String, by path: String, among all: some Collection<String>) -> [String] {
        let single = text.matches(#"['"](\.{1,2}/[^'"]+\.js)['"]"#).map { resolve($0.text, from: path) }
        let folders = text.matches(#"\bimport\(\s*`(\.{1,2}/[^$`]*)\$\{"#).map {
            resolve($0.text + "x", from: path).dropLast()
        }
        return single + all.filter { script in folders.contains { script.hasPrefix($0) } }
    }

    private static func resolve(_ reference: String, from path: String) -> String {
        var parts = reference.hasPrefix("/") ? ["Web"] : path.split(separator: "/").dropLast().map(String.init)
        for part in reference.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}
