import Foundation

/// A server in a process of its own, so that its processor time and memory are nobody else's; with a directory for its data.
struct MeasuredProcess {
    /// Empty at start, gone at the end.
    let directory: URL
    private let process = Process()

    /// Starts a program. Nothing of what it prints is kept unless `output` is given.
    init(
        _ executable: URL,
        input: Pipe? = nil,
        output: Pipe? = nil,
        arguments: (_ directory: URL) -> [String]
    ) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "parley-bench-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            process.executableURL = executable
            process.arguments = arguments(directory)
            process.currentDirectoryURL = directory
            if let input { process.standardInput = input }
            process.standardOutput = output ?? FileHandle.nullDevice
            try process.run()
        } catch { throw BenchError.serverDidNotStart("\(error)") }
    }

    /// This very program.
    static var parley: URL { URL(filePath: "/proc/self/exe").resolvingSymlinksInPath() }

    /// User and system time of all threads so far, in microseconds; of threads that have ended, none.
    var cpuMicroseconds: Double {
        let tasks = "/proc/\(process.processIdentifier)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        // The first number is the nanoseconds on a processor; `stat` has the same in hundredths of a second only.
        return threads.reduce(0) { sum, thread in
            let text = try? String(contentsOfFile: "\(tasks)/\(thread)/schedstat", encoding: .utf8)
            return sum + (text?.split(separator: " ").first.flatMap { Double($0) } ?? 0) / 1_000
        }
    }

    /// Resident memory in KiB.
    var residentKiB: Double {
        guard let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let number = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        else { return 0 }
        return Double(number) ?? 0
    }

    /// Ends the server and removes its data.
    func stop() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        // A directory that stays behind in /tmp harms nobody.
        try? FileManager.default.removeItem(at: directory)
    }
}
