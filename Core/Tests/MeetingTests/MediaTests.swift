import Testing
import Units
import Wire

@testable import Meeting

@Suite("Media by the SFU")
struct MediaTests {
    let meeting = Harness(roomLimit: 50, meshLimit: 0)

    /// Everybody linked, microphone and camera on.
    func join(_ names: [String], audio: Int = 4, video: Int = 4) {
        for name in names {
            meeting.join(name)
            meeting.state(name, #""microphone":"on","camera":"on""#)
            meeting.link(name, audio: audio, video: video)
        }
        meeting.forgetNews()
        _ = meeting.takeOrders()
    }

    // MARK: Negotiation

    @Test("An offer goes to the SFU with its neg and tracks, its answer back with re")
    func offer() throws {
        meeting.join("Ana")
        let room = try #require(Harness.room)
        #expect(meeting.offer("Ana").isEmpty)
        #expect(
            meeting.takeOrders() == [
                .sfuOffer(meeting.participant("Ana"), room, neg: 1, re: 101)
            ]
        )
        meeting.answer("Ana")
        let answer = meeting.news("Ana").first
        #expect(answer?.type == "answer")
        #expect(answer?["from"]?.string == "sfu")
        #expect(answer?["re"]?.integer == 101)
        #expect(answer?["neg"]?.integer == 1)
        #expect(answer?["sdp"]?.string == "v=0 answer")
        #expect(answer?["tracks"]?["3"]?.string == "screenAudio")
    }

    @Test("In a mesh the link to the SFU opens just the same")
    func mesh() {
        let meeting = Harness(meshLimit: 6)
        meeting.join("Ana")
        meeting.offer("Ana")
        #expect(meeting.orders.count == 1)
        meeting.answer("Ana")
        #expect(meeting.news("Ana").types == ["answer"])
    }

    @Test("An offer that is not newer and an answer to an older one are dropped; candidates are taken and forgotten")
    func old() {
        meeting.join("Ana")
        meeting.offer("Ana", neg: 2)
        meeting.offer("Ana", neg: 2)
        meeting.offer("Ana", neg: 1)
        #expect(meeting.orders.count == 1)
        meeting.answer("Ana", neg: 1)
        #expect(meeting.news("Ana").isEmpty)
        meeting.answer("Ana", neg: 2)
        meeting.answer("Ana", neg: 2)
        #expect(meeting.news("Ana").types == ["answer"])
        #expect(meeting.say("Ana", #"{"type":"candidate","id":1,"to":"sfu","neg":2,"candidate":null}"#).isEmpty)
    }

    @Test("A refused offer is an error with re, and may be made again with the same neg")
    func refused() {
        meeting.join("Ana")
        meeting.offer("Ana")
        meeting.refuse("Ana", "That is no description.")
        let error = meeting.news("Ana").first
        #expect(error?.code == "bad-message")
        #expect(error?["re"]?.integer == 101)
        _ = meeting.takeOrders()
        meeting.offer("Ana")
        #expect(meeting.orders.count == 1)
    }

