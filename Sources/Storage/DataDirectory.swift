import Glibc
import Synchronization

/// The `--data` directory of one running server: made when missing, locked against a second server.
///
/// The lock belongs to the open file, so a server killed with -9 leaves none behind.
final class DataDirectory: Sendable {
    let path: String
    /// The database inside.
    var databasePath: String { path + "/parley.sqlite" }
    private let lock: Mutex<CInt?>

    /// Makes the directory (0700) and the empty database file (0600) unless they are there, and takes the lock.
    init(path: String) throws(StoreOpenError) {
        self.path = path
        try Self.makeDirectories(path)
        let descriptor = unsafe open(path + "/parley.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .directory(path: path, reason: Self.reason()) }
        lock = Mutex(descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .inUse(path: path) }
        // SQLite gives -wal and -shm the permissions of the file they belong to.
        let database = unsafe open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard database >= 0 else { throw .directory(path: path, reason: Self.reason()) }
        _ = Glibc.close(database)
    }

    deinit { release() }

    /// Lets another server have the directory.
    func release() {
        guard let descriptor = lock.withLock({ $0.take() }) else { return }
        _ = Glibc.close(descriptor)
    }

    private static func makeDirectories(_ path: String) throws(StoreOpenError) {
        var partial = path.hasPrefix("/") ? "" : "."
        for component in path.split(separator: "/") {
            partial += "/" + component
            if unsafe mkdir(partial, 0o700) != 0, errno != EEXIST {
                throw .directory(path: path, reason: reason())
            }
        }
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
