import Testing
import Units
import Wire

@testable import Meeting

@Suite("Mesh and SFU")
struct TopologyTests {
    let meeting = Harness(roomLimit: 50, meshLimit: 2)

    /// Three people, all with links to the SFU, in a room that runs through it.
    func three() {
        for name in ["Ana", "Ben", "Cleo"] {
            meeting.join(name)
            meeting.link(name)
        }
        meeting.forgetNews()
    }

    @Test("The third person brings the SFU: prepared at once, committed when every link stands")
    func up() {
        for name in ["Ana", "Ben"] {
            meeting.join(name)
            meeting.link(name)
        }
        #expect(meeting.inbox("Ben").first("welcome")?["room"]?["topology"]?.string == "mesh")
        #expect(meeting.inbox("Ben").all("link").count == 1)
        meeting.forgetNews()
        let welcome = meeting.join("Cleo")
        #expect(welcome.types == ["welcome", "topology", "need"])
        #expect(meeting.news("Ana").topologies == ["2 sfu prepare"])
        #expect(meeting.inbox("Ana").all("link").count == 1, "no link to the third")
        meeting.link("Cleo")
        for name in ["Ana", "Ben", "Cleo"] { #expect(meeting.inbox(name).topologies.last == "2 sfu commit") }
        #expect(meeting.join("Dan").first("welcome")?["room"]?["topology"]?.string == "sfu")
        #expect(meeting.inbox("Dan").first("welcome")?["room"]?["epoch"]?.integer == 2)
        #expect(meeting.inbox("Dan").first("link") == nil)
    }

    @Test("Who is in a mesh that the next will end is told his need ahead")
    func ahead() {
        #expect(meeting.join("Ana").first("need") == nil)
        #expect(meeting.join("Ben").first("need")?["audio"]?.integer == 4)
        #expect(meeting.inbox("Ana").all("need").count == 1)
        meeting.join("Cleo")
        #expect(meeting.inbox("Ana").all("need").count == 1)
    }

    @Test("Who has no link after eight seconds is not waited for")
    func upWithoutAll() {
        for name in ["Ana", "Ben", "Cleo"] { meeting.join(name) }
        meeting.forgetNews()
        meeting.advance(.seconds(7))
        #expect(meeting.news("Ana").topologies.isEmpty)
        meeting.advance(.seconds(1))
        #expect(meeting.news("Ana").topologies == ["2 sfu commit"])
    }

    @Test("Somebody whose WebSocket is down is not waited for, and hears of the move when he is back")
    func upWhileAway() {
        for name in ["Ana", "Ben"] { meeting.join(name) }
        let (token, seq) = (meeting.token("Ben"), meeting.lastSeq("Ben"))
        meeting.link("Ana")
        meeting.drop("Ben")
        meeting.join("Cleo")
        meeting.link("Cleo")
        #expect(meeting.news("Ana").topologies.isEmpty == false)
        let back = meeting.join("Ben", resume: token, lastSeq: seq)
        #expect(back.first?.type == "resumed")
        #expect(back.topologies == ["2 sfu prepare", "2 sfu commit"])
    }

    @Test(
        "Two who stay go back to a mesh after fifteen seconds, with new links, when neither wants anything of the SFU"
    )
    func down() {
        three()
        meeting.want("Ana", [meeting.track("Ben", .camera)])
        meeting.say("Cleo", #"{"type":"leave"}"#)
        meeting.forgetNews()
        meeting.advance(.seconds(14))
        #expect(meeting.news("Ana").topologies.isEmpty)
        meeting.advance(.seconds(1))
        let news = meeting.news("Ana")
        #expect(news.topologies == ["3 mesh prepare"])
        #expect(news.first("link")?["with"]?.string == meeting.id("Ben"))
        #expect(news.first("link")?["fresh"]?.bool == true)
        #expect(meeting.news("Ben").first("link")?["polite"]?.bool == true)
        meeting.advance(.seconds(4))
        #expect(meeting.news("Ana").topologies.isEmpty, "a tile still needs the SFU")
        meeting.want("Ana", [])
        #expect(meeting.news("Ben").topologies == ["3 mesh commit"])
    }

    @Test("The move back takes three seconds at least, for sound has no want, and ten at most")
    func downTimes() {
        three()
        meeting.say("Cleo", #"{"type":"leave"}"#)
        meeting.advance(.seconds(15))
        meeting.forgetNews()
        meeting.advance(.seconds(2))
        #expect(meeting.news("Ana").topologies.isEmpty)
        meeting.advance(.seconds(1))
        #expect(meeting.news("Ana").topologies == ["3 mesh commit"])
        meeting.join("Dan")
        meeting.link("Dan")
        meeting.say("Dan", #"{"type":"leave"}"#)
        meeting.want("Ana", [meeting.track("Ben", .camera)])
        meeting.advance(.seconds(15))
        meeting.forgetNews()
        meeting.advance(.seconds(9))
        #expect(meeting.news("Ana").topologies.isEmpty)
        meeting.advance(.seconds(1))
        #expect(meeting.news("Ana").topologies == ["5 mesh commit"])
    }

    @Test("A third who comes during the way back turns it round, without a link")
    func turn() {
        three()
        meeting.say("Cleo", #"{"type":"leave"}"#)
        meeting.advance(.seconds(15))
        meeting.forgetNews()
        let dan = meeting.join("Dan")
        #expect(dan.first("welcome")?["room"]?["topology"]?.string == "sfu")
        #expect(dan.first("welcome")?["room"]?["epoch"]?.integer == 2)
        #expect(dan.first("link") == nil)
        #expect(meeting.news("Ana").topologies == ["4 sfu prepare"])
        meeting.link("Dan")
        #expect(meeting.news("Ana").topologies == ["4 sfu commit"])
    }

    @Test("Who comes in the middle of a move is told of it")
    func joinDuringPrepare() {
        for name in ["Ana", "Ben", "Cleo"] { meeting.join(name) }
        let dan = meeting.join("Dan")
        #expect(dan.first("welcome")?["room"]?["topology"]?.string == "mesh")
        #expect(dan.topologies == ["2 sfu prepare"])
        #expect(dan.first("link") == nil)
    }

    @Test("With a limit of 0 a room is of the SFU from its first member on, and never anything else")
    func always() {
        let meeting = Harness(meshLimit: 0)
        let ana = meeting.join("Ana")
        #expect(ana.first("welcome")?["room"]?["topology"]?.string == "sfu")
        #expect(ana.types == ["welcome", "need"])
        #expect(meeting.join("Ben").first("link") == nil)
        meeting.advance(.seconds(60))
        #expect(meeting.inbox("Ana").topologies.isEmpty)
    }

    @Test("After a restart a large meeting is of the SFU at once")
    func restart() {
        three()
        let token = meeting.token("Ana")
        meeting.crash()
        let back = meeting.join("Ana", resume: token, lastSeq: 1)
        #expect(back.first("welcome")?["room"]?["topology"]?.string == "sfu")
        #expect(back.first("link") == nil)
    }

    @Test("In a mesh want goes to the publishers; on the SFU it does not")
    func wants() {
        meeting.join("Ana")
        meeting.join("Ben")
        meeting.want("Ana", [meeting.track("Ben", .camera)])
        #expect(meeting.news("Ben").first("want")?["from"]?.string == meeting.id("Ana"))
        meeting.join("Cleo")
        meeting.advance(.seconds(8))
        meeting.forgetNews()
        meeting.want("Ana", [meeting.track("Ben", .camera), meeting.track("Cleo", .camera)])
        #expect(meeting.news("Ben").isEmpty)
    }
}
