import Foundation
import Logging
import Synchronization
import Testing

@testable import Telemetry

@Suite("Log lines")
struct LogTests {
    /// Logs through a real `Logger` and returns the lines.
    private func lines(
        _ style: StandardErrorLogHandler.Style = .json,
        _ log: (Logger) -> Void
    ) -> [String] {
        let lines = Lines()
        let time = LogTime(unixMilliseconds: 1_795_362_119_123)
        log(
            Logger(label: "test") { label in
                StandardErrorLogHandler(
                    label: label,
                    level: .info,
                    style: style,
                    now: { time },
                    write: { lines.add($0) }
                )
            }
        )
        return lines.all
    }

    private func object(_ line: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    }

    @Test("A record is one JSON object with time, level, label, message and its fields")
    func json() throws {
        let line = try #require(lines { $0.info("Listening", metadata: .keyed([.port: "8080", .host: "::1"])) }.first)
        #expect(
            line == """
                {"time":"2026-11-22T15:41:59.123Z","level":"info","label":"test","message":"Listening","host":"::1","port":"8080"}
                """
        )
    }

    static let hostile = [
        "a\r\n{\"level\":\"critical\"}", "\u{1b}[2J\u{1b}]0;owned\u{07}", "\u{202e}evil\u{2066}",
        "\0\u{7f}\u{85}\u{2028}\u{2029}",
        "\"quoted\\\"", "zero\u{200b}width\u{feff}", "\u{e0041}tag", String(repeating: "x", count: 1_000_000),
        String(repeating: "\u{1}", count: 1000), String(repeating: "👋", count: 1000), "",
    ]

    @Test(
        "Hostile text stays inside its field: one line, no control or bidi character, at most 512 bytes",
        arguments: hostile
    )
    func hostileText(_ text: String) throws {
        for style in [StandardErrorLogHandler.Style.json, .terminal] {
            let written = lines(style) { $0.warning("\(text)", metadata: ["key": "\(text)", "\(text)": "value"]) }
            let line = try #require(written.first)
            #expect(written.count == 1)
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
            #expect(
                !line.unicodeScalars.contains { [.format, .lineSeparator].contains($0.properties.generalCategory) }
            )
            #expect(line.utf8.count < 4 * 512)
            if style == .json { #expect(try object(line)["level"] == "warning") }
        }
    }

    @Test("Text up to the limit is kept as it is; longer text ends in an ellipsis within the limit")
    func limit() {
        let fitting = String(repeating: "x", count: LogText.limit)
        #expect(LogText.escaped(fitting) == fitting)
        let cut = LogText.escaped(fitting + "x")
        #expect(cut.utf8.count == LogText.limit)
        #expect(cut.hasSuffix("x…"))
    }

    @Test("Escaped text reads back as it was")
    func roundTrip() throws {
        let text = "a\r\n\t\"\\\u{1b}\u{202e}\u{e0041}räksmörgås 👋"
        let line = try #require(lines { $0.info("\(text)") }.first)
        #expect(try object(line)["message"] == text)
    }

    @Test("A field cannot pose as one of the record's own")
    func reserved() throws {
        let line = try #require(lines { $0.info("Real", metadata: ["message": "forged", "level": "debug"]) }.first)
        let object = try object(line)
        #expect(object["message"] == "Real")
        #expect(object["_message"] == "forged")
        #expect(object["level"] == "info")
    }

    @Test("A record has at most 32 fields and says how many were left out")
    func manyFields() throws {
        let fields = Dictionary(uniqueKeysWithValues: (0..<40).map { ("key\($0)", Logger.MetadataValue.string("v")) })
        let line = try #require(lines { $0.info("Many", metadata: fields) }.first)
        let object = try object(line)
        #expect(object.count == 4 + 32 + 1)
        #expect(object["omitted"] == "8")
    }

    @Test("On a terminal a record is a line to read")
    func terminal() {
        let written = lines(.terminal) { $0.notice("Draining", metadata: .keyed([.reason: "by signal", .count: "3"])) }
        #expect(written == ["15:41:59.123 notice   Draining  count=3  reason=\"by signal\""])
    }

    @Test("Records below the level are not written; those of a thousand events are a thousand lines")
    func levels() {
        let written = lines { logger in
            for _ in 0..<1000 {
                logger.debug("no")
                logger.info("yes")
            }
        }
        #expect(written.count == 1000)
    }

    @Test(
        "Dates come out right",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func dates(milliseconds: Int64, text: String) {
        #expect(LogTime(unixMilliseconds: milliseconds).full == text)
    }
}

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
