import Testing

@testable import WebSite

@Suite("What visitors are spared")
struct SourceTrimTests {
    @Test(
        "Comment lines, indentation and spaces beside punctuation go, code and line numbers stay",
        arguments: [
            ("// note\nlet a = 1;", "\nlet a=1;"),
            ("/** doc\n * more\n */\n  let a = 1;", "\n\n\nlet a=1;"),
            ("/* a */ let b = 2; // after", "let b = 2; // after"),
            (
                "let url = 'https://example.org'; /* open\n still */ let c = 3;",
                "let url = 'https://example.org'; /* open\nstill */ let c = 3;"
            ),
            ("const f = async ({ a, b }) => ({ a, c: [b ? 1 : -1] });", "const f=async({a,b})=>({a,c:[b?1:-1]});"),
            ("if (a + +b && 'x , y' in o) return \"{ \\\" }\";", "if(a + +b&&'x , y' in o)return \"{ \\\" }\";"),
            ("const r = / , /.test(a, b);", "const r = / , /.test(a, b);"),
            ("const t = `a , ${b}`;", "const t = `a , ${b}`;"),
            ("const t = `\n  // kept\n  two`;\n  // gone", "const t = `\n  // kept\n  two`;\n"),
            ("const t = `\\``;\n  // gone", "const t = `\\``;\n"),
        ]
    )
    func script(source: String, served: String) {
        #expect(String(decoding: SourceTrim.trimmed(Array(source.utf8), path: "a.js"), as: UTF8.self) == served)
    }

    @Test("In a style sheet two slashes are no comment")
    func styleSheet() {
        let served = SourceTrim.trimmed(Array("/* a */\n  a { color: red }\n  //x".utf8), path: "a.css")
        #expect(String(decoding: served, as: UTF8.self) == "\na { color: red }\n//x")
    }

    @Test("Other files are served as they are")
    func others() {
        #expect(SourceTrim.trimmed(Array("  // x".utf8), path: "icons.svg") == Array("  // x".utf8))
    }
}
