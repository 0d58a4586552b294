import Foundation
import Glibc

/// What the machine has to give: files, time, disk.
enum SystemChecks {
    // MARK: Files

    /// Descriptors the server needs beside its connections.
    private static let overhead = 200
    /// Descriptors of one person at most: the page and the WebSocket, TURN over TLS, two relay sockets.
    private static let perPerson = 8
    /// People that a server should be able to take.
    private static let fewPeople = 100

    /// How many files a process of this user may open; the server raises its own limit to this.
    static var fileLimit: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_max)
    }

    static func files(limit: Int) -> Finding {
        let people = max(0, limit - overhead) / perPerson
        if people >= fewPeople {
            return Finding(
                "file-limit",
                .good,
                "\(limit) files may be open at once: enough for \(people) people who all use TURN."
            )
        }
        let advice = "Raise it (ulimit -n, or LimitNOFILE in a systemd unit)."
        return Finding(
            "file-limit",
            people >= 2 ? .warning : .bad,
            "Only \(limit) files may be open at once: enough for \(people) people who all use TURN. \(advice)"
        )
    }

    // MARK: Clock

    /// Both clocks, looked at twice.
    struct Clocks: Equatable, Sendable {
        /// Unix seconds at the second look.
        var wall: Double
        /// Seconds that passed between the looks, by each clock.
        var wallPassed: Double
        var monotonicPassed: Double

        static func look() async -> Clocks {
            let (wall, monotonic) = (Date(), ContinuousClock.now)
            try? await Task.sleep(for: .milliseconds(250))  // cancelled: then both have passed less
            let (later, passed) = (Date(), ContinuousClock.now - monotonic)
            return Clocks(
                wall: later.timeIntervalSince1970,
                wallPassed: later.timeIntervalSince(wall),
                monotonicPassed: passed / .seconds(1)
            )
        }
    }

    static func clock(_ clocks: Clocks) -> Finding {
        let depends = "TURN credentials and certificates depend on it."
        // From the year of this release on, for a century.
        guard (1_767_225_600...4_891_363_200).contains(clocks.wall) else {
            let year = Calendar(identifier: .gregorian).component(.year, from: Date(timeIntervalSince1970: clocks.wall))
            return Finding("clock", .bad, "The clock says it is the year \(year). Set it right: \(depends)")
        }
        guard abs(clocks.wallPassed - clocks.monotonicPassed) < 0.1 else {
            return Finding("clock", .warning, "The clock is being moved while it runs. \(depends)")
        }
        return Finding("clock", .good, "The clock looks right. \(depends)")
    }

    // MARK: Disk

    /// What is known of the data directory.
    enum DataDirectory: Equatable, Sendable {
        /// Can be written, with so many bytes free.
        case writable(free: Int64)
        case failed(reason: String)
    }

    private static let littleBytes: Int64 = 256 << 20
    private static let tooLittleBytes: Int64 = 8 << 20

    /// Writes a small file and removes it; when the directory is not there yet, asks the one it would be made in.
    static func dataDirectory(_ path: String) -> DataDirectory {
        var existing = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
        let isThere = FileManager.default.fileExists(atPath: existing)
        while !FileManager.default.fileExists(atPath: existing), existing.count > 1 {
            existing = URL(filePath: existing).deletingLastPathComponent().path(percentEncoded: false)
        }
        if isThere {
            let probe = existing + "/.doctor-\(getpid())"
            do {
                try PrivateFile.write("doctor", to: probe)
                try FileManager.default.removeItem(atPath: probe)
            } catch { return .failed(reason: "\(error)") }
        } else if unsafe access(existing, W_OK | X_OK) != 0 {
            return .failed(reason: unsafe String(cString: strerror(errno)))
        }
        // Without them nothing is known of space.
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: existing)
        return .writable(free: (attributes?[.systemFreeSize] as? NSNumber)?.int64Value ?? .max)
    }

    static func disk(_ state: DataDirectory, path: String) -> Finding {
        switch state {
        case .failed(let reason):
            return Finding(
                "disk",
                .bad,
                "The data directory \(path) cannot be written: \(reason). Choose another with --data."
            )
        case .writable(let free) where free < tooLittleBytes:
            return Finding("disk", .bad, "The disk of the data directory \(path) is full.")
        case .writable(let free) where free < littleBytes:
            return Finding("disk", .warning, "The disk of the data directory \(path) has only \(free >> 20) MB left.")
        case .writable: return Finding("disk", .good, "The data directory \(path) can be written and there is room.")
        }
    }
}
