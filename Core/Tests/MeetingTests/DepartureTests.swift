import Testing
import Units

@testable import Meeting

@Suite("The end of a seat")
struct DepartureTests {
    let meeting = Harness()

    init() { for name in ["Ana", "Ben", "Cleo"] { meeting.join(name, device: "device of \(name)") } }

    private func order(_ action: String, _ target: String) {
        meeting.say("Ana", #"{"type":"moderate","action":"\#(action)","participant":"\#(meeting.id(target))"}"#)
    }

    @Test("Who leaves is named once; closing the connection afterwards names nobody")
    func leaves() {
        let ben = meeting.id("Ben")
        meeting.say("Ben", #"{"type":"leave"}"#)
        meeting.drop("Ben", cleanly: true)
        #expect(meeting.departed == [ben])
    }

    @Test("Who loses the connection is named when the grace is over, not before, and not when he came back")
    func lost() {
        let (ben, token) = (meeting.id("Ben"), meeting.token("Cleo"))
        meeting.drop("Ben")
        meeting.drop("Cleo")
        meeting.advance(Limits.grace - .seconds(1))
        meeting.join("Cleo", resume: token)
        #expect(meeting.departed.isEmpty)
        meeting.advance(.seconds(2))
        #expect(meeting.departed == [ben])
    }

    @Test("Who is sent out is named, also while he is reconnecting", arguments: ["remove", "ban"], [true, false])
    func removed(action: String, isConnected: Bool) {
        let ben = meeting.id("Ben")
        if !isConnected { meeting.drop("Ben") }
        order(action, "Ben")
        #expect(meeting.departed == [ben])
        meeting.advance(Limits.grace * 2)
        #expect(meeting.departed == [ben])
    }

    @Test("The end of the meeting names all members and no guest")
    func ended() {
        let all = ["Ana", "Ben", "Cleo"].map { meeting.id($0) }
        meeting.say("Ana", #"{"type":"moderate","action":"lobby","on":true}"#)
        meeting.join("Gus")
        meeting.drop("Ben")
        meeting.say("Ana", #"{"type":"moderate","action":"end"}"#)
        #expect(meeting.departed.sorted() == all.sorted())
    }

    @Test("A newer connection of the same participant ends no seat")
    func replaced() {
        meeting.join("Ben", resume: meeting.token("Ben"))
        #expect(meeting.departed.isEmpty)
    }
}
