import Testing
import Units
import Wire

@testable import Meeting

@Suite("Coming back")
struct ResumeTests {
    let meeting = Harness()

    init() {
        meeting.join("Ana", device: "anas laptop")
        meeting.join("Ben")
        meeting.pong("Ana")
        meeting.pong("Ben")
        meeting.forgetNews()
    }

    /// Comes back with what the client remembers; returns what it is told.
    @discardableResult
    func resume(_ name: String, token: String? = nil, lastSeq: Int64? = nil) -> [Message] {
        let (token, lastSeq) = (token ?? meeting.token(name), lastSeq ?? meeting.lastSeq(name))
        return meeting.join(name, resume: token, lastSeq: lastSeq)
    }

    @Test("Who drops is shown as reconnecting, and as connected when he is back, with his role and id")
    func comesBack() {
        let id = meeting.id("Ana")
        meeting.drop("Ana")
        #expect(meeting.news("Ben").first("updated")?["participant"]?["state"]?.string == "reconnecting")
        let news = resume("Ana")
        #expect(news.types == ["resumed", "updated"])
        #expect(news.last?["participant"]?["state"]?.string == "connected")
        #expect(news.first?["you"]?["id"]?.string == id)
        #expect(news.first?["you"]?["role"]?.string == "host")
        #expect(news.first?["resume"]?.string != nil)
        #expect(meeting.news("Ben").first("updated")?["participant"]?["state"]?.string == "connected")
    }

