import Foundation
import GRDB
import Meeting
import Testing

@testable import Storage

@Suite("kill -9", .timeLimit(.minutes(2)))
struct CrashTests {
    /// The helper lies beside the test bundle.
    private func child() throws -> URL {
        let arguments = CommandLine.arguments
        let flag = arguments.firstIndex(of: "--test-bundle-path").map { arguments.index(after: $0) }
        let bundle = flag.flatMap { arguments.indices.contains($0) ? arguments[$0] : nil } ?? arguments[0]
        var folder = URL(fileURLWithPath: bundle)
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("StorageCrashChild")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder.deleteLastPathComponent()
        }
        throw CocoaError(.fileNoSuchFile)
    }

    /// Lets the child store until it has acknowledged `count` messages, then kills it; returns all it acknowledged.
    private func acknowledgedBeforeKill(_ child: URL, _ directory: String, first: Int, count: Int) throws -> [Int] {
        let process = Process()
        let output = Pipe()
        process.executableURL = child
        process.arguments = [directory, String(first)]
        process.standardOutput = output
        try process.run()
        var bytes = Data()
        while bytes.lazy.filter({ $0 == UInt8(ascii: "\n") }).count < count {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            bytes += more
        }
        kill(process.processIdentifier, SIGKILL)
        bytes += output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { Int($0) }
    }

    @Test("After 20 kills at random moments every acknowledged message is in the database")
    func durability() async throws {
        let child = try child()
        let directory = TemporaryDirectory()
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        var acknowledged: Set<Int> = []
        for round in 0..<20 {
            let count = Int.random(in: 1...300, using: &random)
            acknowledged.formUnion(
                try acknowledgedBeforeKill(child, directory.path, first: round * 1_000_000, count: count)
            )
        }
        let store = try openStore(directory)
        let stored = try await store.pool.read { try Int.fetchSet($0, sql: "SELECT at FROM chat") }
        #expect(acknowledged.count >= 20)
        #expect(acknowledged.subtracting(stored) == [], "seed \(seed)")
    }
}

/// A seeded generator (SplitMix64), so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
