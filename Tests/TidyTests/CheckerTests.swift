import Testing

@Suite("The checker of the rules is right")
struct CheckerTests {
    private func banned(_ path: String, _ text: String) -> [Int] {
        BannedWord.all.flatMap { $0.violations(SourceFile(path: path, text: text)) }.map(\.line).sorted()
    }

    private func imports(_ path: String, _ text: String) -> [String] {
        ImportTable.violations(SourceFile(path: path, text: text)).map(\.rule)
    }

    @Test(
        "Swift code loses comments and strings and keeps its lines",
        arguments: [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d\n */ e", "a               \n    e"),
            (#"x = "a\"b" + c"#, #"x = "    " + c"#),
            (##"x = #"a"b\"# + c"##, ##"x = #"    "# + c"##),
            ("x = \"\"\"\n  try! \"q\"\n\"\"\" + c", "x = \"\"\"\n          \n\"\"\" + c"),
            ("\"open\nnext", "\"    \nnext"),
        ]
    )
    func swiftCode(source: String, code: String) { #expect(CodeText.swift(source) == code) }

    @Test("JavaScript code loses comments but not strings, nor what looks like a comment in one")
    func javaScriptCode() {
        #expect(CodeText.javaScript("a = 'http://x' // b\n/* c */ `//`") == "a = 'http://x'     \n        `//`")
    }

    @Test(
        "Swift that breaks a rule is found",
        arguments: [
            ("Sources/WebSite/A.swift", "let a = try! b()"), ("Core/Sources/STUN/A.swift", "fatalError(\"x\")"),
            ("Sources/Storage/A.swift", "print(a)"), ("Core/Sources/Wire/A.swift", "let a = b[0]!"),
            ("Sources/Storage/A.swift", "a!.b"), ("Core/Sources/Wire/A.swift", "a as! B"),
            ("Core/Sources/Meeting/A.swift", "let now = Date()"), ("Core/Sources/Meeting/A.swift", "f(at: .now())"),
            ("Core/Sources/Meeting/A.swift", "ContinuousClock.now"),
            ("Sources/WebSocket/A.swift", "Task { await a() }"),
            ("Sources/WebSocket/A.swift", "Task.detached { }"), ("Core/Sources/ICE/A.swift", "Int.random(in: 0..<4)"),
        ]
    )
    func swiftFound(path: String, text: String) { #expect(banned(path, "\n" + text) == [2]) }

    @Test(
        "Swift that keeps the rules is let be",
        arguments: [
            ("Sources/WebSite/A.swift", "// try! print(a)\nlet a = \"try! fatalError()\""),
            ("Sources/parley/A.swift", "print(url)"), ("Sources/MeetingServer/A.swift", "Task { await a() }"),
            ("Core/Sources/Meeting/A.swift", "if a != b, !c { f(now: message.now, retry: .now) }"),
            ("Core/Sources/Meeting/A.swift", "a = Int.random(in: 0..<4, using: &random)"),
            ("Sources/WebSocket/A.swift", "withTaskGroup(of: Void.self) { group in group.addTask { } }"),
            ("Sources/Storage/A.swift", "func blueprint(a) { self.print(a) }"),
            ("Core/Tests/WireTests/A.swift", "let a = try! b()!"),
        ]
    )
    func swiftLetBe(path: String, text: String) { #expect(banned(path, text) == []) }

    @Test(
        "A page that breaks a rule is found",
        arguments: [
            ("Web/controls/a.js", "e.innerHTML = x"), ("Web/controls/a.js", "e['insertAdjacentHTML']()"),
            ("Web/a.js", "eval(x)"), ("Web/signaling/a.js", "document.title"),
            ("Web/peer-connections/a.js", "window.open"),
            ("Web/index.html", "<p style=\"x\">"), ("Web/index.html", "<button onclick='x'>"),
            ("Web/index.html", "<script>x</script>"),
        ]
    )
    func pageFound(path: String, text: String) { #expect(banned(path, "\n" + text) == [2]) }

    @Test(
        "A page that keeps the rules is let be",
        arguments: [
            ("Web/controls/a.js", "// innerHTML\ndocument.title"), ("Web/signaling/a.js", "/* window. */ documents.x"),
            (
                "Web/index.html",
                "<link rel=\"stylesheet\" href=\"a.css\"><script type=\"module\" src=\"a.js\"></script>"
            ),
            ("Web/tests/a.test.js", "e.innerHTML"),
        ]
    )
    func pageLetBe(path: String, text: String) { #expect(banned(path, text) == []) }

    @Test("Imports are held to the table")
    func importTable() {
        #expect(imports("Core/Sources/Meeting/A.swift", "import Units\nimport Wire") == [])
        #expect(imports("Core/Sources/Meeting/A.swift", "import Foundation") == ["Meeting may not import Foundation"])
        #expect(imports("Core/Sources/STUN/A.swift", "public import struct TURN.A") == ["STUN may not import TURN"])
        #expect(imports("Core/Sources/Simulation/A.swift", "import Meeting") == [])
        #expect(imports("Sources/Storage/A.swift", "import GRDB\npublic import Meeting") == [])
        #expect(
            imports("Sources/Storage/A.swift", "@preconcurrency import WebSite") == ["Storage may not import WebSite"]
        )
        #expect(imports("Sources/WebSocket/A.swift", "import Telemetry") == ["WebSocket may not import Telemetry"])
        #expect(imports("Sources/MeetingServer/A.swift", "import Storage\nimport Meeting") == [])
        #expect(imports("Sources/New/A.swift", "") == ["target New is not in the import table"])
    }

    @Test("An unchecked promise needs its SAFETY line near by")
    func safety() {
        func count(_ text: String) -> Int {
            SafetyComments.violations(SourceFile(path: "Sources/Storage/A.swift", text: text)).count
        }
        #expect(count("final class A: @unchecked Sendable {}") == 1)
        #expect(count("// SAFETY: guarded by the lock.\nfinal class A: @unchecked Sendable {}") == 0)
    }

    @Test("A file of 500 lines is let be, one of 501 is not")
    func lengths() {
        func count(_ lines: Int) -> Int {
            FileLength.violations(SourceFile(path: "Web/a.js", text: String(repeating: "x\n", count: lines))).count
        }
        #expect(count(500) == 0)
        #expect(count(501) == 1)
    }

    @Test("A script is alive if a page, index.js or a test leads to it")
    func deadScripts() {
        let files = [
            SourceFile(
                path: "Web/index.html",
                text: "<script type=\"module\" src=\"/index.js\"></script><script src=\"boot.js\">"
            ),
            SourceFile(path: "Web/index.js", text: "import {a} from './state/a.js'; import('./b.js')"),
            SourceFile(path: "Web/boot.js", text: ""), SourceFile(path: "Web/b.js", text: ""),
            SourceFile(
                path: "Web/state/a.js",
                text: "/** @import {T} from '../types/t.js' */ import(`../locales/${l}.js`)"
            ),
            SourceFile(path: "Web/locales/en.js", text: ""),
            SourceFile(path: "Web/types/t.js", text: ""),
            SourceFile(path: "Web/tests/x.test.js", text: "import '../c.js'"),
            SourceFile(path: "Web/c.js", text: ""), SourceFile(path: "Web/dead.js", text: "import './dead-too.js'"),
            SourceFile(path: "Web/dead-too.js", text: "import './dead.js'"),
        ]
        #expect(DeadScripts.violations(files).map(\.path) == ["Web/dead.js", "Web/dead-too.js"])
    }

    @Test("Messages without example, examples without message and misnamed ones are found")
    func transcripts() {
        let text = """
            ## Joining
            `hello` is the first.
            - `welcome`: you are in.
            ## Messages of a member
            | `chat` `ping` | text | `chat` |
            ## Messages of the server
            | `bye` | reason |
            """
        func example(_ path: String, _ type: String) -> SourceFile {
            SourceFile(path: "\(Transcripts.folder)/\(path).json", text: "{\"type\":\"\(type)\"}")
        }
        let files = [
            SourceFile(path: "docs/PROTOCOL.md", text: text), example("client/hello-resume", "hello"),
            example("client/chat", "chat"), example("server/bye", "byte"), example("server/extra", "extra"),
        ]
        #expect(
            Transcripts.violations(files).map(\.description) == [
                "\(Transcripts.folder)/server/bye.json: holds a message of type byte",
                "\(Transcripts.folder)/server/extra.json: extra is not in docs/PROTOCOL.md",
                "docs/PROTOCOL.md:3: server/welcome has no example in \(Transcripts.folder)",
                "docs/PROTOCOL.md:5: client/ping has no example in \(Transcripts.folder)",
            ]
        )
    }

    @Test(
        "A changelog is held to its form",
        arguments: [
            (
                "# Changelog\n\nWhat changed.\n\n## Unreleased\n\n- A thing.\n\n## 1.0.0 – 2026-11-22\n\n- Another.\n",
                [Int]()
            ),
            ("# Changes\n## Unreleased\n", [1]), ("# Changelog\n## 1.0\n", [2]),
            ("# Changelog\n## Unreleased\n* x\n", [3]),
            ("# Changelog\n- x.\n", [2, 0]), ("# Changelog\n## 1.0.0 – 2026-11-22\n## Unreleased\n- x\n", [3, 4]),
        ]
    )
    func changelog(text: String, lines: [Int]) { #expect(Changelog.violations(text).map(\.line) == lines) }
}
