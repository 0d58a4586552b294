import Testing
import Units
import Wire

@testable import Meeting

@Suite("Moderation")
struct ModerationTests {
    let meeting = Harness()

    init() {
        meeting.join("Ana", device: "anas laptop")
        for name in ["Ben", "Cleo"] {
            meeting.join(name, device: "device of \(name)")
            meeting.say(name, #"{"type":"state","microphone":"on","camera":"on","screen":"on","hand":true}"#)
        }
        meeting.forgetNews()
    }

    @discardableResult
    func order(_ name: String, _ action: String, _ target: String? = nil, on: Bool? = nil) -> [Message] {
        let participant = target.map { #","participant":"\#(meeting.id($0))""# } ?? ""
        let on = on.map { #","on":\#($0)"# } ?? ""
        return meeting.say(name, #"{"type":"moderate","id":11,"action":"\#(action)"\#(participant)\#(on)}"#)
    }

    func participant(_ name: String) -> ServerMessage.Participant? {
        meeting.manager.rooms.values.first?.seats.first { $0.id.description == meeting.id(name) }?.participant
    }

    @Test(
        "Nobody but a host may order anything, on anybody, himself included",
        arguments: ModerationAction.allCases,
        ["Ana", "Ben", "Cleo", "nobody", nil]
    )
    func matrix(action: ModerationAction, target: String?) throws {
        for role in Role.allCases where role != .host {
            let before = try #require(meeting.manager.rooms.values.first)
            var manager = meeting.manager
            let room = try #require(manager.rooms.keys.first)
            let index = try #require(before.index(of: ParticipantID(meeting.id("Ben"))))
            manager.rooms[room]?.seats[index].role = role
            var random = SplitMix64(seed: 1)
            let participant = target.map { #","participant":"\#(meeting.id($0))""# } ?? ""
            let text = #"{"type":"moderate","id":1,"action":"\#(action.rawValue)"\#(participant),"on":true}"#
            let connection = try #require(meeting.clients["Ben"]?.connection)
            let effects = manager.receive(Array(text.utf8), from: connection, at: meeting.moment, random: &random)
            guard case .send(.error(.notAllowed, _, .none), nil, 1, [connection]) = effects.first, effects.count == 1
            else {
                Issue.record("\(role) ordered \(action): \(effects)")
                continue
            }
            manager.rooms[room]?.seats[index].role = before.seats[index].role
            #expect(manager.rooms[room]?.seats == before.seats)
            #expect(manager.rooms[room]?.settings == before.settings)
        }
    }

    @Test(
        "mute, stop-camera, stop-screen and lower-hand change one participant's state, and all are told",
        arguments: ["mute", "stop-camera", "stop-screen", "lower-hand"]
    )
    func calm(action: String) {
        let answer = order("Ana", action, "Ben")
        #expect(answer.types == ["moderated", "updated"])
        #expect(answer.first?["re"]?.integer == 11)
        #expect(answer.first?["by"]?.string == meeting.id("Ana"))
        let told = meeting.news("Ben").first("moderated")
        #expect(told?["action"]?.string == action)
        #expect(told?["participant"]?.string == meeting.id("Ben"))
        #expect(participant("Ben")?.microphone == (action == "mute" ? .off : .on))
        #expect(participant("Ben")?.camera == (action == "stop-camera" ? .off : .on))
        #expect(participant("Ben")?.screen == (action == "stop-screen" ? .off : .on))
        #expect((participant("Ben")?.handAt == nil) == (action == "lower-hand"))
        #expect(participant("Cleo")?.microphone == .on)
    }

    @Test("Without a participant they work on everybody but the caller")
    func calmAll() {
        meeting.say("Ana", #"{"type":"state","microphone":"on"}"#)
        order("Ana", "mute")
        #expect(participant("Ana")?.microphone == .on)
        #expect(participant("Ben")?.microphone == .off)
        #expect(participant("Cleo")?.microphone == .off)
        #expect(meeting.news("Cleo").first("moderated")?["participant"] == nil)
    }

    @Test("remove says goodbye, closes, frees the seat and tells the others; the removed one may knock again")
    func remove() {
        order("Ana", "remove", "Ben")
        #expect(meeting.inbox("Ben").last?["reason"]?.string == "removed")
        #expect(meeting.inbox("Ben").last?["retry"]?.string == "none")
        #expect(meeting.closed("Ben") == .normal)
        let news = meeting.news("Cleo")
        #expect(news.types == ["moderated", "left"])
        #expect(news.last?["reason"]?.string == "removed")
        let token = meeting.token("Ben")
        #expect(meeting.join("Ben", resume: token).first?.code == "stale")
        #expect(meeting.join("Ben").first("welcome") != nil)
    }

    @Test("A banned device does not come back under another name, nor the name from that address")
    func ban() {
        order("Ana", "ban", "Ben")
        #expect(meeting.inbox("Ben").last?["reason"]?.string == "banned")
        #expect(meeting.join("1", as: "Zoe", address: "elsewhere", device: "device of Ben").first?.code == "denied")
        #expect(meeting.join("2", as: "b E n", address: "address of Ben", device: "x").first?.code == "denied")
        #expect(meeting.join("3", as: "Ben", address: "address of Ben").first?.code == "denied")
        #expect(meeting.join("4", as: "Zoe", address: "address of Ben", device: "y").first("welcome") != nil)
        #expect(meeting.join("5", as: "Ben", address: "elsewhere", device: "z").first("welcome") != nil)
    }

    @Test("A ban outlasts a crash of the server")
    func banOutlasts() {
        order("Ana", "ban", "Ben")
        meeting.crash()
        #expect(meeting.join("1", as: "Zoe", device: "device of Ben").first?.code == "denied")
    }

    @Test("promote makes a host, demote a member, and both are told")
    func roles() {
        #expect(order("Ana", "promote", "Ben").types == ["moderated", "updated"])
        #expect(participant("Ben")?.role == .host)
        #expect(order("Ben", "demote", "Ana").types == ["moderated", "updated"])
        #expect(participant("Ana")?.role == .member)
        #expect(order("Ana", "mute", "Cleo").first?.code == "not-allowed")
    }

    @Test("The last host cannot step down")
    func lastHost() {
        #expect(order("Ana", "demote", "Ana").first?.code == "not-allowed")
        #expect(participant("Ana")?.role == .host)
    }

    @Test("demote does not raise a viewer")
    func viewer() throws {
        var room = try #require(meeting.manager.rooms.values.first)
        room.seats[1].role = .viewer
        let order = ClientMessage.Moderation(action: .demote, participant: room.seats[1].id, on: nil)
        _ = room.moderate(order, by: 0, id: nil, at: meeting.moment)
        #expect(room.seats[1].role == .viewer)
    }

    @Test("lock keeps newcomers out, unlock lets them in, and both tell the settings")
    func lock() {
        let answer = order("Ana", "lock").first("moderated")
        #expect(answer?["room"]?["locked"]?.bool == true)
        #expect(answer?["room"]?["lobby"]?.bool == false)
        #expect(meeting.join("Dan").first?.code == "room-locked")
        #expect(order("Ana", "unlock").first?["room"]?["locked"]?.bool == false)
        #expect(meeting.join("Dan").first("welcome") != nil)
    }

    @Test("A lock does not keep out who comes back to his seat, nor a returning host")
    func lockAndResume() {
        order("Ana", "promote", "Ben")
        order("Ana", "lock")
        meeting.drop("Cleo")
        let token = meeting.token("Cleo")
        #expect(meeting.join("Cleo", resume: token).types.first == "welcome")
        meeting.say("Ana", #"{"type":"leave"}"#)
        #expect(meeting.join("Ana", device: "anas laptop").first("welcome")?["you"]?["role"]?.string == "host")
    }

    @Test("end says goodbye to everybody, guests included, and keeps the chat")
    func end() {
        meeting.say("Ben", #"{"type":"chat","text":"x","clientId":"1"}"#)
        order("Ana", "lobby", on: true)
        meeting.join("Gus")
        #expect(order("Ana", "end").types.suffix(2) == ["moderated", "bye"])
        for name in ["Ana", "Ben", "Cleo", "Gus"] {
            #expect(meeting.inbox(name).last?["reason"]?.string == "ended")
            #expect(meeting.closed(name) == .normal)
            meeting.drop(name)
        }
        #expect(meeting.manager.figures == (0, 0, 0, 0))
        #expect(meeting.disk.rooms.values.first?.seats.isEmpty == true)
        let welcome = meeting.join("Dan").first("welcome")
        #expect(welcome?["chat"]?.array?.count == 1)
        #expect(welcome?["you"]?["role"]?.string == "host")
    }

    @Test("Orders on somebody who is not there are refused", arguments: ["mute", "remove", "ban", "promote", "demote"])
    func nobody(action: String) {
        #expect(order("Ana", action, "nobody").first?.code == "no-such-participant")
    }

    @Test("remove, ban, promote and demote need a participant", arguments: ["remove", "ban", "promote", "demote"])
    func needed(action: String) {
        #expect(order("Ana", action).first?.code == "no-such-participant")
        #expect(meeting.manager.figures.members == 3)
    }

    @Test("A host who removes himself leaves a meeting with a host")
    func removesHimself() {
        order("Ana", "remove", "Ana")
        #expect(meeting.closed("Ana") == .normal)
        #expect(participant("Ben")?.role == .host)
    }
}

@Suite("Lobby")
struct LobbyTests {
    let meeting = Harness(roomLimit: 3)

    init() {
        meeting.join("Ana", device: "anas laptop")
        order("lobby", on: true)
        meeting.forgetNews()
    }

    @discardableResult
    func order(_ action: String, _ target: String? = nil, on: Bool? = nil) -> [Message] {
        let participant = target.map { #","participant":"\#(meeting.id($0))""# } ?? ""
        let on = on.map { #","on":\#($0)"# } ?? ""
        return meeting.say("Ana", #"{"type":"moderate","id":11,"action":"\#(action)"\#(participant)\#(on)}"#)
    }

    @Test("Who comes waits, hosts see who, and the guest his place")
    func waits() {
        let answer = meeting.join("Gus")
        #expect(answer.types == ["waiting"])
        #expect(answer.first?["position"]?.integer == 1)
        #expect(answer.first?["re"]?.integer == 1)
        #expect(meeting.join("Hal").first?["position"]?.integer == 2)
        let waiting = meeting.news("Ana").last?["waiting"]?.array
        #expect(waiting?.compactMap { $0["name"]?.string } == ["Gus", "Hal"])
    }

    @Test("A guest learns nothing of the room, whatever happens in it and whatever he says")
    func secrecy() throws {
        meeting.join("Ben", device: "b")
        order("admit", "Ben")
        meeting.join("Gus")
        meeting.say("Ben", #"{"type":"chat","text":"secret words","clientId":"1"}"#)
        meeting.say("Ben", #"{"type":"state","hand":true}"#)
        meeting.say("Ben", #"{"type":"react","emoji":"👍"}"#)
        meeting.say("Ben", #"{"type":"chat","text":"secret","clientId":"2","to":"\#(meeting.id("Gus"))"}"#)
        meeting.say("Ben", #"{"type":"offer","to":"\#(meeting.id("Gus"))","neg":1,"sdp":"secret"}"#)
        order("lock")
        order("mute")
        meeting.drop("Ben")
        let ben = meeting.id("Ben")
        for text in [
            #"{"type":"chat","text":"hi","clientId":"1"}"#, #"{"type":"state","hand":true}"#, #"{"type":"ping"}"#,
            #"{"type":"offer","to":"\#(ben)","neg":1,"sdp":"x"}"#, #"{"type":"moderate","action":"admit"}"#,
            #"{"type":"candidate","to":"\#(ben)","neg":1,"candidate":null}"#, #"{"type":"want","video":[]}"#,
            #"{"type":"hello","room":"blue-heron-42","name":"Gus"}"#, #"{"type":"react","emoji":"👍"}"#, "{",
        ] { meeting.say("Gus", text) }
        order("deny", "Gus")
        let inbox = meeting.inbox("Gus")
        #expect(Set(inbox.types).isSubset(of: ["waiting", "error", "pong", "bye"]))
        for secret in ["secret", "Ana", "Ben", meeting.id("Ana"), ben, "participants", "stun"] {
            #expect(!inbox.contains { $0.description.contains(secret) }, "a guest learnt \(secret)")
        }
        #expect(inbox.suffix(2).types == ["error", "bye"])
        #expect(meeting.disk.rooms.values.first?.chat.count == 1)
    }

    @Test("admit lets one in, with the id he waited under; the next one moves up")
    func admitOne() {
        for name in ["Gus", "Hal", "Ivy"] { meeting.join(name) }
        let id = meeting.id("Hal")
        meeting.forgetNews()
        let answer = order("admit", "Hal")
        #expect(answer.first("moderated")?["participant"]?.string == id)
        #expect(answer.last?["waiting"]?.array?.count == 2)
        let news = meeting.news("Hal")
        #expect(news.types == ["welcome", "link"])
        #expect(news.first?["you"]?["id"]?.string == id)
        #expect(news.first?["waiting"]?.array?.isEmpty == true)
        #expect(meeting.news("Ivy").map { $0["position"]?.integer } == [2])
        #expect(meeting.news("Gus").isEmpty)
    }

    @Test("admit without a participant lets in all for whom there is room")
    func admitAll() {
        for name in ["Gus", "Hal", "Ivy"] { meeting.join(name) }
        order("admit")
        #expect(meeting.inbox("Gus").first("welcome") != nil)
        #expect(meeting.inbox("Hal").first("welcome") != nil)
        #expect(meeting.inbox("Ivy").first("welcome") == nil)
        #expect(meeting.inbox("Ivy").last?["position"]?.integer == 1)
        #expect(order("admit").first?.code == "room-full")
    }

    @Test("deny sends guests away and frees their places")
    func deny() {
        for name in ["Gus", "Hal"] { meeting.join(name) }
        order("deny")
        for name in ["Gus", "Hal"] {
            #expect(meeting.inbox(name).suffix(2).map { $0.code ?? $0["reason"]?.string } == ["denied", "denied"])
            #expect(meeting.closed(name) == .normal)
        }
        #expect(meeting.manager.figures.guests == 0)
        #expect(order("deny").first?.code == "no-such-participant")
    }

    @Test("Switching the lobby off lets in who waits")
    func off() {
        meeting.join("Gus")
        #expect(order("lobby", on: false).first?["room"]?["lobby"]?.bool == false)
        #expect(meeting.inbox("Gus").last("welcome") != nil)
        #expect(meeting.join("Hal").first("welcome") != nil)
    }

    @Test("Coming early is no way around the lobby: the host's device opens it")
    func early() {
        meeting.say("Ana", #"{"type":"leave"}"#)
        #expect(meeting.join("Gus", device: "g").types == ["waiting"])
        let welcome = meeting.join("Ana", device: "anas laptop").first("welcome")
        #expect(welcome?["you"]?["role"]?.string == "host")
        #expect(welcome?["waiting"]?.array?.count == 1)
    }

    @Test("A guest who leaves or drops is out of the line and takes no memory")
    func goes() {
        for name in ["Gus", "Hal", "Ivy"] { meeting.join(name) }
        #expect(meeting.say("Gus", #"{"type":"leave","id":2}"#).last?["reason"]?.string == "left")
        meeting.drop("Hal")
        #expect(meeting.inbox("Ivy").compactMap { $0["position"]?.integer } == [3, 2, 1])
        #expect(meeting.news("Ana").last?["waiting"]?.array?.count == 1)
        #expect(meeting.manager.figures.guests == 1)
    }

    @Test("Somebody who becomes host learns who waits")
    func newHost() {
        meeting.join("Ben", device: "b")
        order("admit", "Ben")
        meeting.join("Gus")
        meeting.news("Ben")
        order("promote", "Ben")
        #expect(meeting.news("Ben").first("lobby")?["waiting"]?.array?.count == 1)
    }

    @Test("A hundred may wait; the next is told that it is full")
    func full() {
        for number in 0..<Limits.lobbyGuests { meeting.join("guest \(number)") }
        #expect(meeting.join("one more").first?.code == "room-full")
        #expect(meeting.manager.figures.guests == Limits.lobbyGuests)
    }

    @Test("A stranger sees how many are inside a room with a lobby, not who")
    func glance() throws {
        let room = try #require(RoomName("blue-heron-42"))
        #expect(
            meeting.manager.glance(at: room) == RoomGlance(count: 1, names: [], isLocked: false, hasLobby: true)
        )
    }
}

extension [Message] {
    fileprivate func last(_ type: String) -> Message? { last { $0.type == type } }
}
