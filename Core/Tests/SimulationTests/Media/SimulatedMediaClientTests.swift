import PeerConnection
import Testing
import Units

@testable import Simulation

@Suite("A simulated client in front of a mirror")
struct SimulatedMediaClientTests {
    /// Connects, talks and shows for some seconds.
    private func call(
        seed: UInt64 = 1,
        _ conditions: LossyLink.Conditions = LossyLink.Conditions(),
        video: VideoShape = VideoShape(),
        seconds: Double = 10,
        _ change: (Mirror) -> Void = { _ in }
    ) throws -> Mirror {
        let mirror = try Mirror(seed: seed, conditions, video: video)
        mirror.client.isMicrophoneOn = true
        mirror.client.isCameraOn = true
        change(mirror)
        mirror.run(seconds: 20) { $0.isConnected }
        mirror.run(seconds: seconds)
        return mirror
    }

    private func audio(_ mirror: Mirror) -> AudioSink { mirror.client.slots[0].audio }
    private func video(_ mirror: Mirror) -> VideoSink { mirror.client.slots[2].video }

    @Test("Offer and answer, ICE, DTLS and SRTP succeed with 30 % loss, whatever the seed", arguments: 0..<40)
    func connects(seed: UInt64) throws {
        let mirror = try Mirror(seed: seed, .losing(30))
        #expect(mirror.run(seconds: 30) { $0.isConnected }, "seed \(seed)")
        #expect(mirror.events.contains(.established))
    }

    @Test("On a good network everything comes, once, and is right")
    func good() throws {
        let mirror = try call()
        let (audio, video) = (audio(mirror), video(mirror))
        #expect((498...502).contains(audio.counts.packets))
        #expect((297...301).contains(video.counts.frames[7] ?? 0))
        #expect(audio.counts.faults.isEmpty && video.counts.faults.isEmpty)
        #expect(audio.counts.missing == 0 && video.counts.missing == 0)
        #expect(audio.counts.duplicates == 0 && video.counts.duplicates == 0)
        #expect(video.freezes.isEmpty && video.nacks == 0)
        #expect(video.keyFrames == 1)
        #expect(mirror.client.statistics.strays == 0)
        #expect(mirror.client.statistics.malformedControl == 0)
    }

    @Test("With 5 % loss, doubles and reordering all is repaired and right, whatever the seed", arguments: 0..<10)
    func lossy(seed: UInt64) throws {
        var conditions = LossyLink.Conditions.losing(5)
        conditions.duplication = 2
        conditions.reordering = 3
        conditions.jitter = .milliseconds(8)
        let mirror = try call(seed: seed, conditions)
        let (audio, video) = (audio(mirror), video(mirror))
        #expect(audio.counts.faults.isEmpty && video.counts.faults.isEmpty, "seed \(seed)")
        #expect((video.counts.frames[7] ?? 0) > 270, "seed \(seed)")
        #expect(video.counts.repaired > 20, "seed \(seed)")
        #expect(mirror.client.retransmissionsSent > 20, "seed \(seed)")
        #expect((20...90).contains(audio.counts.missing), "seed \(seed)")
    }

    @Test("Without repair the sink asks for key frames, notes freezes and goes on")
    func withoutRepair() throws {
        let mirror = try call(.losing(5), seconds: 20) { $0.repairs = false }
        let video = video(mirror)
        #expect(video.counts.faults.isEmpty)
        #expect(video.keyFrameRequests > 3)
        #expect(video.keyFrames > 3)
        #expect(!video.freezes.isEmpty)
        #expect((video.counts.frames[7] ?? 0) > 50)
        #expect(mirror.now - (video.lastShown ?? Timestamp(nanoseconds: 0)) < .seconds(3))
    }

    @Test("Three temporal layers are right too")
    func temporalLayers() throws {
        var shape = VideoShape()
        shape.temporalLayers = 3
        let mirror = try call(video: shape)
        #expect(video(mirror).counts.faults.isEmpty)
        #expect((297...301).contains(video(mirror).counts.frames[7] ?? 0))
    }

    @Test("A forwarder that leaves out a frame and closes the gap is found out")
    func wrongForwarder() throws {
        let mirror = try call { $0.swallowed = [60] }
        let faults = Set(video(mirror).counts.faults)
        #expect(faults.isSuperset(of: [.undecodable, .pictureIDBreak, .baseIndexBreak]))
        #expect(video(mirror).keyFrames > 1, "and a key frame was asked for")
    }

    @Test("Feedback speaks of every packet that arrived")
    func feedback() throws {
        let mirror = try call()
        let statistics = mirror.client.statistics
        #expect(statistics.packetsSent - statistics.reportedArrived < 40)
        #expect(statistics.reportedLost == 0)
        let lossy = try call(.losing(10)).client.statistics
        #expect(lossy.reportedLost > 50)
    }

    @Test("Sender reports put microphone and camera on one clock")
    func lipSync() throws {
        let mirror = try call()
        let (audio, video) = (mirror.client.slots[0].clockOffset, mirror.client.slots[2].clockOffset)
        guard let audio, let video else {
            Issue.record("no reports")
            return
        }
        #expect(abs(audio - video) < 1_000_000)
        #expect(mirror.client.slots[0].stream == mirror.client.slots[2].stream)
    }

    @Test("An ICE restart from another network goes on with the same keys and no fault")
    func restart() throws {
        let mirror = try call(seconds: 3)
        mirror.client.restartICE()
        try mirror.renegotiate()
        mirror.client.add(address: Mirror.address(2), at: mirror.now)
        mirror.client.remove(address: Mirror.address(1))
        #expect(mirror.run(seconds: 5) { $0.connection.selected?.client == Mirror.address(2) })
        let before = video(mirror).counts.frames[7] ?? 0
        mirror.run(seconds: 3)
        #expect((video(mirror).counts.frames[7] ?? 0) > before + 85)
        #expect(video(mirror).counts.faults.isEmpty && audio(mirror).counts.faults.isEmpty)
        #expect(mirror.events.count { $0 == .established } == 1)
    }

    @Test("More slots come with the next offer; those there keep their SSRCs")
    func moreSlots() throws {
        let mirror = try call(seconds: 1)
        let before = mirror.client.slots.map(\.ssrc)
        mirror.client.addSlots(audio: 2, video: 5)
        try mirror.renegotiate()
        #expect(mirror.client.slots.count == 11)
        #expect(Array(mirror.client.slots.map(\.ssrc)[..<4]) == before)
        #expect(Set(mirror.client.slots.compactMap(\.ssrc)).count == 11)
    }

    @Test("A camera that goes off and on again starts with a key frame")
    func offAndOn() throws {
        let mirror = try call(seconds: 2)
        mirror.client.isCameraOn = false
        mirror.run(seconds: 5)
        let before = video(mirror).keyFrames
        mirror.client.isCameraOn = true
        mirror.run(seconds: 1)
        #expect(video(mirror).keyFrames == before + 1)
        #expect(video(mirror).freezes.isEmpty, "nothing was there to be shown")
        #expect(video(mirror).counts.faults.isEmpty)
    }

    @Test("The same seed does the same")
    func deterministic() throws {
        let conditions = LossyLink.Conditions.losing(8)
        let (one, other) = (try call(seed: 5, conditions), try call(seed: 5, conditions))
        #expect(one.client.statistics == other.client.statistics)
        #expect(video(one).counts == video(other).counts)
        #expect(audio(one).counts == audio(other).counts)
    }
}
