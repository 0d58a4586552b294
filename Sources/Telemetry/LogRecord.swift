import Logging

/// One log record and the two ways to write it on one line.
struct LogRecord {
    var time: LogTime
    var level: Logger.Level
    var label: String
    var message: String
    var fields: Logger.Metadata

    /// Fields of one record; the rest is left out and counted in `omitted`.
    private static let fieldLimit = 32
    private static let reserved: Set<String> = ["time", "level", "label", "message", "omitted"]

    /// `{"time":…,"level":…,"label":…,"message":…,` and the fields in the order of their names `}`.
    var json: String {
        var pairs = [
            ("time", time.full), ("level", level.rawValue), ("label", label), ("message", message),
        ]
        pairs += texts.map { (Self.reserved.contains($0.name) ? "_" + $0.name : $0.name, $0.text) }
        if let omitted { pairs.append(("omitted", String(omitted))) }
        return "{"
            + pairs.map { "\"\(LogText.escaped($0.0))\":\"\(LogText.escaped($0.1))\"" }.joined(separator: ",") + "}"
    }

    /// `15:41:59.123 info    message  name=value`.
    var plain: String {
        let level = level.rawValue + String(repeating: " ", count: max(0, 8 - level.rawValue.count))
        var parts = ["\(time.clock) \(level) \(LogText.escaped(message))"]
        parts += texts.map { "\(LogText.escaped($0.name))=\(Self.quotedIfNeeded(LogText.escaped($0.text)))" }
        if let omitted { parts.append("omitted=\(omitted)") }
        return parts.joined(separator: "  ")
    }

    private var texts: [(name: String, text: String)] {
        fields.sorted { $0.key < $1.key }.prefix(Self.fieldLimit).map { ($0.key, $0.value.description) }
    }

    private var omitted: Int? { fields.count > Self.fieldLimit ? fields.count - Self.fieldLimit : nil }

    private static func quotedIfNeeded(_ text: String) -> String {
        text.isEmpty || text.contains(where: { $0 == " " || $0 == "=" }) ? "\"\(text)\"" : text
    }
}
