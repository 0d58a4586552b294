import Foundation
import GRDB

extension MeetingStore {
    /// A secret of this server (the TURN secret, the key of token hashes): random when first asked for, the same ever after.
    ///
    /// Waits for the disk; called at the start only. A kept secret of another length is refused rather than replaced.
    public func secret(named name: String, bytes count: Int) throws(StoreFailure) -> [UInt8] {
        do {
            return try pool.write { database in
                if let kept = try Data.fetchOne(
                    database,
                    sql: "SELECT bytes FROM secret WHERE name = ?",
                    arguments: [name]
                ) {
                    guard kept.count == count else { throw StoreFailure.refused("secret of \(kept.count) bytes") }
                    return [UInt8](kept)
                }
                var random = SystemRandomNumberGenerator()
                let fresh = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                try database.execute(sql: "INSERT INTO secret VALUES (?, ?)", arguments: [name, Data(fresh)])
                return fresh
            }
        } catch let failure as StoreFailure {
            throw failure
        } catch { throw StoreFailure(error) }
    }
}

extension MeetingStore {
    /// A secret in the directory of a server that may be running: takes no lock and changes nothing.
    /// Nil when there is none, or when it cannot be read.
    public static func readSecret(named name: String, directory path: String) -> [UInt8]? {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(2)
        // Whatever the reason, the caller has no secret.
        guard let queue = try? DatabaseQueue(path: path + "/parley.sqlite", configuration: configuration) else {
            return nil
        }
        defer { try? queue.close() }  // it goes with this function all the same
        return try? queue.read { database in
            let sql = "SELECT bytes FROM secret WHERE name = ?"
            return try Data.fetchOne(database, sql: sql, arguments: [name]).map { [UInt8]($0) }
        }
    }
}