    @Test("What he missed follows exactly: in order, nothing twice, nothing that was for others")
    func replay() {
        meeting.join("Cleo")
        let before = meeting.lastSeq("Ana")
        meeting.drop("Ana")
        meeting.forgetNews()
        meeting.say("Ben", #"{"type":"state","camera":"on"}"#)
        meeting.say("Ben", #"{"type":"chat","text":"all","clientId":"1"}"#)
        meeting.say("Ben", #"{"type":"chat","text":"cleo","clientId":"2","to":"\#(meeting.id("Cleo"))"}"#)
        meeting.say("Cleo", #"{"type":"chat","text":"ana","clientId":"3","to":"\#(meeting.id("Ana"))"}"#)
        meeting.say("Ben", #"{"type":"offer","to":"\#(meeting.id("Ana"))","neg":1,"sdp":"v=0"}"#)
        let token = meeting.token("Ana")
        let news = meeting.join("Ana", resume: token, lastSeq: before)
        #expect(news.types == ["resumed", "updated", "chat", "chat", "offer", "updated"])
        #expect(news.all("chat").compactMap { $0["text"]?.string } == ["all", "ana"])
        let numbers = news.dropFirst().compactMap { $0["seq"]?.integer }
        #expect(numbers == numbers.sorted())
        #expect((numbers.first ?? 0) > before)
    }

    @Test("A connection that breaks in the middle of the replay loses nothing")
    func brokenReplay() {
        let before = meeting.lastSeq("Ana")
        meeting.drop("Ana")
        meeting.say("Ben", #"{"type":"chat","text":"missed","clientId":"1"}"#)
        let resumed = resume("Ana", lastSeq: before).first
        #expect(resumed?["seq"]?.integer == before)
        let token = meeting.token("Ana")
        meeting.pong("Ana")
        meeting.drop("Ana")
        let again = resume("Ana", token: token, lastSeq: resumed?["seq"]?.integer)
        #expect(again.all("chat").count == 1)
    }

    @Test("A resume token works once")
    func once() {
        let token = meeting.token("Ana")
        meeting.drop("Ana")
        #expect(resume("Ana", token: token).types.first == "resumed")
        meeting.pong("Ana")
        meeting.drop("Ana")
        let refusal = resume("Ana", token: token)
        #expect(refusal.first?.code == "stale")
        #expect(refusal.first?["retry"]?.string == "now")
    }

    @Test("It works once more when nothing shows that its successor arrived")
    func successorLost() {
        let token = meeting.token("Ana")
        meeting.drop("Ana")
        resume("Ana", token: token)
        let lost = meeting.token("Ana")
        meeting.drop("Ana")
        #expect(resume("Ana", token: token).types.first == "resumed")
        #expect(resume("Thief", token: lost).first?.code == "stale")
    }

    @Test(
        "A message, a pong or a close frame shows that it arrived",
        arguments: ["message", "pong", "close", "malformed message"]
    )
    func arrived(sign: String) {
        let token = meeting.token("Ana")
        meeting.drop("Ana")
        resume("Ana", token: token)
        switch sign {
        case "message": meeting.say("Ana", #"{"type":"ping"}"#)
        case "malformed message": meeting.say("Ana", "{")
        case "pong": meeting.pong("Ana")
        default: break
        }
        meeting.drop("Ana", cleanly: sign == "close")
        #expect(resume("Ana", token: token).first?.code == "stale")
    }

    @Test("Of two racers with one token exactly one wins")
    func racers() {
        let (token, lastSeq) = (meeting.token("Ana"), meeting.lastSeq("Ana"))
        meeting.drop("Ana")
        let answers = ["First", "Second"].map { resume($0, token: token, lastSeq: lastSeq) }
        #expect(answers.map { $0.first?.type } == ["resumed", "error"])
        #expect(meeting.manager.figures.members == 2)
    }

    @Test("A client whose answer was lost comes back with the token before, also while its dead connection looks alive")
    func lostAnswer() {
        let (token, lastSeq) = (meeting.token("Ana"), meeting.lastSeq("Ana"))
        meeting.drop("Ana")
        resume("Dead", token: token, lastSeq: lastSeq)
        meeting.advance(.seconds(3))
        #expect(resume("Alive", token: token, lastSeq: lastSeq).types.first == "resumed")
        #expect(meeting.inbox("Dead").last?["reason"]?.string == "replaced")
    }

    @Test("Who missed more than fits the queue of a connection gets a fresh welcome in the same seat")
    func missedTooMuch() {
        let (id, lastSeq) = (meeting.id("Ana"), meeting.lastSeq("Ana"))
        meeting.drop("Ana")
        for number in 0..<12 {
            let text = String(repeating: "語", count: 4_000)
            meeting.say("Ben", #"{"type":"chat","text":"\#(text)","clientId":"\#(number)"}"#)
            meeting.advance(.seconds(1))
        }
        let news = resume("Ana", lastSeq: lastSeq)
        #expect(news.types.first == "welcome")
        #expect(news.first?["you"]?["id"]?.string == id)
    }

    @Test("A newer connection closes the older one, which is told")
    func replaced() {
        let token = meeting.token("Ana")
        #expect(resume("Newer", token: token, lastSeq: meeting.lastSeq("Ana")).types == ["resumed"])
        #expect(meeting.inbox("Ana").last?["reason"]?.string == "replaced")
        #expect(meeting.closed("Ana") == .normal)
        #expect(meeting.news("Ben").isEmpty)
        meeting.say("Ana", #"{"type":"chat","text":"ghost","clientId":"1"}"#)
        meeting.drop("Ana")
        #expect(meeting.news("Ben").isEmpty)
    }

    @Test("An unknown token, a token of another room and one of a given-up seat are stale")
    func stale() {
        #expect(resume("Eve", token: "made up").first?.code == "stale")
        #expect(meeting.join("Eve", room: "other", resume: meeting.token("Ana")).first?.code == "stale")
        meeting.drop("Ben")
        meeting.advance(.seconds(60))
        #expect(resume("Ben").first?.code == "stale")
        #expect(meeting.say("Ben", #"{"type":"hello","room":"blue-heron-42","name":"Ben"}"#).types.first == "welcome")
    }

    @Test("A reloaded page gets a welcome with its old id, and fresh links at both ends")
    func reloaded() {
        let id = meeting.id("Ben")
        let token = meeting.token("Ben")
        meeting.drop("Ben", cleanly: true)
        meeting.forgetNews()
        let news = meeting.join("Ben", resume: token)
        #expect(news.types == ["welcome", "link"])
        #expect(news.first?["you"]?["id"]?.string == id)
        #expect(news.first("link")?["fresh"]?.bool == true)
        #expect(news.first("link")?["polite"]?.bool == true)
        let other = meeting.news("Ana").first("link")
        #expect(other?["fresh"]?.bool == true)
        #expect(other?["polite"]?.bool == false)
    }

    @Test("When what he missed is gone he gets a fresh welcome, and new links to those who came meanwhile")
    func forgotten() {
        let (id, lastSeq) = (meeting.id("Ben"), meeting.lastSeq("Ben"))
        meeting.drop("Ben")
        meeting.join("Cleo")
        for round in 0..<30 {
            for _ in 0..<40 {
                meeting.say("Ana", #"{"type":"state","hand":\#(round % 2 == 0)}"#)
                meeting.say("Ana", #"{"type":"state","hand":\#(round % 2 != 0)}"#)
            }
            meeting.advance(.milliseconds(1_500))
        }
        meeting.forgetNews()
        let news = resume("Ben", lastSeq: lastSeq)
        #expect(news.types == ["welcome", "link", "link"])
        #expect(news.first?["you"]?["id"]?.string == id)
        #expect(news[1]["fresh"] == nil)
        #expect(news[2]["fresh"]?.bool == true)
        #expect(meeting.news("Ana").first("link") == nil)
        #expect(meeting.news("Cleo").first("link")?["fresh"]?.bool == true)
    }

    @Test("A lastSeq from the future gets a fresh welcome")
    func future() {
        meeting.drop("Ana")
        #expect(resume("Ana", lastSeq: 1 << 53).types.first == "welcome")
    }

    @Test("Everybody comes back after a crash of the server, with role, identity and settings")
    func crash() {
        meeting.say("Ana", #"{"type":"moderate","action":"lock"}"#)
        meeting.say("Ana", #"{"type":"chat","text":"before","clientId":"1"}"#)
        let tokens = ["Ana", "Ben"].map { ($0, meeting.token($0), meeting.id($0), meeting.lastSeq($0)) }
        meeting.crash()
        meeting.advance(.seconds(2))
        for (name, token, id, lastSeq) in tokens {
            let welcome = meeting.join(name, resume: token, lastSeq: lastSeq).first("welcome")
            #expect(welcome?["you"]?["id"]?.string == id)
            #expect(welcome?["you"]?["role"]?.string == (name == "Ana" ? "host" : "member"))
            #expect(welcome?["room"]?["locked"]?.bool == true)
            #expect(welcome?["chat"]?.array?.count == 1)
            #expect(welcome?["participants"]?.array?.count == 2)
        }
        #expect(meeting.inbox("Ben").first("link")?["fresh"] == nil)
        #expect(meeting.join("Cleo").first?.code == "room-locked")
    }

    @Test("A lastSeq of before the crash is never taken for one of after it")
    func crashAndManyMessages() {
        let (token, lastSeq) = (meeting.token("Ben"), meeting.lastSeq("Ben"))
        let ana = meeting.token("Ana")
        meeting.crash()
        meeting.advance(.milliseconds(500))
        meeting.join("Ana", resume: ana)
        for round in 0..<20 { meeting.say("Ana", #"{"type":"state","hand":\#(round % 2 == 0)}"#) }
        #expect(meeting.join("Ben", resume: token, lastSeq: lastSeq).types.first == "welcome")
    }

    @Test("A token spent just before the crash works after it when its answer had not gone out")
    func crashBeforeAnswer() {
        let (token, lastSeq) = (meeting.token("Ben"), meeting.lastSeq("Ben"))
        meeting.drop("Ben")
        meeting.disk.isSlow = true
        #expect(resume("Ben", token: token, lastSeq: lastSeq).isEmpty)
        meeting.crash()
        #expect(meeting.join("Ben", resume: token, lastSeq: lastSeq).isEmpty)
        meeting.commit()
        #expect(meeting.inbox("Ben").types.first == "welcome")
    }

    @Test("A grace begins anew after a crash, and ends")
    func graceAfterCrash() {
        let token = meeting.token("Ben")
        meeting.crash()
        meeting.join("Ben", resume: token)
        meeting.advance(.seconds(59))
        #expect(meeting.manager.figures.members == 2)
        meeting.advance(.seconds(1))
        #expect(meeting.news("Ben").first("left")?["reason"]?.string == "lost")
    }

    @Test("Two who say hello while the room is read both get their answer, whatever the first one gets")
    func parked() {
        var manager = meeting.manager
        var random = SplitMix64(seed: 3)
        let room = RoomName("quiet-room")
        let hellos = [
            #"{"type":"hello","room":"quiet-room","name":"A","resume":"gone"}"#,
            #"{"type":"hello","room":"quiet-room","name":"B"}"#,
        ]
        var effects: [Effect] = []
        for (number, hello) in hellos.enumerated() {
            let connection = ConnectionID(UInt64(900 + number))
            manager.opened(connection, address: TokenHash([1]), at: meeting.moment)
            effects += manager.receive(Array(hello.utf8), from: connection, at: meeting.moment, random: &random)
        }
        #expect(effects == room.map { [.load($0)] })
        guard let room else { return }
        let answers = manager.loaded(room, record: nil, at: meeting.moment, random: &random)
        let sent = answers.compactMap { effect -> String? in
            guard case .send(let message, _, _, _) = effect else { return nil }
            return message.type
        }
        #expect(sent == ["error", "welcome"])
        #expect(manager.figures.rooms == 2)
    }

    @Test("A load that fails is told to those who wait, and to nobody who was sent away meanwhile")
    func loadFails() throws {
        var manager = meeting.manager
        var random = SplitMix64(seed: 3)
        let room = try #require(RoomName("quiet-room"))
        let connection = ConnectionID(900)
        let hello = Array(#"{"type":"hello","room":"quiet-room","name":"A"}"#.utf8)
        manager.opened(connection, address: TokenHash([1]), at: meeting.moment)
        _ = manager.receive(hello, from: connection, at: meeting.moment, random: &random)
        var drained = manager
        guard case .send(.error(.serverError, _, .later), _, _, _) = manager.loadFailed(room, at: meeting.moment).first
        else {
            Issue.record("no answer")
            return
        }
        #expect(manager.receive(hello, from: connection, at: meeting.moment, random: &random) == [.load(room)])
        _ = drained.drain(at: meeting.moment)
        #expect(drained.loadFailed(room, at: meeting.moment).isEmpty)
    }
}
