import Testing
import Units
import Wire

@testable import Meeting

@Suite("Joining")
struct JoiningTests {
    let meeting = Harness()

    @Test("The first to enter an empty room is its host and learns what he needs")
    func first() throws {
        let welcome = try #require(meeting.join("Ana").first("welcome"))
        #expect(welcome["re"] == .integer(1))
        #expect(welcome["you"]?["role"]?.string == "host")
        #expect(welcome["room"]?["name"]?.string == "blue-heron-42")
        #expect(welcome["room"]?["limit"]?.integer == 6)
        #expect(welcome["participants"]?.array?.count == 1)
        #expect(welcome["graceMs"]?.integer == 60_000)
        #expect(welcome["resume"]?.string?.count == 52)
        #expect(welcome["iceServers"]?.array?.count == 1)
        #expect(welcome["now"]?.integer == meeting.moment.wall)
    }

    @Test("The second is a member, both get a link, the newcomer is polite, the others hear of him")
    func second() throws {
        meeting.join("Ana")
        let news = meeting.join("Ben")
        #expect(news.types == ["welcome", "link"])
        #expect(news.first("welcome")?["you"]?["role"]?.string == "member")
        #expect(news.first("link")?["with"]?.string == meeting.id("Ana"))
        #expect(news.first("link")?["polite"]?.bool == true)
        let told = meeting.news("Ana")
        #expect(told.types == ["joined", "link"])
        #expect(told.first("joined")?["participant"]?["name"]?.string == "Ben")
        #expect(told.first("link")?["polite"]?.bool == false)
        #expect(told.first("link")?["fresh"] == nil)
    }

