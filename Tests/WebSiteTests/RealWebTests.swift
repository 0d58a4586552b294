import Foundation
import Testing

@testable import WebSite

@Suite("The real folder Web")
struct RealWebTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Web")

    @Test("The page, its code and one language weigh less than 120 kB in gzip")
    func weight() throws {
        let tree = SiteTree(try SiteSources.read(.folder(Self.folder.path(), reload: false)))
        #expect(tree.weight < 120_000)
    }

    @Test("What is embedded is what the folder holds")
    func embedded() throws {
        let folder = try SiteSources.read(.folder(Self.folder.path(), reload: false))
        #expect(try SiteSources.read(.embedded) == folder)
    }

    @Test("No module imports types or tests, which are not served, or a file that is not there")
    func imports() throws {
        let sources = try SiteSources.read(.folder(Self.folder.path(), reload: false))
        for (path, bytes) in sources where path.hasSuffix(".js") {
            for specifier in ModuleGraph.specifiers(in: bytes) {
                let target = ModuleGraph.resolve(specifier, from: path)
                #expect(target.map { sources[$0] != nil } == true, "\(path) imports \(specifier)")
            }
        }
    }
}

@Suite("Static imports")
struct ModuleGraphTests {
    @Test(
        "Imports and re-exports are found, over lines too; comments, dynamic imports and packages are not",
        arguments: [
            ("import './a.js';", ["./a.js"]),
            ("import {\n  a,\n  b\n} from \"../b.js\"", ["../b.js"]),
            ("export { c } from './c.js'", ["./c.js"]),
            ("/** @type {import('./d.js').D} */", []),
            ("// import './e.js'\nimport * as f from './f.js'", ["./f.js"]),
            ("const g = await import('./g.js')", []),
            ("import h from 'h'", []),
            ("const from = 1; const text = './i.js'", []),
            ("/* open", []), ("'open", []), ("import", []),
        ] as [(String, [String])]
    )
    func specifiers(source: String, wanted: [String]) {
        #expect(ModuleGraph.specifiers(in: Array(source.utf8)) == wanted)
    }

    @Test("A specifier is taken from its module's folder and cannot leave the root")
    func resolve() {
        #expect(ModuleGraph.resolve("./b.js", from: "a.js") == "b.js")
        #expect(ModuleGraph.resolve("../c.js", from: "state/a.js") == "c.js")
        #expect(ModuleGraph.resolve("../../c.js", from: "state/a.js") == nil)
    }
}
