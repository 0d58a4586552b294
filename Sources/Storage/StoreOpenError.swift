/// Why the store could not be opened: one sentence for the person who started the server, saying what to do.
public enum StoreOpenError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The directory cannot be made, or nothing can be written in it.
    case directory(path: String, reason: String)
    /// Another process holds the directory.
    case inUse(path: String)
    /// The file was written by a later release.
    case newer(path: String)
    /// The file is damaged, or no database at all. It is left as it is.
    case corrupt(path: String)
    /// Anything else SQLite reports.
    case failed(path: String, failure: StoreFailure)

    public var description: String {
        switch self {
        case .directory(let path, let reason):
            "The data directory \(path) cannot be used (\(reason)); choose another with --data or correct its permissions."
        case .inUse(let path):
            "The data directory \(path) is in use by another running server; stop that one or choose another with --data."
        case .newer(let path):
            "The database \(path) was written by a newer release of Parley; start that release, or choose another directory with --data."
        case .corrupt(let path):
            "The database \(path) is damaged; move it away together with its -wal and -shm files (they are not deleted for you) or restore a backup, then start again."
        case .failed(let path, let failure):
            "The database \(path) cannot be opened: \(failure)."
        }
    }
}
