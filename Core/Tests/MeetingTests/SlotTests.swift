import Testing
import Units

@testable import Meeting

@Suite("Slots")
struct SlotAssignerTests {
    static func slots(audio: Int, video: Int) -> [Slot] {
        (0..<audio).map { Slot(mid: "a\($0)", isAudio: true, number: $0, isUsable: true) }
            + (0..<video).map { Slot(mid: "v\($0)", isAudio: false, number: $0, isUsable: true) }
    }

    static func camera(_ name: String) -> TrackID { TrackID(ParticipantID(name), .camera) }
    static func microphone(_ name: String) -> TrackID { TrackID(ParticipantID(name), .microphone) }

    static func content(_ slots: [Slot]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: slots.compactMap { slot in slot.track.map { (slot.mid, $0.description) } })
    }

    @Test("Of more tracks than slots the most important are shown")
    func importance() {
        let slots = SlotAssigner.assigned(
            Self.slots(audio: 0, video: 2),
            video: ["Ana", "Ben", "Cleo"].map(Self.camera),
            audio: []
        )
        #expect(Self.content(slots) == ["v0": "Ana/camera", "v1": "Ben/camera"])
    }

    @Test("What goes on being shown keeps its slot, whatever the order")
    func stable() {
        var slots = Self.slots(audio: 0, video: 3)
        slots = SlotAssigner.assigned(slots, video: ["Ana", "Ben", "Cleo"].map(Self.camera), audio: [])
        slots = SlotAssigner.assigned(slots, video: ["Dan", "Cleo", "Ben"].map(Self.camera), audio: [])
        #expect(Self.content(slots) == ["v0": "Dan/camera", "v1": "Ben/camera", "v2": "Cleo/camera"])
    }

    @Test("A camera goes to the number of its owner's microphone, and a microphone to that of his camera")
    func lipSync() {
        var slots = Self.slots(audio: 4, video: 4)
        slots = SlotAssigner.assigned(slots, video: [], audio: ["Ana", "Ben", "Cleo"].map(Self.microphone))
        slots = SlotAssigner.assigned(
            slots,
            video: ["Cleo", "Dan"].map(Self.camera),
            audio: ["Ana", "Ben", "Cleo"].map(Self.microphone)
        )
        #expect(slots.first { $0.track == Self.camera("Cleo") }?.mid == "v2")
        #expect(slots.first { $0.track == Self.camera("Dan") }?.mid == "v3", "no stream of two people")
        slots = SlotAssigner.assigned(
            slots,
            video: ["Cleo", "Dan"].map(Self.camera),
            audio: ["Dan", "Ana", "Ben", "Cleo"].map(Self.microphone)
        )
        #expect(slots.first { $0.track == Self.microphone("Dan") }?.mid == "a3")
    }

    @Test("Nothing is put on a slot that the client may not have yet")
    func unusable() {
        var slots = Self.slots(audio: 1, video: 2)
        slots[1].isUsable = false
        slots = SlotAssigner.assigned(slots, video: ["Ana", "Ben"].map(Self.camera), audio: [Self.microphone("Ana")])
        #expect(Self.content(slots) == ["a0": "Ana/microphone", "v1": "Ana/camera"])
    }

    @Test("In a thousand random changes no track is shown twice, all slots that can be are filled, and nothing moves")
    func random() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        var slots = Self.slots(audio: 5, video: 7)
        for _ in 0..<1_000 {
            let names = (0..<12).map { "P\($0)" }.shuffled(using: &random)
            let video = names.prefix(Int.random(in: 0...12, using: &random)).map(Self.camera)
            let audio = names.shuffled(using: &random).prefix(Int.random(in: 0...12, using: &random)).map(
                Self.microphone
            )
            let after = SlotAssigner.assigned(slots, video: video, audio: audio)
            let shown = after.compactMap(\.track)
            #expect(Set(shown) == Set(video.prefix(7) + audio.prefix(5)), "seed \(seed)")
            #expect(shown.count == Set(shown).count, "seed \(seed)")
            for (old, new) in zip(slots, after) where old.track != new.track {
                #expect(!shown.contains { $0 == old.track }, "a track moved, seed \(seed)")
            }
            slots = after
        }
    }
}

@Suite("How many slots a link needs")
struct SlotNeedTests {
    @Test(
        "Grows in steps and never shrinks",
        arguments: [(0, 0, 4, 4), (4, 4, 4, 4), (5, 5, 8, 9), (9, 17, 16, 25), (16, 26, 16, 40), (99, 99, 16, 40)]
    )
    func steps(audioTracks: Int, videoTracks: Int, audio: Int, video: Int) {
        var need = SlotNeed()
        need.grow(audio: audioTracks, video: videoTracks)
        #expect(need.audio == audio)
        #expect(need.video == video)
        need.grow(audio: 0, video: 0)
        #expect(need.audio == audio)
        #expect(need.video == video)
    }

    @Test("However it grows it fits into one description")
    func fits() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            var need = SlotNeed()
            for _ in 0..<5 {
                need.grow(audio: Int.random(in: 0...60, using: &random), video: Int.random(in: 0...60, using: &random))
                #expect(need.audio + need.video + Limits.ownLines <= Limits.sfuLines, "seed \(seed)")
            }
        }
    }
}

@Suite("The loudest few")
struct LoudestFewTests {
    static func at(_ milliseconds: UInt64) -> Timestamp { Timestamp(nanoseconds: (1_000 + milliseconds) * 1_000_000) }
    static let names = (0..<12).map { ParticipantID("P\($0)") }

    @Test("There is room for eight; the ninth comes in when somebody has been silent for two seconds")
    func hysteresis() {
        var loudest = LoudestFew()
        var heard: Bool
        heard = loudest.heard(Array(Self.names[..<8]), now: Self.at(0))
        #expect(heard)
        heard = loudest.heard([Self.names[8]] + Self.names[..<7], now: Self.at(1_000))
        #expect(!heard)
        #expect(loudest.members == Array(Self.names[..<8]))
        heard = loudest.heard([Self.names[8]], now: Self.at(2_000))
        #expect(heard)
        #expect(loudest.members == Array(Self.names[..<7]) + [Self.names[8]], "the one who was silent longest went")
    }

    @Test("Whoever leaves makes room")
    func leaving() {
        var loudest = LoudestFew()
        var heard: Bool
        _ = loudest.heard(Array(Self.names[..<8]), now: Self.at(0))
        loudest.remove(Self.names[3])
        heard = loudest.heard([Self.names[9]], now: Self.at(1))
        #expect(heard)
        #expect(!loudest.members.contains(Self.names[3]))
    }
}
