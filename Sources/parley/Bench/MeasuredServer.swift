import Foundation
import NIOCore
import NIOPosix

/// A `parley serve` of its own process, so that its processor time and memory are nobody else's.
struct MeasuredServer {
    let port: Int
    private let process: Process
    private let directory: URL

    /// Starts the server and waits until it takes a WebSocket.
    init(arguments: [String]) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "parley-bench-\(UUID().uuidString)")
        port = Int.random(in: 20_000..<30_000)
        process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments =
            [
                "serve", "--port", "\(port)", "--media-port", "\(port + 1)", "--admin-port", "\(port + 2)",
                "--data", directory.path, "--log-level", "warning",
            ] + arguments
        process.standardOutput = FileHandle.nullDevice
        do { try process.run() } catch { throw BenchError.serverDidNotStart("\(error)") }
        for _ in 0..<200 {
            // Refused until the server listens.
            if let channel = try? await BenchClient.connect(
                port: port,
                group: .singletonMultiThreadedEventLoopGroup,
                onText: { _ in }
            ) {
                channel.close(promise: nil)
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw BenchError.serverDidNotStart("no answer on port \(port)")
    }

    /// User and system time so far, in microseconds.
    var cpuMicroseconds: Double {
        // The fields after the command's closing parenthesis; utime and stime are the 12th and 13th of them, in 1/100 s.
        guard let stat = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return 0 }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) * 10_000
    }

    /// Resident memory in KiB.
    var residentKiB: Double {
        guard let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let number = line.split(separator: " ").dropFirst().first ?? line.split(separator: "\t").dropFirst().first
        else { return 0 }
        return Double(number.trimmingCharacters(in: .whitespaces)) ?? 0
    }

    /// Ends the server and removes its data.
    func stop() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        // A directory that stays behind in /tmp harms nobody.
        try? FileManager.default.removeItem(at: directory)
    }
}
