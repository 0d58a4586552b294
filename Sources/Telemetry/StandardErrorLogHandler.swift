import Glibc
public import Logging

/// Writes one record as one line to standard error: JSON for machines, plain when a person looks at a terminal.
public struct StandardErrorLogHandler: LogHandler {
    enum Style: Sendable {
        case json, terminal
    }

    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let style: Style
    private let now: @Sendable () -> LogTime
    private let write: @Sendable (String) -> Void

    /// JSON, unless standard error is a terminal.
    public init(label: String, level: Logger.Level) {
        self.init(
            label: label,
            level: level,
            style: isatty(STDERR_FILENO) == 1 ? .terminal : .json,
            now: LogTime.now,
            write: Self.writeToStandardError
        )
    }

    init(
        label: String,
        level: Logger.Level,
        style: Style,
        now: @escaping @Sendable () -> LogTime,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        logLevel = level
        self.style = style
        self.now = now
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        if let error = event.error { fields["error"] = "\(error)" }
        let record = LogRecord(
            time: now(),
            level: event.level,
            label: label,
            message: event.message.description,
            fields: fields
        )
        write(style == .json ? record.json : record.plain)
    }

    /// One call of `write` a line, so that lines of several threads do not mix. What the terminal refuses is lost.
    private static func writeToStandardError(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Makes every `Logger` of the process write through `StandardErrorLogHandler`. Call once, before the first logger is made.
public func bootstrapLogging(level: Logger.Level) {
    LoggingSystem.bootstrap { label in StandardErrorLogHandler(label: label, level: level) }
}
