public import Logging

/// The names of the fields in our log lines: a closed list, so that a search for one finds all of it.
///
/// No field holds a person's name, a token, an SDP, a chat text or a whole address. A room's name is the invitation to
/// it, so it is not logged either; `room` holds a tag that the server makes of it.
public enum LogKey: String, CaseIterable, Sendable {
    case address, code, connection, count, duration, epoch, file, host, kind, option, origin, participant, path, port,
        reason,
        room, sequence, signal, size, state, status, version
}

extension Logger {
    /// Metadata whose keys are ours: `logger.info("Closed", metadata: .keyed([.reason: "\(code)"]))`.
    public subscript(key: LogKey) -> Metadata.Value? {
        get { self[metadataKey: key.rawValue] }
        set { self[metadataKey: key.rawValue] = newValue }
    }
}

extension Logger.Metadata {
    /// Fields with names of the list.
    public static func keyed(_ fields: KeyValuePairs<LogKey, Logger.MetadataValue>) -> Logger.Metadata {
        Logger.Metadata(fields.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { _, last in last })
    }
}
