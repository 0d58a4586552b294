import Testing
import Units
import Wire

@testable import Meeting

@Suite("Members by WHIP and WHEP")
struct HeadlessTests {
    static let room = "blue-heron-42"

    static func whip(_ name: String? = nil, room: String = room, token: String? = nil) -> HeadlessRequest {
        HeadlessRequest(.ingest, room: room, name: name, token: token, sdp: "v=0")
    }

    static func whep(_ participant: ParticipantID? = nil, name: String? = nil) -> HeadlessRequest {
        HeadlessRequest(.watch(participant), room: room, name: name, sdp: "v=0")
    }

    static let sent = [
        SFULine(mid: "0", isAudio: true, source: .microphone), SFULine(mid: "1", isAudio: false, source: .camera),
    ]

    static func received(audio: Int = 1, video: Int = 1) -> [SFULine] {
        (0..<audio).map { SFULine(mid: "a\($0)", isAudio: true, isReceiving: true) }
            + (0..<video).map { SFULine(mid: "v\($0)", isAudio: false, isReceiving: true) }
    }

    // MARK: Coming

    @Test(
        "A publisher is a member as soon as the media server has taken his offer, and gets ICE servers and the answer"
    )
    func publishes() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.forgetNews()
        #expect(meeting.come("Camera", Self.whip("Stage camera")) == [])
        #expect(meeting.news("Ana") == [], "nothing is shown before the offer is taken")
        let told = meeting.taken("Camera", Self.sent)
        #expect(told.types.prefix(2) == ["iceServers", "answer"])
        #expect(told.first("answer")?["sdp"]?.string == "v=0 taken")
        let joined = meeting.news("Ana").first("joined")?["participant"]
        #expect(joined?["name"]?.string == "Stage camera")
        #expect(joined?["kind"]?.string == "headless")
        #expect(joined?["role"]?.string == "member")
        #expect(joined?["microphone"]?.string == "on" && joined?["camera"]?.string == "on")
        #expect(meeting.manager.violations() == [])
    }

    @Test("What is not offered is off, and who gives no name is a guest")
    func soundOnly() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.come("Radio", Self.whip())
        meeting.taken("Radio", [Self.sent[0]])
        let joined = meeting.news("Ana").first("joined")?["participant"]
        #expect(joined?["name"]?.string == "Guest" && joined?["camera"]?.string == "off")
    }

    @Test("A refused offer leaves nothing behind, not even the room")
    func offerRefused() {
        let meeting = Harness()
        meeting.come("Camera", Self.whip())
        #expect(meeting.declined("Camera").first?.code == "bad-message")
        meeting.hangUp("Camera")
        #expect(meeting.manager.rooms.isEmpty && meeting.manager.entering.isEmpty && meeting.manager.mediaRooms.isEmpty)
        #expect(meeting.manager.violations() == [] && meeting.disk.rooms.isEmpty)
    }

    @Test("A room that cannot be entered is refused with its code before the media server is asked")
    func refusals() {
        let meeting = Harness(roomLimit: 2)
        meeting.join("Ana")
        #expect(meeting.come("1", Self.whip(room: "No Room")).first?.code == "bad-room")
        #expect(meeting.come("2", Self.whip("\u{202E}")).first?.code == "bad-name")
        #expect(meeting.come("3", Self.whip(token: "x")).first?.code == "bad-token")
        #expect(meeting.come("4", Self.whep(ParticipantID("nobody"))).first?.code == "no-such-participant")
        meeting.say("Ana", #"{"type":"moderate","action":"lock"}"#)
        #expect(meeting.come("5", Self.whip()).first?.code == "room-locked")
        meeting.say("Ana", #"{"type":"moderate","action":"unlock"}"#)
        meeting.say("Ana", #"{"type":"moderate","action":"lobby","on":true}"#)
        #expect(meeting.come("6", Self.whip()).first?.code == "not-allowed")
        meeting.say("Ana", #"{"type":"moderate","action":"lobby","on":false}"#)
        meeting.join("Ben")
        #expect(meeting.come("7", Self.whip()).first?.code == "room-full")
        meeting.drain()
        #expect(meeting.come("8", Self.whip()).first?.code == "server-draining")
        #expect(meeting.takeOrders().isEmpty)
    }

    @Test("A room that filled up while the media server read the offer is still refused, and the link is closed")
    func filledMeanwhile() {
        let meeting = Harness(roomLimit: 2)
        meeting.join("Ana")
        meeting.come("Camera", Self.whip())
        let id = meeting.entering()
        meeting.join("Ben")
        #expect(meeting.taken("Camera", Self.sent).first?.code == "room-full")
        #expect(meeting.takeOrders().closed == [id])
        #expect(meeting.manager.violations() == [])
    }

    @Test("Who was banned does not come back by HTTP")
    func banned() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.come("Camera", Self.whip(), address: "street")
        meeting.taken("Camera", Self.sent)
        let id = meeting.manager.participants(of: meeting.roomName)[1].id
        meeting.say("Ana", #"{"type":"moderate","action":"ban","participant":"\#(id)"}"#)
        #expect(meeting.closed("Camera") == .normal)
        meeting.hangUp("Camera")
        #expect(meeting.come("Again", Self.whip(), address: "street").first?.code == "denied")
        #expect(meeting.manager.violations() == [])
    }

    // MARK: Going

    @Test("DELETE frees the seat at once")
    func hangsUp() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        meeting.forgetNews()
        meeting.hangUp("Camera")
        #expect(meeting.news("Ana").first("left")?["reason"]?.string == "left")
        #expect(meeting.manager.connections.count == 1 && meeting.manager.mediaRooms.isEmpty)
        #expect(meeting.manager.violations() == [])
    }

    @Test("Without media for thirty seconds a headless member is lost; media that comes back in time saves him")
    func mediaLost() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        let id = meeting.manager.participants(of: meeting.roomName)[1].id
        meeting.perform(meeting.manager.sfuConnected(id, true, at: meeting.moment))
        meeting.advance(.seconds(300))
        meeting.perform(meeting.manager.sfuConnected(id, false, at: meeting.moment))
        meeting.advance(.seconds(29))
        meeting.perform(meeting.manager.sfuConnected(id, true, at: meeting.moment))
        meeting.advance(.seconds(29))
        #expect(meeting.manager.participants(of: meeting.roomName).count == 2)
        meeting.perform(meeting.manager.sfuConnected(id, false, at: meeting.moment))
        meeting.forgetNews()
        meeting.advance(.seconds(30))
        #expect(meeting.news("Ana").first("left")?["reason"]?.string == "lost")
        #expect(meeting.closed("Camera") == .normal && meeting.departed == [id.description])
        meeting.hangUp("Camera")
        #expect(meeting.manager.violations() == [])
    }

    @Test("Media that never came ends the seat as well")
    func mediaNever() {
        let meeting = Harness()
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        meeting.advance(.seconds(30))
        meeting.hangUp("Camera")
        #expect(meeting.manager.rooms.isEmpty && meeting.manager.violations() == [])
    }

    @Test("The end of the meeting ends the session")
    func ended() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        meeting.say("Ana", #"{"type":"moderate","action":"end"}"#)
        #expect(meeting.closed("Camera") == .normal)
        meeting.hangUp("Camera")
        #expect(meeting.manager.connections.count == 1 && meeting.manager.violations() == [])
    }

    @Test("When the server stops, the seat of who came by HTTP ends; those of others wait")
    func drained() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        meeting.drain()
        #expect(meeting.manager.participants(of: meeting.roomName).map(\.name) == ["Ana"])
        #expect(meeting.manager.violations() == [])
    }

    // MARK: Hosts

    @Test("A publisher alone is no host: the first person who comes is")
    func host() {
        let meeting = Harness()
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        let welcome = meeting.join("Ana").first("welcome")
        #expect(welcome?["you"]?["role"]?.string == "host")
        let id = meeting.manager.participants(of: meeting.roomName)[0].id
        #expect(
            meeting.say("Ana", #"{"type":"moderate","id":3,"action":"promote","participant":"\#(id)"}"#).first?.code
                == "not-allowed"
        )
        meeting.say("Ana", #"{"type":"leave"}"#)
        #expect(meeting.join("Ben").first("welcome")?["you"]?["role"]?.string == "host")
        #expect(meeting.manager.violations() == [])
    }

    @Test("A lobby stays closed when only a publisher is left in the room, and its guests are sent away")
    func lobby() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        meeting.say("Ana", #"{"type":"moderate","action":"lobby","on":true}"#)
        meeting.join("Ben")
        meeting.say("Ana", #"{"type":"leave"}"#)
        #expect(meeting.inbox("Ben").first("bye")?["reason"]?.string == "ended")
        #expect(meeting.manager.violations() == [])
    }

    @Test("Nothing of a headless member is kept over a restart")
    func restart() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        meeting.crash()
        #expect(meeting.disk.rooms[meeting.roomName]?.seats.count == 1)
    }

    // MARK: Media

    @Test("With a headless member two people go by the media server; when he goes they are a mesh again")
    func topology() {
        let meeting = Harness(meshLimit: 4)
        meeting.join("Ana")
        meeting.join("Ben")
        meeting.link("Ana")
        meeting.link("Ben")
        meeting.forgetNews()
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        #expect(meeting.news("Ana").topologies == ["2 sfu prepare", "2 sfu commit"])
        meeting.hangUp("Camera")
        meeting.advance(.seconds(15))
        #expect(meeting.news("Ana").topologies == ["3 mesh prepare"])
    }

    @Test("A publisher's tracks are shown to who wants them, and paused when a host mutes him")
    func shown() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        meeting.link("Ana")
        let id = meeting.manager.participants(of: meeting.roomName)[1].id
        meeting.perform(meeting.manager.sfuConnected(id, true, at: meeting.moment))
        meeting.want("Ana", [TrackID(id, .camera)])
        #expect(Set(meeting.shown("Ana").values) == [TrackID(id, .camera), TrackID(id, .microphone)])
        _ = meeting.takeOrders()
        meeting.say("Ana", #"{"type":"moderate","action":"mute","participant":"\#(id)"}"#)
        #expect(meeting.takeOrders().pauses == ["\(id)/microphone true"])
        #expect(meeting.manager.violations() == [])
    }

    @Test("A viewer's one slot shows who speaks, and does not leave him while he has just spoken")
    func activeSpeaker() {
        let meeting = Harness()
        for name in ["Ana", "Ben", "Cleo"] {
            meeting.join(name)
            meeting.link(name)
            meeting.state(name, #""microphone":"on","camera":"on""#)
        }
        let viewer = meeting.watch(Self.whep(), Self.received())
        #expect(meeting.shownTo(viewer)["v0"] == meeting.track("Ana", .camera), "somebody, before anybody speaks")
        meeting.speaking(["Ben"])
        #expect(
            meeting.shownTo(viewer) == [
                "v0": meeting.track("Ben", .camera), "a0": meeting.track("Ben", .microphone),
            ]
        )
        meeting.advance(.seconds(1))
        meeting.speaking(["Cleo"])
        #expect(meeting.shownTo(viewer)["v0"] == meeting.track("Ben", .camera))
        meeting.advance(.seconds(1))
        meeting.speaking(["Cleo"])
        #expect(meeting.shownTo(viewer)["v0"] == meeting.track("Cleo", .camera))
        meeting.state("Cleo", #""camera":"off""#)
        #expect(meeting.shownTo(viewer)["v0"] != meeting.track("Cleo", .camera))
        #expect(meeting.manager.violations() == [])
    }

    @Test("A viewer of one participant is shown his tracks, and nobody else's whoever speaks")
    func oneParticipant() {
        let meeting = Harness()
        for name in ["Ana", "Ben"] {
            meeting.join(name)
            meeting.link(name)
            meeting.state(name, #""microphone":"on","camera":"on""#)
        }
        let viewer = meeting.watch(Self.whep(meeting.participant("Ben")), Self.received(audio: 2, video: 2))
        meeting.speaking(["Ana"])
        #expect(
            Set(meeting.shownTo(viewer).values) == [
                meeting.track("Ben", .camera), meeting.track("Ben", .microphone),
            ]
        )
    }

    @Test("A viewer is seen as one, speaks to nobody, and is not shown to anybody")
    func viewer() {
        let meeting = Harness()
        meeting.join("Ana")
        meeting.link("Ana")
        let viewer = meeting.watch(Self.whep(name: "Lobby screen"), Self.received())
        let joined = meeting.news("Ana").first("joined")?["participant"]
        #expect(joined?["role"]?.string == "viewer" && joined?["name"]?.string == "Lobby screen")
        #expect(joined?["microphone"]?.string == "off" && joined?["camera"]?.string == "off")
        meeting.want("Ana", [TrackID(viewer, .camera)])
        #expect(meeting.shown("Ana").isEmpty)
    }

    @Test("An ICE restart is one more offer to the media server, within the rate of offers")
    func restarts() {
        let meeting = Harness()
        meeting.come("Camera", Self.whip())
        meeting.taken("Camera", Self.sent)
        let id = meeting.manager.participants(of: meeting.roomName)[0].id
        _ = meeting.takeOrders()
        meeting.restart("Camera")
        guard case .offer(id, _, neg: 2, sdp: "v=0 restart", tracks: [], re: nil) = meeting.takeOrders().first else {
            Issue.record("no offer")
            return
        }
        meeting.perform(
            meeting.manager.sfuAnswered(id, neg: 2, sdp: "v=0 again", lines: Self.sent, at: meeting.moment)
        )
        #expect(meeting.news("Camera").first("answer")?["sdp"]?.string == "v=0 again")
        for _ in 0..<20 { meeting.restart("Camera") }
        #expect(meeting.news("Camera").last?.code == "rate-limited")
    }
}

extension Harness {
    var roomName: RoomName { RoomName(HeadlessTests.room) ?? Self.fallback }

    private static var fallback: RoomName { preconditionFailure("it is a room name") }

    /// Whose offer the media server has had last.
    func entering() -> ParticipantID {
        orders.compactMap { if case .offer(let id, _, _, _, _, _) = $0 { id } else { nil } }.last ?? ParticipantID("-")
    }

    /// The media server takes the newest offer; returns what somebody hears of it.
    @discardableResult
    func taken(_ name: String, _ lines: [SFULine]) -> [Message] {
        news(name)
        perform(manager.sfuAnswered(entering(), neg: 1, sdp: "v=0 taken", lines: lines, at: moment))
        return news(name)
    }

    /// The media server refuses the newest offer.
    func declined(_ name: String) -> [Message] {
        news(name)
        perform(manager.sfuRefused(entering(), neg: 1, "No.", at: moment))
        return news(name)
    }

    /// A viewer comes, and his media stands; returns who he is.
    func watch(_ request: HeadlessRequest, _ lines: [SFULine]) -> ParticipantID {
        come("viewer", request)
        taken("viewer", lines)
        let id = entering()
        perform(manager.sfuConnected(id, true, at: moment))
        return id
    }

    func shownTo(_ id: ParticipantID) -> [String: TrackID] { manager.mediaState(of: roomName)?.shown[id] ?? [:] }
}
