import GRDB

/// What became of a batch of changes.
public enum StoreOutcome: Equatable, Sendable {
    /// On disk: it survives `kill -9` and a power cut.
    case stored
    /// Not on disk. Chat is lost to storage; rooms, seats and bans are written by themselves once the disk recovers.
    case failed(StoreFailure)
}

/// Why the disk did not take a change. None of them is the end of a meeting.
public enum StoreFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// More changes are waiting than `StorageLimits.queuedChanges`.
    case overloaded
    /// No space left.
    case diskFull
    /// The file or its file system cannot be written.
    case readOnly
    /// The disk reports an error, or another process keeps the file locked.
    case unavailable(String)
    /// The change itself cannot be stored (a seat in a room that does not exist): a mistake of ours, trying again is no use.
    case refused(String)
    /// The store has been closed.
    case closed

    /// Sorts what SQLite says.
    init(_ error: any Error) {
        guard let error = error as? DatabaseError else {
            self = .refused(String(describing: error))
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull
        case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_NOMEM, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_CORRUPT,
            .SQLITE_NOTADB, .SQLITE_NOLFS, .SQLITE_PROTOCOL, .SQLITE_INTERRUPT:
            self = .unavailable("SQLite \(error.extendedResultCode.rawValue)")
        case .SQLITE_MISUSE: self = .closed
        default: self = .refused("SQLite \(error.extendedResultCode.rawValue)")
        }
    }

    /// Whether the same change may succeed later.
    var isTemporary: Bool {
        switch self {
        case .overloaded, .diskFull, .readOnly, .unavailable: true
        case .refused, .closed: false
        }
    }

    /// For the log; holds nothing a client wrote.
    public var description: String {
        switch self {
        case .overloaded: "too many changes are waiting for the disk"
        case .diskFull: "the disk is full"
        case .readOnly: "the disk is read-only"
        case .unavailable(let code): "the disk does not answer (\(code))"
        case .refused(let code): "the change cannot be stored (\(code))"
        case .closed: "the store is closed"
        }
    }
}
