import Testing
import Wire

@Suite("JSON")
struct JSONTests {
    func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test(
        "Every kind of value is read",
        arguments: [
            ("null", JSONValue.null), ("true", .bool(true)), (" false\r\n\t", .bool(false)), ("-0", .integer(0)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.5e2", .number(150)), ("1E+2", .number(100)), ("\"\"", .string("")), ("[]", .array([])),
            ("[1,\"a\"]", .array([.integer(1), .string("a")])), ("{}", .object(JSONObject())),
            ("{ \"a\" : [ ] }", .object(JSONObject([.init(key: "a", value: .array([]))]))),
            ("\"\\u00e9\\n\\\"\\\\\\/\"", .string("é\n\"\\/")), ("\"\\ud83d\\ude00\"", .string("😀")),
            ("\"\\u0000\"", .string("\u{0}")), ("\"😀\"", .string("😀")),
        ]
    )
    func values(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
            "{'a':1}",
            "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "1e400",
            "-1e400", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud800\"", "\"\\udc00\"",
            "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\ud83d\"", "\"a\nb\"", "\"\t\"", "\"\u{0}\"", "{} {}",
            "[]]",
            "// comment\n1", "\u{FEFF}1", "{\"a\":1 \"b\":2}", "[\"a\":1]",
        ]
    )
    func refusals(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test(
        "Bytes that are not UTF-8 are refused in keys and values",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
            [0xF8, 0x88, 0x80],
        ] as [[UInt8]]
    )
    func encoding(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array("{\"".utf8) + bytes + Array("\":1}".utf8)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array("\"\\n".utf8) + bytes + [0x22]) }
    }

    @Test("A key that stands twice is refused, also when it is spelled with an escape or lies deep")
    func duplicates() {
        #expect(throws: JSONError.duplicateKey("a")) { try parse("{\"a\":1,\"a\":2}") }
        #expect(throws: JSONError.duplicateKey("a")) { try parse("{\"a\":1,\"\\u0061\":2}") }
        #expect(throws: JSONError.duplicateKey("b")) { try parse("[{\"a\":{\"b\":1,\"b\":1}}]") }
    }

    @Test("Keys are compared byte by byte, as browsers do")
    func canonicalEquivalents() throws {
        let object = try #require(parse("{\"\u{E9}\":1,\"e\u{301}\":2,\"\u{212A}\":3}").object)
        #expect(object.members.count == 3)
        #expect(object["K"] == nil)
        #expect(object["e\u{301}"] == .integer(2))
    }

    @Test("Sixteen levels are read, seventeen are not")
    func depth() throws {
        _ = try parse(String(repeating: "[", count: 16) + String(repeating: "]", count: 16))
        #expect(throws: JSONError.tooDeep) {
            try parse(String(repeating: "[", count: 17) + String(repeating: "]", count: 17))
        }
        #expect(throws: JSONError.tooDeep) { try parse(String(repeating: "[", count: 60_000)) }
        #expect(throws: JSONError.tooDeep) { try parse(String(repeating: "{\"a\":", count: 10_000)) }
    }

    @Test("The number of values and of members is limited")
    func counts() throws {
        _ = try parse("[" + Array(repeating: "0", count: JSONLimits.values - 1).joined(separator: ",") + "]")
        #expect(throws: JSONError.tooMany) {
            try parse("[" + Array(repeating: "0", count: JSONLimits.values).joined(separator: ",") + "]")
        }
        let members = (0...JSONLimits.members).map { "\"\($0)\":0" }
        _ = try parse("{" + members.dropLast().joined(separator: ",") + "}")
        #expect(throws: JSONError.tooMany) { try parse("{" + members.joined(separator: ",") + "}") }
    }

    @Test("A number of 60,000 digits does no harm")
    func longNumber() throws {
        #expect(throws: JSONError.self) { try parse(String(repeating: "9", count: 60_000)) }
        _ = try parse("0." + String(repeating: "9", count: 60_000))
    }

    @Test("Whatever one byte of a text is changed to, reading it does not trap")
    func changedBytes() {
        let text = Array("{\"a\":[1,-2.5e3,\"\\u00e9\\ud83d\\ude00é\",true,null,{}],\"b\":\"\"}".utf8)
        var refused = 0
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[index] = byte
                if (try? JSONValue(parsing: changed)) == nil { refused += 1 }
            }
            if (try? JSONValue(parsing: Array(text[..<index]))) != nil { Issue.record("half a text was read") }
        }
        #expect(refused > text.count * 100)
    }

    @Test("What is written is read again as what it was")
    func writing() throws {
        let text =
            String(String.UnicodeScalarView((0..<0x300).compactMap { Unicode.Scalar($0) })) + "\u{2028}😀\u{10FFFF}"
        var writer = JSONWriter()
        writer.object { json in
            json.field("text", text)
            json.field("number", Int64.min)
            json.field("none", String?.none)
            json.null("null")
            json.array("list", [1, 2]) { json, element in json.object { $0.field("n", element) } }
            json.array("empty", [Int]()) { json, element in json.integer(element) }
            json.object("object") { _ in }
            json.field("yes", true)
            json.field(named: text, "value")
        }
        let value = try JSONValue(parsing: writer.bytes)
        let object = try #require(value.object)
        #expect(object.members.map(\.key) == ["text", "number", "null", "list", "empty", "object", "yes", text])
        #expect(object["text"] == .string(text))
        #expect(object["number"] == .integer(.min))
        #expect(object["null"] == .null)
        #expect(
            object["list"]
                == .array([1, 2].map { .object(JSONObject([.init(key: "n", value: .integer($0))])) })
        )
        #expect(object[text] == .string("value"))
    }
}
