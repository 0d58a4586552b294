import Testing
import Units
import Wire

@testable import Meeting

@Suite("ICE servers")
struct IceServersTests {
    let meeting = Harness()

    /// When the credentials a client has now end, Unix seconds.
    private func expiry(_ name: String) -> Int64? {
        let servers = meeting.inbox(name).last { $0["iceServers"] != nil }?["iceServers"]?.array
        return servers?.first?["username"]?.string.flatMap { Int64($0.prefix { $0 != ":" }) }
    }

    @Test("Whoever stays has credentials that are good for at least three eighths of their life, for hours")
    func renewed() throws {
        for name in ["Ana", "Ben", "Cleo"] { meeting.join(name) }
        for _ in 0..<7_200 {
            meeting.advance(.seconds(1))
            for name in ["Ana", "Ben", "Cleo"] {
                let left = try #require(expiry(name)) - meeting.moment.wall / 1_000
                guard left >= 900 / 2 - 1 else {
                    Issue.record("\(left) s before their end \(name) has no new ones")
                    return
                }
            }
        }
        let renewals = meeting.inbox("Ben").all("iceServers").count
        #expect((7_200 / 450...7_200 / 330).contains(renewals))
    }

    @Test("A renewal goes to its own participant, carries no seq, and is said by nobody else")
    func own() throws {
        for name in ["Ana", "Ben"] { meeting.join(name) }
        meeting.forgetNews()
        meeting.advance(.seconds(451))
        for name in ["Ana", "Ben"] {
            let news = meeting.news(name)
            #expect(news.types == ["iceServers"])
            #expect(news.first?["seq"] == nil)
            let username = news.first?["iceServers"]?.array?.first?["username"]?.string
            #expect(username?.hasSuffix(":" + meeting.id(name)) == true)
        }
    }

    @Test("A room full of people who came at once does not ask for everything at once")
    func spread() {
        let meeting = Harness(roomLimit: 12)
        for number in 0..<12 { meeting.join("\(number)") }
        var times: Set<Int> = []
        for second in 0..<451 {
            meeting.forgetNews()
            meeting.advance(.seconds(1))
            if (0..<12).contains(where: { meeting.news("\($0)").first("iceServers") != nil }) { times.insert(second) }
        }
        #expect(times.count >= 8)
        #expect(times.min() ?? 0 >= 336)
    }

    @Test("Who is away gets nothing; who comes back gets the list of the day, not the one he missed")
    func away() throws {
        meeting.join("Ana")
        meeting.join("Ben")
        let (token, seq) = (meeting.token("Ben"), meeting.lastSeq("Ben"))
        meeting.advance(.seconds(449))
        meeting.drop("Ben")
        meeting.advance(.seconds(30))
        let answer = meeting.join("Ben", resume: token, lastSeq: seq)
        #expect(answer.first?.type == "resumed")
        #expect(answer.first("iceServers") == nil)
        #expect(try #require(expiry("Ben")) == meeting.moment.wall / 1_000 + 900)
    }

    @Test("Guests of the lobby are told no servers, however long they wait")
    func guests() {
        meeting.join("Ana")
        meeting.say("Ana", #"{"type":"moderate","action":"lobby","on":true}"#)
        meeting.join("Gus")
        meeting.news("Ana")
        meeting.advance(.seconds(1_000))
        #expect(meeting.inbox("Gus").types == ["waiting"])
        #expect(meeting.news("Ana").types == ["iceServers"])
    }

    @Test("Servers that never expire are not sent again")
    func lasting() {
        var random = SplitMix64(seed: 1)
        var manager = MeetingManager(
            configuration: .init(
                roomLimit: 6,
                meshLimit: 6,
                hash: { TokenHash(Array($0.utf8)) },
                iceServers: { _, _, _ in [] }
            )
        )
        let connection = ConnectionID(1)
        manager.opened(connection, address: TokenHash([]), at: meeting.moment)
        let hello = Array(#"{"type":"hello","room":"a","name":"Ana"}"#.utf8)
        _ = manager.receive(hello, from: connection, at: meeting.moment, random: &random)
        let room = RoomName("a")
        for effect in room.map({ manager.loaded($0, record: nil, at: meeting.moment, random: &random) }) ?? [] {
            if case .ping = effect { _ = manager.heard(from: connection) }
        }
        #expect(manager.figures.members == 1)
        #expect(manager.nextDeadline == nil)
    }
}
