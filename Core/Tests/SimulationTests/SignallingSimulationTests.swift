import Foundation
import Simulation
import Testing

@Suite("Signalling, simulated")
struct SignallingSimulationTests {
    /// How many worlds: PARLEY_SEEDS, or 300; the first is PARLEY_FIRST_SEED, or 1.
    static let seeds: Range<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["PARLEY_FIRST_SEED"].flatMap { UInt64($0) } ?? 1
        return first..<first + (environment["PARLEY_SEEDS"].flatMap { UInt64($0) } ?? 300)
    }()

    @Test("In every world all that must hold holds", arguments: 0..<UInt64(2))
    func worlds(half: UInt64) {
        var (messages, acknowledged, crashes, failed) = (0, 0, 0, 0)
        var (relayed, told) = (0, 0)
        var (filled, commits) = (0, 0)
        for seed in Self.seeds where seed % 2 == half {
            let outcome = SignallingSimulation.run(seed: seed)
            messages += outcome.messages
            acknowledged += outcome.acknowledgedChat
            crashes += outcome.crashes
            relayed += outcome.relayed
            told += outcome.addressesTold
            filled += outcome.slotsFilled
            commits += outcome.commits
            guard let first = outcome.violations.first else { continue }
            Issue.record("\(first)")
            failed += 1
            if failed >= 10 { break }
        }
        print("\(Self.seeds) (\(half)): \(messages) messages, \(acknowledged) chats acknowledged, \(crashes) crashes")
        print("\(filled) slots filled, \(commits) topologies committed")
        if Self.seeds.count >= 100 {
            #expect(acknowledged > 0)
            #expect(crashes > 0)
            #expect(told > 0)
            #expect(filled > 1_000)
            #expect(commits > 20)
            #expect(relayed > told)
        }
    }

    @Test("The same seed gives the same world to the last byte", arguments: [1, 2, 3, 5, 8, 13, 21, 34] as [UInt64])
    func deterministic(seed: UInt64) {
        let first = SignallingSimulation.run(seed: seed, tracesText: true)
        #expect(first == SignallingSimulation.run(seed: seed, tracesText: true))
        #expect(first.traceHash != SignallingSimulation.run(seed: seed &+ 1, tracesText: true).traceHash)
    }
}
