import Foundation
import NIOCore
import NIOPosix

/// A `parley serve` to be measured.
struct MeasuredServer {
    let port: Int
    private let process: MeasuredProcess

    /// Starts the server and waits until it takes a WebSocket.
    init(arguments: [String]) async throws {
        let port = Int.random(in: 20_000..<30_000)
        self.port = port
        process = try MeasuredProcess(MeasuredProcess.parley) { directory in
            [
                "serve", "--port", "\(port)", "--media-port", "\(port + 1)", "--admin-port", "\(port + 2)",
                "--data", directory.path, "--log-level", "warning",
            ] + arguments
        }
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

    /// The bound media port.
    var mediaPort: Int { port + 1 }

    /// User and system time so far, in microseconds.
    var cpuMicroseconds: Double { process.cpuMicroseconds }

    /// Resident memory in KiB.
    var residentKiB: Double { process.residentKiB }

    /// Ends the server and removes its data.
    func stop() { process.stop() }
}