    @Test("Two tracks of one source, and more offers than twenty at once, are refused")
    func limits() {
        meeting.join("Ana")
        let twice = meeting.offer("Ana", tracks: #"{"0":"camera","1":"camera"}"#)
        #expect(twice.first?.code == "bad-message")
        for neg in 2...40 { meeting.offer("Ana", neg: neg) }
        #expect(meeting.takeOrders().count < 25)
        #expect(meeting.inbox("Ana").last?.code == "rate-limited")
    }

    @Test("A client that was away hears the answer it may have missed, its need and its slots; later nothing of it")
    func resume() {
        join(["Ana", "Ben"])
        let (token, seq) = (meeting.token("Ana"), meeting.lastSeq("Ana"))
        meeting.offer("Ana", neg: 2)
        meeting.drop("Ana")
        meeting.answer("Ana", neg: 2)
        let back = meeting.join("Ana", resume: token, lastSeq: seq)
        #expect(back.types == ["resumed", "updated", "answer", "need", "slots"])
        #expect(back.first("answer")?["neg"]?.integer == 2)
        #expect(back.first("slots")?["slots"]?["a0"]?.string == "\(meeting.id("Ben"))/microphone")
        #expect(back.first("slots")?["slots"]?["v0"] == .null)
        #expect(meeting.takeOrders().closed.isEmpty, "media outlives the WebSocket")
    }

    @Test("A reloaded page begins anew: the SFU forgets its link")
    func reload() {
        join(["Ana", "Ben"])
        let ana = meeting.participant("Ana")
        let back = meeting.join("Ana", resume: meeting.token("Ana"))
        #expect(back.types.contains("welcome"))
        #expect(meeting.takeOrders().closed == [ana])
        #expect(meeting.shown("Ben").isEmpty)
        meeting.offer("Ana", neg: 1)
        #expect(meeting.takeOrders().count == 1)
    }

    @Test("A page that lives keeps its link when the meeting is given anew")
    func anew() {
        join(["Ana", "Ben"])
        let (token, seq) = (meeting.token("Ana"), meeting.lastSeq("Ana"))
        meeting.drop("Ana")
        for number in 0..<2_100 {
            meeting.state("Ben", #""hand":\#(number % 2 == 0)"#)
            if number % 100 == 0 { meeting.advance(.seconds(1)) }
        }
        let back = meeting.join("Ana", resume: token, lastSeq: seq)
        #expect(back.types.contains("welcome"))
        #expect(back.first("slots")?["slots"]?["a0"]?.string == "\(meeting.id("Ben"))/microphone")
        #expect(meeting.takeOrders().closed.isEmpty)
        #expect(meeting.shown("Ana").count == 1)
    }

    @Test("In a room that hides addresses the SFU's answer still comes whole to who was away")
    func relayOnly() {
        meeting.join("Ana")
        meeting.say("Ana", #"{"type":"moderate","action":"relay-only","on":true}"#)
        let (token, seq) = (meeting.token("Ana"), meeting.lastSeq("Ana"))
        meeting.offer("Ana")
        meeting.drop("Ana")
        let sdp = "v=0\r\na=candidate:1 1 udp 1 192.0.2.1 3478 typ host\r\n"
        meeting.perform(
            meeting.manager.sfuAnswered(meeting.participant("Ana"), neg: 1, sdp: sdp, lines: [], at: meeting.moment)
        )
        let back = meeting.join("Ana", resume: token, lastSeq: seq)
        #expect(back.first("answer")?["sdp"]?.string == sdp)
    }

    // MARK: Slots

    @Test("Everybody hears the others and sees what he wants, one slot number a person")
    func shown() {
        join(["Ana", "Ben", "Cleo"])
        let (ana, ben, cleo) = (
            meeting.participant("Ana"), meeting.track("Ben", .camera), meeting.track("Cleo", .camera)
        )
        meeting.want("Ana", [cleo, ben])
        #expect(
            meeting.shown("Ana") == [
                "a0": ben.companion, "v0": ben, "a1": cleo.companion, "v1": cleo,
            ]
        )
        #expect(meeting.takeOrders().assigned(to: ana).sorted() == ["v0 \(ben)", "v1 \(cleo)"])
        let slots = meeting.inbox("Ana").all("slots").last
        #expect(slots?["slots"]?["v1"]?.string == cleo.description)
        #expect(slots?["seq"] != nil)
    }

    @Test("A source switched off frees its slot and is paused, and comes back to where its other half is")
    func off() {
        join(["Ana", "Ben", "Cleo"])
        let (ana, camera) = (meeting.participant("Ana"), meeting.track("Cleo", .camera))
        meeting.want("Ana", [camera])
        _ = meeting.takeOrders()
        meeting.forgetNews()
        meeting.state("Cleo", #""camera":"off""#)
        let orders = meeting.takeOrders()
        #expect(orders.pauses == ["\(camera) true"])
        #expect(orders.assigned(to: ana) == ["v1 -"])
        #expect(meeting.news("Ana").first("slots")?["slots"]?["v1"] == .null)
        meeting.state("Cleo", #""camera":"on""#)
        #expect(meeting.takeOrders().assigned(to: ana) == ["v1 \(camera)"])
    }

    @Test("A host's mute pauses too")
    func muted() {
        join(["Ana", "Ben"])
        meeting.say("Ana", #"{"type":"moderate","action":"mute","participant":"\#(meeting.id("Ben"))"}"#)
        #expect(meeting.takeOrders().pauses == ["\(meeting.track("Ben", .microphone)) true"])
        #expect(meeting.shown("Ana").isEmpty)
    }

    @Test("A screen and its sound are one number; the sound is heard without being wanted")
    func screen() {
        join(["Ana", "Ben"])
        meeting.state("Ben", #""screen":"on""#)
        #expect(meeting.shown("Ana").values.contains(meeting.track("Ben", .screenAudio)))
        meeting.want("Ana", [meeting.track("Ben", .screen), meeting.track("Ben", .camera)])
        let shown = meeting.shown("Ana")
        #expect(shown.count == 4)
        for (mid, track) in shown where mid.hasPrefix("v") {
            #expect(shown["a" + mid.dropFirst()] == track.companion)
        }
    }

    @Test("New slots are used when the client wants again after the answer, or a second later")
    func usable() {
        join(["Ana", "Ben"], video: 1)
        let wanted = [meeting.track("Ben", .camera), meeting.track("Ben", .screen)]
        meeting.state("Ben", #""screen":"on""#)
        meeting.want("Ana", wanted)
        meeting.offer("Ana", neg: 2)
        meeting.answer("Ana", neg: 2, video: 4)
        #expect(!meeting.shown("Ana").values.contains(wanted[1]))
        meeting.want("Ana", wanted, neg: 1)
        #expect(!meeting.shown("Ana").values.contains(wanted[1]), "it says itself that it has only the first answer")
        meeting.want("Ana", wanted, neg: 2)
        #expect(meeting.shown("Ana").values.contains(wanted[1]))
    }

    @Test("Without a want new slots are used a second after their answer, and not before")
    func usableByItself() {
        join(["Ana", "Ben"], video: 1)
        meeting.state("Ben", #""screen":"on""#)
        meeting.want("Ana", [meeting.track("Ben", .camera), meeting.track("Ben", .screen)])
        meeting.offer("Ana", neg: 2)
        meeting.answer("Ana", neg: 2, video: 4)
        #expect(meeting.manager.nextDeadline == meeting.now + .seconds(1))
        meeting.advance(.milliseconds(999))
        #expect(!meeting.shown("Ana").values.contains(meeting.track("Ben", .screen)))
        meeting.advance(.milliseconds(1))
        #expect(meeting.shown("Ana").values.contains(meeting.track("Ben", .screen)))
    }

    @Test("A client is told what its new slots show, also when that is nothing")
    func told() {
        meeting.join("Ana")
        meeting.link("Ana", audio: 1, video: 1)
        #expect(meeting.inbox("Ana").all("slots").map(\.description).count == 1)
        #expect(meeting.inbox("Ana").first("slots")?["slots"]?["a0"] == .null)
        #expect(meeting.inbox("Ana").first("slots")?["slots"]?["v0"] == .null)
        meeting.want("Ana", [])
        #expect(meeting.inbox("Ana").all("slots").count == 1)
    }

    @Test("Nobody is shown who has no transport; who loses his WebSocket is shown on")
    func transport() {
        join(["Ana", "Ben"])
        meeting.drop("Ben")
        #expect(meeting.shown("Ana").count == 1)
        meeting.transport("Ben", isUp: false)
        #expect(meeting.shown("Ana").isEmpty)
    }

    @Test("Who cannot be told of a new tile gets none, but hears who begins to speak")
    func away() {
        join(["Ana", "Ben", "Cleo"])
        meeting.state("Cleo", #""microphone":"off","camera":"off""#)
        meeting.want("Ana", [meeting.track("Ben", .camera), meeting.track("Cleo", .camera)])
        meeting.drop("Ana")
        meeting.state("Cleo", #""microphone":"on","camera":"on""#)
        #expect(!meeting.shown("Ana").values.contains(meeting.track("Cleo", .camera)))
        #expect(meeting.shown("Ana").values.contains(meeting.track("Cleo", .microphone)))
    }

    @Test("Whoever goes is closed and shown no more", arguments: ["leave", "remove", "end", "grace"])
    func gone(how: String) {
        join(["Ana", "Ben"])
        let ben = meeting.participant("Ben")
        switch how {
        case "leave": meeting.say("Ben", #"{"type":"leave"}"#)
        case "remove": meeting.say("Ana", #"{"type":"moderate","action":"remove","participant":"\#(ben)"}"#)
        case "end": meeting.say("Ana", #"{"type":"moderate","action":"end"}"#)
        default:
            meeting.drop("Ben")
            meeting.advance(.seconds(61))
        }
        #expect(meeting.orders.closed.contains(ben))
        #expect(meeting.shown("Ana").isEmpty)
        #expect(meeting.manager.violations().isEmpty)
    }

    @Test("Above sixteen the few who speak are heard")
    func loudest() {
        let names = (0..<19).map { "P\($0)" }
        join(names, audio: 16, video: 0)
        #expect(meeting.shown("P0").count == 8)
        meeting.speaking(["P18", "P17"])
        #expect(meeting.news("P0").first("speaking")?["participants"]?.array?.count == 2)
        let heard = Set(meeting.shown("P0").values)
        #expect(heard.count == 8)
        #expect(heard.isSuperset(of: ["P17", "P18"].map { meeting.track($0, .microphone) }))
        meeting.speaking(["P18", "P17"] + names[1..<9])
        #expect(Set(meeting.shown("P0").values).isSuperset(of: ["P17", "P18"].map { meeting.track($0, .microphone) }))
    }

    @Test("A client is told that it needs more slots when it wants more, or more could speak")
    func need() {
        join((0..<5).map { "P\($0)" })
        #expect(meeting.inbox("P0").all("need").count == 1)
        meeting.join("P5")
        let need = meeting.news("P0").first("need")
        #expect(need?["audio"]?.integer == 8)
        #expect(need?["video"]?.integer == 4)
        meeting.want("P0", (1..<6).map { meeting.track("P\($0)", .camera) })
        #expect(meeting.inbox("P0").all("need").last?["video"]?.integer == 9)
    }

    @Test("When a track does not come, who is shown it is told why, and that it is over")
    func stalled() {
        join(["Ana", "Ben"])
        meeting.want("Ana", [meeting.track("Ben", .camera)])
        meeting.forgetNews()
        let ben = meeting.participant("Ben")
        for isLive in [false, false, true] {
            meeting.perform(meeting.manager.sfuTrack(ben, .camera, isLive: isLive, at: meeting.moment))
        }
        let given = meeting.news("Ana").all("given")
        #expect(given.map { $0["video"]?.array?.first?["reason"]?.string } == ["publisher", nil])
        #expect(meeting.news("Ben").isEmpty)
    }
}

extension SFUOrder {
    /// The offer that `Harness.offer` makes.
    fileprivate static func sfuOffer(_ from: ParticipantID, _ room: RoomName, neg: Int64, re: Int64) -> SFUOrder {
        .offer(
            from,
            room,
            neg: neg,
            sdp: "v=0",
            tracks: [.init(mid: "0", source: .microphone), .init(mid: "1", source: .camera)],
            re: re
        )
    }
}
