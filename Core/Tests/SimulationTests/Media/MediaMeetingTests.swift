import Foundation
import Simulation
import Testing

@Suite("Meetings through the SFU, simulated")
struct MediaMeetingTests {
    /// How many worlds: PARLEY_MEDIA_SEEDS, or as many as take about a minute; the first is PARLEY_FIRST_SEED, or 1.
    static let seeds: Range<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["PARLEY_FIRST_SEED"].flatMap { UInt64($0) } ?? 1
        return first..<first + (environment["PARLEY_MEDIA_SEEDS"].flatMap { UInt64($0) } ?? 300)
    }()

    @Test(
        "Every frame that reached the server and was not skipped on purpose can be decoded at every subscriber",
        arguments: 0..<UInt64(2)
    )
    func worlds(half: UInt64) {
        var (frames, sounds, members, lost, failed) = (0, 0, 0, 0, 0)
        var actions: [String: Int] = [:]
        for seed in Self.seeds where seed % 2 == half {
            let outcome = MediaMeeting.run(seed: seed)
            frames += outcome.frames
            sounds += outcome.sounds
            members += outcome.members
            lost += outcome.datagramsLost
            actions.merge(outcome.actions, uniquingKeysWith: +)
            guard !outcome.violations.isEmpty else { continue }
            Issue.record("\(outcome.violations)")
            failed += 1
            if failed >= 10 { break }
        }
        print("\(Self.seeds) (\(half)): \(members) clients, \(frames) frames, \(sounds) sounds, \(lost) datagrams lost")
        print(actions.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", "))
        #expect(frames > 0)
        #expect(sounds > 0)
        #expect((actions["retry"] ?? 0) * 20 <= members, "links come about at the first try")
    }

    @Test("The same seed gives the same meeting, to the datagram", arguments: [1, 2, 3, 5, 8] as [UInt64])
    func deterministic(seed: UInt64) {
        let first = MediaMeeting.run(seed: seed)
        #expect(first == MediaMeeting.run(seed: seed))
        #expect(first.traceHash != MediaMeeting.run(seed: seed + 1).traceHash)
    }

    @Test("A larger meeting holds the same")
    func large() {
        let outcome = MediaMeeting.run(seed: 77, members: 7)
        #expect(outcome.violations == [])
        #expect(outcome.frames > 100)
    }
}
