import Foundation
import HTTPTypes
import Testing

@testable import WebSite

@Suite("Paths (T-FS-1)")
struct TraversalTests {
    /// Spellings of "one folder up" and of separators that some server has been fooled by.
    private static let ups = [
        "..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "%252e%252e", "..;", "...", "....", "%c0%ae%c0%ae",
        "%e0%80%ae%e0%80%ae",
        "%f0%80%80%ae%f0%80%80%ae", "%u002e%u002e", "..%00", "%00..", "．．", "..%0d%0a", "~",
    ]
    private static let separators = ["/", "%2f", "%5c", "\\", "%252f", "%c0%af", "//", "/./"]
    private static let targets = ["canary.txt", "etc/passwd", "index.js%00.html"]

    private static var corpus: [String] {
        var paths: [String] = []
        for up in ups {
            for separator in separators {
                let climb = up + separator + up + separator
                paths += targets.flatMap { ["/" + climb + $0, "/state/" + climb + $0, "/assets/" + climb + $0] }
            }
        }
        return paths + [
            "/index.js%00", "/index.js.", "/INDEX.JS", "/index.js/", "//index.js", "/./index.js", "/state/../index.js",
            "/%69ndex.js", "/index.js;a", "/state", "/state/", "/.", "/..", "/assets", "/assets/", "index.js", "", "*",
            "/file:///etc/passwd", "/proc/self/environ", "/types/state.js", "/.git/config", "/index%2ejs",
            "/C:\\windows\\win.ini", "/\u{0}", "/\u{202e}", "/" + String(repeating: "../", count: 5_000),
        ]
    }

    @Test("No spelling of a path leaves the table, over a folder with a canary beside it")
    func traversal() async throws {
        let parent = FileManager.default.temporaryDirectory.appending(path: "parley-\(UUID().uuidString)")
        let web = parent.appending(path: "Web")
        defer { try? FileManager.default.removeItem(at: parent) }
        try FileManager.default.createDirectory(at: web.appending(path: "state"), withIntermediateDirectories: true)
        try Data("CANARY".utf8).write(to: parent.appending(path: "canary.txt"))
        try Data("export {};".utf8).write(to: web.appending(path: "index.js"))
        try Data("export {};".utf8).write(to: web.appending(path: "state/store.js"))
        try FileManager.default.createSymbolicLink(
            at: web.appending(path: "link.txt"),
            withDestinationURL: parent.appending(path: "canary.txt")
        )
        var configuration = Browser.configuration()
        configuration.files = .folder(web.path(), reload: true)
        let browser = try Browser(Site(configuration))

        #expect(try await browser.ask("/index.js").status == 200)
        #expect(Self.corpus.count > 300)
        for path in Self.corpus + ["/link.txt"] {
            let answer = try await browser.ask(path)
            let isRoot = path.isEmpty || path == "*"
            #expect(answer.status == 404 || answer.status == 400 || isRoot, "\(path) gave \(answer.status)")
            #expect(!answer.text.contains("CANARY") && !answer.text.contains("root:"), "\(path)")
        }
    }

    @Test("With reload a changed file is seen at the next page; without it the start counts", arguments: [true, false])
    func reload(reload: Bool) async throws {
        let web = FileManager.default.temporaryDirectory.appending(path: "parley-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: web) }
        try FileManager.default.createDirectory(at: web, withIntermediateDirectories: true)
        try Data("<head></head>one".utf8).write(to: web.appending(path: "index.html"))
        var configuration = Browser.configuration()
        configuration.files = .folder(web.path(), reload: reload)
        let browser = try Browser(Site(configuration))
        try Data("<head></head>two".utf8).write(to: web.appending(path: "index.html"))
        #expect(try await browser.ask("/").text == "<head></head>" + (reload ? "two" : "one"))
    }
}
