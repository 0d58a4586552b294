import Testing
import Units
import Wire

@testable import Meeting

@Suite("Rooms that hide addresses")
struct RelayOnlyTests {
    let meeting = Harness()
    static let host = "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host"
    static let relay = "candidate:3 1 udp 41885439 198.51.100.4 50002 typ relay raddr 192.0.2.7 rport 50000"

    init() {
        for name in ["Ana", "Ben"] { meeting.join(name, device: "device of \(name)") }
        meeting.forgetNews()
    }

    @discardableResult
    private func hide(_ on: Bool? = true, by name: String = "Ana") -> [Message] {
        let on = on.map { #","on":\#($0)"# } ?? ""
        return meeting.say(name, #"{"type":"moderate","id":11,"action":"relay-only"\#(on)}"#)
    }

    /// Ben tells Ana all of his addresses in every way there is; returns what she hears.
    private func tellAll() -> [Message] {
        let ana = meeting.id("Ana")
        let sdp = #"v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\na=\#(Self.host)\r\na=\#(Self.relay)\r\n"#
        meeting.forgetNews()
        for type in ["offer", "answer"] {
            meeting.say("Ben", #"{"type":"\#(type)","to":"\#(ana)","neg":1,"sdp":"\#(sdp)"}"#)
        }
        for candidate in [
            #""\#(Self.host)""#, #"{"candidate":"\#(Self.host)","sdpMid":"0"}"#, #""\#(Self.relay)""#,
            #"{"candidate":"\#(Self.relay)","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"abcd"}"#, "null", #""""#,
            #"{"candidate":""}"#,
        ] { meeting.say("Ben", #"{"type":"candidate","to":"\#(ana)","neg":1,"candidate":\#(candidate)}"#) }
        return meeting.news("Ana")
    }

    @Test("A host hides addresses; all are told, newcomers with their welcome, and it can be taken back")
    func setting() {
        let answer = hide().first("moderated")
        #expect(answer?["re"]?.integer == 11)
        #expect(answer?["on"]?.bool == true)
        #expect(answer?["room"]?["relayOnly"]?.bool == true)
        #expect(meeting.news("Ben").first("moderated")?["room"]?["relayOnly"]?.bool == true)
        #expect(meeting.join("Cleo").first("welcome")?["room"]?["relayOnly"]?.bool == true)
        #expect(hide(false).first("moderated")?["room"]?["relayOnly"]?.bool == false)
        #expect(hide(nil).first("moderated")?["room"]?["relayOnly"]?.bool == true)
    }

    @Test("Members may not")
    func members() {
        #expect(hide(by: "Ben").first?.code == "not-allowed")
        #expect(tellAll().count == 9)
    }

    @Test("Then nobody is told another's address: host candidates stop at the server, relayed ones and the end pass")
    func filtered() {
        hide()
        let heard = tellAll()
        #expect(heard.types == ["offer", "answer"] + Array(repeating: "candidate", count: 5))
        #expect(!heard.contains { $0.description.contains("192.0.2.7") })
        #expect(heard.filter { $0.description.contains("198.51.100.4") }.count == 4)
        #expect(heard[3]["candidate"]?["usernameFragment"]?.string == "abcd")
        #expect(heard[4]["candidate"] == .null)
        #expect(meeting.news("Ben").isEmpty)
    }

    @Test("Without it everything passes as it came")
    func open() {
        let heard = tellAll()
        #expect(heard.count == 9)
        #expect(heard.filter { $0.description.contains("192.0.2.7") }.count == 6)
    }

    @Test("Who was away when addresses were hidden is not told what was said before")
    func replay() {
        meeting.join("Cleo", device: "c")
        let (token, seq) = (meeting.token("Ana"), meeting.lastSeq("Ana"))
        meeting.say("Ana", #"{"type":"moderate","action":"promote","participant":"\#(meeting.id("Cleo"))"}"#)
        let told = tellAll().filter { $0.description.contains("192.0.2.7") }.count
        #expect(told == 6)
        meeting.drop("Ana")
        hide(by: "Cleo")
        let replayed = meeting.join("Ana", resume: token, lastSeq: seq)
        #expect(replayed.first?.type == "resumed")
        #expect(replayed.first("offer") != nil)
        #expect(replayed.first("moderated") != nil)
        #expect(!replayed.contains { $0.description.contains("192.0.2.7") })
    }

    @Test("It outlasts a crash of the server, and the meeting by a day, but not its end by a host")
    func outlasts() {
        hide()
        meeting.crash()
        #expect(meeting.join("Cleo").first("welcome")?["room"]?["relayOnly"]?.bool == true)
        meeting.say("Cleo", #"{"type":"leave"}"#)
        meeting.advance(.seconds(3_600))
        #expect(meeting.join("Dan").first("welcome")?["room"]?["relayOnly"]?.bool == true)
        meeting.say("Dan", #"{"type":"leave"}"#)
        meeting.advance(.seconds(86_401))
        #expect(meeting.join("Eve").first("welcome")?["room"]?["relayOnly"]?.bool == false)
        hide(by: "Eve")
        meeting.say("Eve", #"{"type":"moderate","action":"end"}"#)
        #expect(meeting.join("Fay").first("welcome")?["room"]?["relayOnly"]?.bool == false)
    }
}
