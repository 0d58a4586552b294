import Foundation

/// A media plane in a process of its own, and its control plane's end of the pipe.
struct MeasuredSFU {
    private let process: MeasuredProcess
    private let input = Pipe()
    private let output = Pipe()

    /// Starts it and waits until its port is open.
    init(port: Int, workers: Int) throws {
        process = try MeasuredProcess(MeasuredProcess.parley, input: input, output: output) { _ in
            ["bench", "sfu-server", "--port", "\(port)", "--workers", "\(workers)"]
        }
        guard line() == "ready" else { throw BenchError.serverDidNotStart("no media port") }
    }

    var cpuMicroseconds: Double { process.cpuMicroseconds }
    var residentKiB: Double { process.residentKiB }

    /// Opens a link in a room; the answer to the offer.
    func join(_ key: Int, room: Int, worker: Int, offer: String) throws -> String {
        tell("join \(key) \(room) \(worker) \(Data(offer.utf8).base64EncodedString())")
        let said = line()
        let fields = said.split(separator: " ")
        guard fields.count == 3, fields[0] == "answer", let answer = Data(base64Encoded: String(fields[2])) else {
            throw BenchError.refused(said)
        }
        return String(decoding: answer, as: UTF8.self)
    }

    /// Shows a track in a slot.
    func show(_ slot: (key: Int, line: UInt8), _ source: (key: Int, line: UInt8), worker: Int) {
        tell("show \(slot.key) \(slot.line) \(source.key) \(source.line) \(worker)")
    }

    func stop() { process.stop() }

    private func tell(_ line: String) { input.fileHandleForWriting.write(Data((line + "\n").utf8)) }

    /// The next line it says; empty when it says no more.
    private func line() -> String {
        var bytes: [UInt8] = []
        while let byte = output.fileHandleForReading.readData(ofLength: 1).first, byte != UInt8(ascii: "\n") {
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
