import Testing
import Units
import Wire

@testable import Meeting

@Suite("What members say to each other")
struct MemberTests {
    let meeting = Harness()

    init() {
        for name in ["Ana", "Ben", "Cleo"] { meeting.join(name) }
        meeting.forgetNews()
    }

    @Test("Offers, answers and candidates reach the one they are for, from the one who sent them")
    func relay() {
        let (ana, ben) = (meeting.id("Ana"), meeting.id("Ben"))
        let forged = #""from":"\#(meeting.id("Cleo"))","role":"host","seq":1,"re":2"#
        meeting.say("Ana", #"{"type":"offer","to":"\#(ben)","neg":1,"sdp":"v=0","tracks":{"0":"camera"},\#(forged)}"#)
        meeting.say("Ana", #"{"type":"candidate","to":"\#(ben)","neg":1,"candidate":"candidate:1",\#(forged)}"#)
        let news = meeting.news("Ben")
        #expect(news.types == ["offer", "candidate"])
        #expect(
            news.allSatisfy { $0["from"]?.string == ana && $0["to"] == nil && $0["role"] == nil && $0["re"] == nil }
        )
        #expect(news.first?["tracks"]?["0"]?.string == "camera")
        #expect(meeting.news("Cleo").isEmpty)
        #expect(meeting.news("Ana").isEmpty)
    }

    @Test(
        "Nothing is relayed to oneself, to nobody or to who is gone, and no answer to the media server, which never offers"
    )
    func noRelay() {
        let ben = meeting.id("Ben")
        meeting.say("Ben", #"{"type":"leave"}"#)
        for (to, code) in [
            (meeting.id("Ana"), "no-such-participant"), ("", "no-such-participant"), (ben, "no-such-participant"),
            ("sfu", "not-allowed"),
        ] {
            let answer = meeting.say("Ana", #"{"type":"answer","id":4,"to":"\#(to)","neg":1,"sdp":"v=0"}"#).last
            #expect(answer?.code == code)
            #expect(answer?["re"]?.integer == 4)
        }
    }

    @Test("A change of state reaches all, the sender with re; id, name and role in it are ignored")
    func state() {
        let forged = #""name":"Eve","role":"host","participant":{"id":"x"},"joinedAt":0"#
        let answer = meeting.say("Ben", #"{"type":"state","id":5,"microphone":"on","hand":true,\#(forged)}"#)
        #expect(answer.first?["re"]?.integer == 5)
        let updated = meeting.news("Cleo").first("updated")?["participant"]
        #expect(updated?["id"]?.string == meeting.id("Ben"))
        #expect(updated?["name"]?.string == "Ben")
        #expect(updated?["role"]?.string == "member")
        #expect(updated?["microphone"]?.string == "on")
        #expect(updated?["camera"]?.string == "off")
        #expect(updated?["hand"]?.bool == true)
        #expect(updated?["handAt"]?.integer == meeting.moment.wall)
    }

    @Test("A hand keeps the time it was raised first; a state that changes nothing is only acknowledged")
    func hand() {
        meeting.say("Ben", #"{"type":"state","hand":true}"#)
        let raised = meeting.moment.wall
        meeting.advance(.seconds(5))
        meeting.forgetNews()
        let answer = meeting.say("Ben", #"{"type":"state","id":6,"hand":true}"#)
        #expect(answer.first?["participant"]?["handAt"]?.integer == raised)
        #expect(answer.first?["seq"] == nil)
        #expect(meeting.news("Ana").isEmpty)
    }

    @Test("want tells each publisher of its own tracks, and one no longer named that nobody looks")
    func want() {
        let (ana, ben) = (meeting.id("Ana"), meeting.id("Ben"))
        func wanted(_ tracks: [String]) -> String {
            let list = tracks.map { #"{"track":"\#($0)","width":640.5,"height":360}"# }.joined(separator: ",")
            return #"{"type":"want","video":[\#(list)]}"#
        }
        meeting.say("Cleo", wanted(["\(ana)/camera", "\(ana)/screen", "\(ben)/camera", "nobody/camera"]))
        let toAna = meeting.news("Ana").first("want")
        #expect(toAna?["from"]?.string == meeting.id("Cleo"))
        #expect(toAna?["video"]?.array?.compactMap { $0["track"]?.string } == ["\(ana)/camera", "\(ana)/screen"])
        #expect(meeting.news("Ben").first("want")?["video"]?.array?.count == 1)
        meeting.say("Cleo", wanted(["\(ben)/camera"]))
        #expect(meeting.news("Ana").first("want")?["video"]?.array?.isEmpty == true)
    }

    @Test("Reactions of the list reach all without seq, others are refused")
    func react() {
        let answer = meeting.say("Ben", #"{"type":"react","id":9,"emoji":"👍"}"#)
        #expect(answer.first?["re"]?.integer == 9)
        let heard = meeting.news("Ana").first
        #expect(heard?.type == "reaction")
        #expect(heard?["seq"] == nil)
        #expect(heard?["participant"]?.string == meeting.id("Ben"))
        #expect(meeting.say("Ben", #"{"type":"react","emoji":"👋"}"#).types == ["reaction"])
        #expect(meeting.say("Ben", #"{"type":"react","emoji":"💣"}"#).first?.code == "bad-message")
    }

    @Test("Ten reactions at once, then three a second")
    func reactionRate() {
        for _ in 0..<15 { meeting.say("Ben", #"{"type":"react","emoji":"🎉"}"#) }
        #expect(meeting.news("Ana").count == 10)
        #expect(meeting.inbox("Ben").last?.code == "rate-limited")
    }

    @Test("Unknown types and fields are ignored and counted")
    func unknown() {
        #expect(meeting.say("Ben", #"{"type":"topology","id":3,"x":[1,{}]}"#).isEmpty)
        #expect(meeting.manager.counters.unknownMessages == 1)
        #expect(meeting.say("Ben", #"{"type":"ping","id":3,"colour":"red"}"#).types == ["pong"])
    }

    @Test("One malformed message is told, a second within a second closes, and then nothing is heard any more")
    func malformed() {
        #expect(meeting.say("Ben", "{").first?.code == "bad-message")
        meeting.advance(.seconds(1))
        #expect(meeting.say("Ben", #"{"type":"chat","id":4}"#).first?["re"]?.integer == 4)
        #expect(meeting.closed("Ben") == nil)
        meeting.advance(.milliseconds(999))
        meeting.say("Ben", "[]")
        #expect(meeting.closed("Ben") == .policyViolation)
        meeting.forgetNews()
        meeting.say("Ben", #"{"type":"chat","text":"still here","clientId":"1"}"#)
        #expect(meeting.news("Ana").isEmpty)
        meeting.drop("Ben")
        #expect(meeting.news("Ana").first("updated")?["participant"]?["state"]?.string == "reconnecting")
    }

    @Test(
        "Messages of the wrong shape are refused, and nobody else notices",
        arguments: [
            "", "null", "[]", "7", "\"hello\"", "{}", #"{"type":1}"#, #"{"type":null}"#, #"{"type":"ping","id":"1"}"#,
            #"{"type":"ping","id":1.5}"#, #"{"type":"ping","type":"leave"}"#, #"{"type":"state","microphone":true}"#,
            #"{"type":"state","hand":"on"}"#, #"{"type":"state","camera":"ON"}"#, #"{"type":"want"}"#,
            #"{"type":"want","video":[1]}"#, #"{"type":"want","video":[{"track":"x","width":1,"height":1}]}"#,
            #"{"type":"want","video":[{"track":"a/camera","width":-1,"height":1}]}"#,
            #"{"type":"want","video":[{"track":"a/camera","width":1e300,"height":1}]}"#,
            #"{"type":"offer","to":"x","neg":-1,"sdp":""}"#,
            #"{"type":"offer","to":"x","neg":9007199254740993,"sdp":""}"#,
            #"{"type":"offer","to":5,"neg":1,"sdp":""}"#, #"{"type":"offer","neg":1,"sdp":""}"#,
            #"{"type":"offer","to":"x","neg":1,"sdp":"","tracks":{"0":"webcam"}}"#,
            #"{"type":"offer","to":"x","neg":1,"sdp":"","tracks":[]}"#, #"{"type":"candidate","to":"x","neg":1}"#,
            #"{"type":"candidate","to":"x","neg":1,"candidate":7}"#,
            #"{"type":"candidate","to":"x","neg":1,"candidate":{"candidate":null}}"#,
            #"{"type":"chat","text":"x"}"#, #"{"type":"chat","text":"x","clientId":""}"#,
            #"{"type":"moderate","action":"unmute"}"#, #"{"type":"moderate","action":"mute","participant":{}}"#,
            #"{"type":"moderate","action":"lobby","on":1}"#, "\u{FEFF}{\"type\":\"ping\"}", "{\"type\":\"ping\"}\u{0}",
        ]
    )
    func shapes(text: String) {
        #expect(meeting.say("Ana", text).map(\.code) == ["bad-message"])
        #expect(meeting.closed("Ana") == nil)
        #expect(meeting.news("Ben").isEmpty)
        #expect(meeting.manager.counters.malformedMessages == 1)
    }

    @Test("An SDP over its limits is refused")
    func hugeSDP() {
        let sdps = [
            String(repeating: "a", count: Limits.sdpLineBytes + 1),
            String(repeating: "m=audio\\r\\n", count: Limits.sdpMediaSections + 1),
            String(repeating: "a=x\\r\\n", count: Limits.sdpBytes / 5 + 1),
        ]
        for sdp in sdps {
            let answer = meeting.say("Ana", #"{"type":"offer","to":"\#(meeting.id("Ben"))","neg":1,"sdp":"\#(sdp)"}"#)
            #expect(answer.first?.code == "bad-message")
            meeting.advance(.seconds(2))
        }
        #expect(meeting.news("Ben").isEmpty)
    }

    @Test("10,000 candidates: most are refused, the flooder is closed, the log stays small, others are served")
    func candidateFlood() throws {
        let line = String(repeating: "c", count: Limits.candidateBytes)
        let text = #"{"type":"candidate","to":"\#(meeting.id("Ben"))","neg":1,"candidate":"\#(line)"}"#
        for _ in 0..<10_000 { meeting.say("Ana", text) }
        #expect(meeting.closed("Ana") == .policyViolation)
        #expect(meeting.news("Ben").count <= 400)
        #expect(meeting.inbox("Ana").all("error").count <= 2)
        let held = try #require(meeting.manager.rooms.values.first?.log.held)
        #expect(held.bytes <= 2 * Limits.replayBytes + Limits.candidateBytes)
        #expect(meeting.say("Cleo", #"{"type":"chat","id":1,"text":"hi","clientId":"1"}"#).first?["re"]?.integer == 1)
    }
}

@Suite("Replay log")
struct ReplayLogTests {
    @Test("It holds no more than its limits, also in memory, and says from where on it knows all")
    func bounds() {
        var log = ReplayLog(after: 10)
        let negotiation = ClientMessage.Negotiation(
            peer: ParticipantID("b"),
            neg: 1,
            sdp: String(repeating: "x", count: Limits.sdpBytes),
            tracks: []
        )
        for seq in UInt64(11)...3_000 {
            log.append(seq: seq, .offer(from: ParticipantID("a"), negotiation), to: .everybody)
            #expect(log.held.bytes <= 2 * Limits.replayBytes + 2 * Limits.sdpBytes)
        }
        #expect(log.forgottenThrough > 2_900)
        #expect(log.missed(by: ParticipantID("b"), after: log.forgottenThrough - 1) == nil)
        #expect(log.missed(by: ParticipantID("b"), after: log.forgottenThrough) == nil, "more than is sent at once")
        #expect(log.missed(by: ParticipantID("b"), after: 2_998)?.map(\.seq) == [2_999, 3_000])
        for seq in UInt64(3_001)...9_000 { log.append(seq: seq, .pong, to: .everybody) }
        #expect(log.held.entries <= 2 * Limits.replayMessages + 1)
        #expect(log.missed(by: ParticipantID("b"), after: 8_800)?.count == 200)
    }

    @Test("Everybody gets only what was meant for him")
    func audiences() {
        var log = ReplayLog(after: 0)
        let (ana, ben) = (ParticipantID("ana"), ParticipantID("ben"))
        log.append(seq: 1, .pong, to: .everybody)
        log.append(seq: 2, .pong, to: .only([ana]))
        log.append(seq: 3, .pong, to: .allBut(ana))
        #expect(log.missed(by: ana, after: 0)?.map(\.seq) == [1, 2])
        #expect(log.missed(by: ben, after: 1)?.map(\.seq) == [3])
        #expect(log.missed(by: ana, after: 3)?.isEmpty == true)
    }
}
