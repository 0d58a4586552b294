import Testing
import Units
import Wire

@testable import Meeting

@Suite("Chat")
struct ChatTests {
    let meeting = Harness()

    init() {
        for name in ["Ana", "Ben"] { meeting.join(name) }
        meeting.forgetNews()
    }

    func chat(_ name: String, _ text: String, id: Int = 7, clientId: String = "m-1", to: String? = nil) -> [Message] {
        let receiver = to.map { #","to":"\#(meeting.id($0))""# } ?? ""
        return meeting.say(
            name,
            #"{"type":"chat","id":\#(id),"text":"\#(text)","clientId":"\#(clientId)"\#(receiver)}"#
        )
    }

    @Test("Ana and Ben are in; Ben says something; Cleo joins and sees it")
    func lateJoiner() {
        let answer = chat("Ben", "Hello")
        #expect(answer.first?["re"]?.integer == 7)
        #expect(answer.first?["stored"] == nil)
        let heard = meeting.news("Ana").first
        #expect(heard?["text"]?.string == "Hello")
        #expect(heard?["re"] == nil)
        #expect(heard?["from"]?.string == meeting.id("Ben"))
        #expect(heard?["name"]?.string == "Ben")
        let history = meeting.join("Cleo").first("welcome")?["chat"]?.array
        #expect(history?.count == 1)
        #expect(history?.first?["text"]?.string == "Hello")
        #expect(history?.first?["id"] == heard?["id"])
    }

    @Test("Nobody hears a message, its sender neither, before it is on disk")
    func storedFirst() {
        meeting.disk.isSlow = true
        #expect(chat("Ben", "Hello").isEmpty)
        #expect(meeting.news("Ana").isEmpty)
        meeting.commit()
        #expect(meeting.news("Ben").first?["re"]?.integer == 7)
        #expect(meeting.news("Ana").types == ["chat"])
        #expect(meeting.disk.rooms.values.first?.chat.count == 1)
    }

    @Test("When the disk refuses, everybody present gets it, the sender is told, late joiners do not see it")
    func notStored() {
        meeting.disk.isFull = true
        let answer = chat("Ben", "Hello")
        #expect(answer.types == ["chat", "notice"])
        #expect(answer.first?["stored"]?.bool == false)
        #expect(answer.last?.code == "not-stored")
        #expect(meeting.news("Ana").types == ["chat"])
        #expect(meeting.join("Cleo").first("welcome")?["chat"]?.array?.isEmpty == true)
    }

    @Test("A resend of a message that was not stored is not acknowledged as stored")
    func resendOfNotStored() {
        meeting.disk.isFull = true
        _ = chat("Ben", "Hello")
        meeting.forgetNews()
        let again = chat("Ben", "Hello", id: 8)
        #expect(again.first?["stored"]?.bool == false)
        #expect(meeting.news("Ana").isEmpty)
    }

    @Test("A resend after a reconnect is acknowledged and not doubled")
    func resend() {
        _ = chat("Ben", "Hello")
        let token = meeting.token("Ben")
        meeting.drop("Ben")
        meeting.join("Ben", resume: token)
        meeting.forgetNews()
        let again = chat("Ben", "Hello", id: 9)
        #expect(again.types == ["chat"])
        #expect(again.first?["re"]?.integer == 9)
        #expect(meeting.news("Ana").isEmpty)
        #expect(meeting.disk.rooms.values.first?.chat.count == 1)
    }

    @Test("A resend while the first is being written is acknowledged once, by its own id")
    func resendWhilePending() {
        meeting.disk.isSlow = true
        _ = chat("Ben", "Hello")
        _ = chat("Ben", "Hello", id: 8)
        meeting.commit()
        #expect(meeting.news("Ben").map { $0["re"]?.integer } == [8])
        #expect(meeting.news("Ana").count == 1)
    }

    @Test("An answer never goes to a request of a later connection")
    func otherConnection() {
        meeting.disk.isSlow = true
        _ = chat("Ben", "Hello", id: 7)
        let token = meeting.token("Ben")
        meeting.drop("Ben")
        meeting.join("Ben", resume: token)
        meeting.commit()
        let chat = meeting.news("Ben").first("chat")
        #expect(chat?["text"]?.string == "Hello")
        #expect(chat?["re"] == nil)
    }

    @Test("The same client id of two people is two messages")
    func twoSenders() {
        _ = chat("Ana", "A")
        _ = chat("Ben", "B")
        #expect(meeting.disk.rooms.values.first?.chat.map(\.text) == ["A", "B"])
    }

    @Test("A private message is for two, also in the history")
    func privately() {
        meeting.join("Cleo")
        meeting.forgetNews()
        #expect(chat("Ben", "psst", to: "Ana").first?["re"]?.integer == 7)
        #expect(meeting.news("Ana").first?["to"]?.string == meeting.id("Ana"))
        #expect(meeting.news("Cleo").isEmpty)
        for (name, sees) in [("Ana", 1), ("Ben", 1), ("Cleo", 0)] {
            let token = meeting.token(name)
            meeting.drop(name)
            #expect(meeting.join(name, resume: token).first("welcome")?["chat"]?.array?.count == sees)
        }
        #expect(meeting.join("Dan").first("welcome")?["chat"]?.array?.isEmpty == true)
    }

    @Test("A private message to nobody is refused")
    func toNobody() {
        let message = #"{"type":"chat","id":3,"text":"x","clientId":"1","to":"nobody"}"#
        #expect(meeting.say("Ana", message).first?.code == "no-such-participant")
    }

    @Test("A newcomer gets the latest 200, oldest first")
    func history() {
        for number in 0..<450 {
            _ = chat("Ben", "\(number)", clientId: "\(number)")
            meeting.advance(.milliseconds(250))
        }
        let texts = meeting.join("Cleo").first("welcome")?["chat"]?.array?.compactMap { $0["text"]?.string }
        #expect(texts == (250..<450).map(String.init))
    }

    @Test("Everybody reads the messages in the order of the disk")
    func order() {
        meeting.disk.isSlow = true
        for number in 0..<10 { _ = chat(number % 2 == 0 ? "Ana" : "Ben", "\(number)", clientId: "\(number)") }
        meeting.commit()
        let texts = (0..<10).map(String.init)
        for name in ["Ana", "Ben"] { #expect(meeting.inbox(name).all("chat").map { $0["text"]?.string } == texts) }
        #expect(meeting.disk.rooms.values.first?.chat.map(\.text) == texts)
    }

    @Test("Twenty at once, then five a second; the rest is told to wait")
    func rate() {
        let answers = (0..<25).flatMap { chat("Ben", "x", clientId: "\($0)") }
        #expect(answers.all("chat").count == 20)
        #expect(answers.all("error").allSatisfy { $0.code == "rate-limited" && $0["retry"]?.string == "later" })
        meeting.advance(.seconds(1))
        #expect((30..<40).flatMap { chat("Ben", "x", clientId: "\($0)") }.all("chat").count == 5)
    }

    @Test(
        "A text of 4,096 characters is taken, a longer and an empty one are not",
        arguments: [(1, true), (4_096, true), (4_097, false), (0, false)]
    )
    func length(count: Int, isTaken: Bool) {
        #expect(chat("Ben", String(repeating: "é", count: count)).first?.type == (isTaken ? "chat" : "error"))
    }

    @Test("A text of nothing but white space is refused")
    func blank() {
        #expect(chat("Ben", " \\n\\t ").first?.code == "bad-message")
    }

    @Test("However long the messages are, a newcomer's welcome fits the queue of a connection; the latest are in it")
    func longHistory() throws {
        let long = String(repeating: "語", count: 4_000)
        for number in 0..<60 {
            _ = chat("Ben", "\(number) \(long)", clientId: "m-\(number)")
            meeting.advance(.seconds(1))
        }
        let history = try #require(meeting.join("Cleo").first("welcome")?["chat"]?.array)
        let bytes = history.compactMap { $0.object?["text"]?.string?.utf8.count }.reduce(0, +)
        #expect((64_000...Limits.chatHistoryBytes).contains(bytes))
        #expect(history.last?.object?["text"]?.string?.hasPrefix("59 ") == true)
    }
}
