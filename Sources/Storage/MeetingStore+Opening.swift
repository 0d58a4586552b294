import GRDB

extension MeetingStore {
    /// Opens, checks and migrates the file; every way it can go wrong has its own sentence.
    static func open(_ path: String) throws(StoreOpenError) -> DatabasePool {
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            // A commit is answered only after fsync of the log: GRDB's NORMAL would lose the last ones in a power cut.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let migrator = Schema.migrator
            let (isNewer, report) = try pool.read { database in
                (
                    try migrator.hasBeenSuperseded(database),
                    try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
                )
            }
            guard report == "ok" else { throw StoreOpenError.corrupt(path: path) }
            guard !isNewer else { throw StoreOpenError.newer(path: path) }
            try migrator.migrate(pool)
            return pool
        } catch let error as StoreOpenError {
            throw error
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_NOTADB || error.resultCode == .SQLITE_CORRUPT
        {
            throw .corrupt(path: path)
        } catch {
            throw .failed(path: path, failure: StoreFailure(error))
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "parley"
        configuration.busyMode = .timeout(2)
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else { return }
            // Takes effect on an empty file only, before WAL mode writes its first page.
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        }
        return configuration
    }
}