    @Test("seq rises from message to message for every member")
    func rising() {
        for name in ["Ana", "Ben", "Cleo", "Dan"] { meeting.join(name) }
        meeting.say("Ben", #"{"type":"state","id":2,"hand":true}"#)
        meeting.drop("Cleo")
        for name in ["Ana", "Ben", "Dan"] {
            let numbers = meeting.inbox(name).compactMap { $0["seq"]?.integer }
            #expect(numbers == numbers.sorted())
            #expect(Set(numbers).count == numbers.count)
        }
    }

    @Test(
        "A room's name that is none is refused",
        arguments: ["", "Blue", "a b", "a/b", "..", "é", String(repeating: "a", count: 65), "a\\u0000", "a_b"]
    )
    func badRoom(room: String) {
        #expect(meeting.join("Ana", room: room).first?.code == "bad-room")
        #expect(meeting.manager.figures.rooms == 0)
    }

    @Test("Somebody refused may say hello again on the same connection")
    func again() {
        meeting.join("Ana", room: "NO")
        let hello = #"{"type":"hello","id":2,"room":"yes","name":"Ana"}"#
        #expect(meeting.say("Ana", hello).types == ["welcome"])
    }

    @Test("Messages before hello, a second hello and join tokens are refused, and the connection lives")
    func wrongOrder() {
        meeting.connect("Ana")
        #expect(meeting.say("Ana", #"{"type":"chat","id":3,"text":"x","clientId":"1"}"#).first?.code == "bad-message")
        #expect(meeting.say("Ana", #"{"type":"ping","id":4}"#).types == ["pong"])
        let hello = #"{"type":"hello","id":5,"room":"r","name":"Ana"}"#
        #expect(meeting.say("Ana", #"{"type":"hello","room":"r","name":"A","token":"x"}"#).first?.code == "bad-token")
        #expect(meeting.say("Ana", hello).types == ["welcome"])
        #expect(meeting.say("Ana", hello).first?.code == "bad-message")
        #expect(meeting.closed("Ana") == nil)
    }

    @Test("Who does not introduce himself within ten seconds is closed with 1008")
    func silence() {
        meeting.connect("Ana")
        meeting.advance(.seconds(9))
        #expect(meeting.closed("Ana") == nil)
        meeting.advance(.seconds(1))
        #expect(meeting.closed("Ana") == .policyViolation)
        meeting.say("Ana", #"{"type":"hello","room":"r","name":"Ana"}"#)
        #expect(meeting.inbox("Ana").types == ["error"])
    }

    @Test("The seventh of six is told that the room is full, and gets in when somebody leaves")
    func full() {
        for name in ["1", "2", "3", "4", "5", "6"] { meeting.join(name) }
        let refusal = meeting.join("7").first
        #expect(refusal?.code == "room-full")
        #expect(refusal?["retry"]?.string == "later")
        #expect(meeting.news("1").all("joined").count == 5)
        meeting.say("3", #"{"type":"leave"}"#)
        #expect(meeting.join("7").first("welcome") != nil)
    }

    @Test("Rooms know nothing of each other")
    func apart() {
        meeting.join("Ana", room: "one")
        meeting.join("Ben", room: "two")
        #expect(meeting.inbox("Ana").types == ["welcome"])
        let offer = #"{"type":"offer","id":2,"to":"\#(meeting.id("Ana"))","neg":1,"sdp":"v=0","tracks":{}}"#
        #expect(meeting.say("Ben", offer).last?.code == "no-such-participant")
        #expect(meeting.news("Ana").isEmpty)
    }

    @Test("A draining server tells everybody to come back and takes nobody")
    func drain() {
        meeting.join("Ana")
        meeting.connect("Ben")
        meeting.drain()
        #expect(meeting.news("Ana").last?["reason"]?.string == "draining")
        #expect(meeting.inbox("Ana").last?["retry"]?.string == "now")
        #expect(meeting.closed("Ana") == .serviceRestart)
        #expect(meeting.closed("Ben") == .serviceRestart)
        #expect(meeting.join("Cleo").first?.code == "server-draining")
    }

    @Test("After a drain no seat is bound to a connection that was sent away, and the seats stay on disk")
    func drainFreesConnections() {
        meeting.join("Ana")
        meeting.join("Ben")
        meeting.drain()
        #expect(meeting.manager.violations().isEmpty)
        #expect(meeting.manager.figures.members == 2)
        #expect(meeting.disk.rooms.values.first?.seats.count == 2)
    }

    @Test("Nobody is told of his seat before it is on disk")
    func held() {
        meeting.disk.isSlow = true
        meeting.join("Ana")
        #expect(meeting.inbox("Ana").isEmpty)
        meeting.commit()
        #expect(meeting.inbox("Ana").types == ["welcome"])
    }

    @Test("leave frees the seat at once")
    func leaving() {
        meeting.join("Ana")
        meeting.join("Ben")
        meeting.forgetNews()
        let bye = meeting.say("Ben", #"{"type":"leave","id":9}"#)
        #expect(bye.types == ["bye"])
        #expect(bye.first?["re"]?.integer == 9)
        #expect(bye.first?["reason"]?.string == "left")
        #expect(meeting.closed("Ben") == .normal)
        let left = meeting.news("Ana").first("left")
        #expect(left?["reason"]?.string == "left")
        #expect(left?["participant"]?["state"]?.string == "connected")
        #expect(meeting.disk.rooms.values.first?.seats.count == 1)
    }

    @Test("A room that everybody left takes no memory")
    func forgotten() {
        for name in ["Ana", "Ben"] { meeting.join(name) }
        for name in ["Ana", "Ben"] { meeting.say(name, #"{"type":"leave"}"#) }
        for name in ["Ana", "Ben"] { meeting.drop(name) }
        #expect(meeting.manager.figures == (0, 0, 0, 0))
        #expect(meeting.join("Cleo").first("welcome")?["you"]?["role"]?.string == "host")
    }
}

@Suite("Who is host")
struct SuccessionTests {
    let meeting = Harness()

    func role(_ name: String) -> String? {
        meeting.manager.rooms.values.first?.seats.first { $0.id.description == meeting.id(name) }?.role.rawValue
    }

    @Test("When the last host leaves, the longest present becomes host and all are told")
    func leaves() {
        for name in ["Ana", "Ben", "Cleo"] { meeting.join(name) }
        meeting.forgetNews()
        meeting.say("Ana", #"{"type":"leave"}"#)
        let updated = meeting.news("Cleo").first("updated")
        #expect(updated?["participant"]?["id"]?.string == meeting.id("Ben"))
        #expect(updated?["participant"]?["role"]?.string == "host")
        #expect(role("Cleo") == "member")
    }

    @Test("A host who drops stays host until his grace is over")
    func drops() {
        for name in ["Ana", "Ben"] { meeting.join(name) }
        meeting.drop("Ana")
        meeting.advance(.seconds(59))
        #expect(role("Ben") == "member")
        meeting.advance(.seconds(1))
        #expect(role("Ben") == "host")
        let left = meeting.news("Ben").first("left")
        #expect(left?["reason"]?.string == "lost")
    }

    @Test("Somebody connected inherits before somebody who is reconnecting")
    func connectedFirst() {
        for name in ["Ana", "Ben", "Cleo"] { meeting.join(name) }
        meeting.drop("Ben")
        meeting.say("Ana", #"{"type":"leave"}"#)
        #expect(role("Cleo") == "host")
        #expect(role("Ben") == "member")
    }

    @Test("A host who left comes back as host on the same device, and on no other")
    func returns() {
        meeting.join("Ana", device: "anas laptop")
        meeting.join("Ben", device: "bens phone")
        meeting.say("Ana", #"{"type":"leave"}"#)
        #expect(meeting.join("Ana").first("welcome")?["you"]?["role"]?.string == "member")
        #expect(meeting.join("Ana", device: "anas laptop").first("welcome")?["you"]?["role"]?.string == "host")
    }

    @Test("A second tab of a host is no host")
    func secondTab() {
        meeting.join("Ana", device: "anas laptop")
        #expect(meeting.join("Tab", device: "anas laptop").first("welcome")?["you"]?["role"]?.string == "member")
    }

    @Test("A host who was removed by another does not come back as host")
    func removed() {
        meeting.join("Ana", device: "anas laptop")
        meeting.join("Ben", device: "bens phone")
        meeting.say("Ana", #"{"type":"moderate","action":"promote","participant":"\#(meeting.id("Ben"))"}"#)
        meeting.say("Ana", #"{"type":"moderate","action":"remove","participant":"\#(meeting.id("Ben"))"}"#)
        #expect(meeting.closed("Ben") == .normal)
        #expect(meeting.join("Ben", device: "bens phone").first("welcome")?["you"]?["role"]?.string == "member")
    }

    @Test("A host's device of an earlier meeting means nothing in the next")
    func nextMeeting() {
        meeting.join("Ana", device: "anas laptop")
        meeting.say("Ana", #"{"type":"leave"}"#)
        meeting.join("Ben")
        #expect(meeting.join("Ana", device: "anas laptop").first("welcome")?["you"]?["role"]?.string == "member")
    }
}

@Suite("One network")
struct GreetingRateTests {
    private func hellos(_ count: Int, from address: String, isLimited: Bool) -> [String] {
        var manager = MeetingManager(
            configuration: .init(
                roomLimit: 6,
                meshLimit: 6,
                hash: { TokenHash(Array($0.utf8)) },
                iceServers: { _, _, _ in [] }
            )
        )
        var random = SplitMix64(seed: 1)
        let moment = Moment(now: Timestamp(nanoseconds: 0), wall: 0)
        return (0..<count).flatMap { number in
            let connection = ConnectionID(UInt64(number))
            manager.opened(connection, address: TokenHash(Array(address.utf8)), isLimited: isLimited, at: moment)
            let hello = #"{"type":"hello","room":"BAD","name":"Ana"}"#
            return manager.receive(Array(hello.utf8), from: connection, at: moment, random: &random)
                .compactMap {
                    if case .send(.error(let code, message: _, retry: _), _, _, _) = $0 { code.rawValue } else { nil }
                }
        }
    }

    @Test("Who says hello more often than a whole school at nine is told to wait")
    func limited() {
        let codes = hellos(1_100, from: "a", isLimited: true)
        #expect(codes.filter { $0 == "bad-room" }.count == 1_000)
        #expect(codes.filter { $0 == "rate-limited" }.count == 100)
    }

    @Test("A proxy on this machine speaks for many and is not limited")
    func proxy() {
        #expect(hellos(1_100, from: "a", isLimited: false).allSatisfy { $0 == "bad-room" })
    }
}

@Suite("The lobby of an abandoned room")
struct AbandonedLobbyTests {
    let meeting = Harness()

    private func abandon(device: String?) {
        meeting.join("Ana", device: device)
        meeting.say("Ana", #"{"type":"moderate","action":"lobby","on":true}"#)
        meeting.join("Guest")
        meeting.say("Ana", #"{"type":"leave"}"#)
    }

    @Test("Nobody is let in when the last host leaves for good: the meeting is over for the guests too")
    func over() {
        abandon(device: nil)
        #expect(meeting.inbox("Guest").types == ["waiting", "bye"])
        #expect(meeting.inbox("Guest").last?["reason"]?.string == "ended")
    }

    @Test("While a host can come back on his device guests go on waiting, and he finds them")
    func waiting() {
        abandon(device: "anas laptop")
        #expect(meeting.inbox("Guest").types == ["waiting"])
        let welcome = meeting.join("Ana", device: "anas laptop").first("welcome")
        #expect(welcome?["you"]?["role"]?.string == "host")
        #expect(welcome?["waiting"]?.array?.count == 1)
    }
}
