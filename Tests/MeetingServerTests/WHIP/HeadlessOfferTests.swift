import HTTPTypes
import SDP
import Testing

@testable import Meeting
@testable import MeetingServer

@Suite("WHIP and WHEP: what goes over HTTP")
struct HeadlessOfferTests {
    static func offer(_ lines: (kind: String, direction: String, port: Int)...) throws -> SessionDescription {
        var text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
        for (mid, line) in lines.enumerated() {
            text += "m=\(line.kind) \(line.port) UDP/TLS/RTP/SAVPF 96\r\na=mid:\(mid)\r\na=\(line.direction)\r\n"
        }
        return try SessionDescription(parsing: text)
    }

    @Test("A publisher only sends and a viewer only receives, whatever else they offer")
    func directions() throws {
        let both = try Self.offer(("audio", "sendrecv", 9), ("video", "recvonly", 9), ("video", "sendonly", 9))
        let whip = try #require(HeadlessOffer.fitted(both, to: .whip))
        #expect(whip.media.map(\.direction) == [.sendonly, .inactive, .sendonly])
        let whep = try #require(HeadlessOffer.fitted(both, to: .whep))
        #expect(whep.media.map(\.direction) == [.recvonly, .recvonly, .inactive])
    }

    @Test("An offer without anything of use is none")
    func useless() throws {
        #expect(HeadlessOffer.fitted(try Self.offer(("audio", "recvonly", 9)), to: .whip) == nil)
        #expect(HeadlessOffer.fitted(try Self.offer(("audio", "sendonly", 9)), to: .whep) == nil)
        #expect(HeadlessOffer.fitted(try Self.offer(("audio", "sendonly", 0)), to: .whip) == nil)
    }

    @Test(
        "The first sound is the microphone, the first picture the camera, second ones the screen's; rejected lines are none"
    )
    func tracks() throws {
        let offer = try Self.offer(
            ("video", "sendonly", 0),
            ("video", "sendonly", 9),
            ("audio", "sendonly", 9),
            ("video", "sendonly", 9),
            ("audio", "inactive", 9),
            ("video", "sendonly", 9)
        )
        let tracks = HeadlessOffer.tracks(of: offer)
        #expect(tracks.map { "\($0.mid) \($0.source)" } == ["1 camera", "2 microphone", "3 screen"])
    }

    @Test("A media type is compared without case and parameters")
    func mediaTypes() {
        #expect(WHIPType.matches("Application/SDP; charset=utf-8", WHIPType.sdp))
        #expect(WHIPType.matches("application/trickle-ice-sdpfrag", WHIPType.fragment))
        for other in [nil, "", "text/plain", "application/sdpx", "application/json; a=application/sdp"] {
            #expect(!WHIPType.matches(other, WHIPType.sdp))
        }
    }

    @Test("Each address of an ICE server is a link, with credentials where it has some")
    func links() {
        let stun = ICEServer(urls: ["stun:192.0.2.1:3478"])
        #expect(stun.links == [#"<stun:192.0.2.1:3478>; rel="ice-server""#])
        let turn = ICEServer(urls: ["turn:a?transport=udp", "turn:a?transport=tcp"], username: "u", credential: "c")
        #expect(turn.links.count == 2)
        #expect(turn.links[1].hasPrefix("<turn:a?transport=tcp>; rel=\"ice-server\"; username=\"u\"; credential=\"c\""))
    }

    @Test("Every code of the meeting has a status of an error, and what can be tried again soon says when")
    func statuses() {
        for code in ErrorCode.allCases {
            let problem = WHIPProblem(code, "No.", .none)
            #expect((400..<600).contains(problem.status.code))
            #expect((problem.headers[.retryAfter] != nil) == [429, 503].contains(problem.status.code))
        }
        #expect(WHIPProblem(.badToken, "No.", .none).headers[.wwwAuthenticate] == "Bearer")
    }

    @Test("A session that nobody was told of has no name; once answered it has its ICE session, until it is over")
    func sessions() async throws {
        let offer = try Self.offer(("audio", "sendonly", 9))
        var sessions = HeadlessSessions()
        let connection = sessions.nextConnection()
        let name = HeadlessSession.Name(kind: .whip, room: "r", secret: "s")
        let text = offer.restarted(ICEParameters(userFragment: "abcd", password: "abcdefghijklmnopqrstuv")).text
        let outcome = await withCheckedContinuation { waiting in
            sessions[connection] = HeadlessSession(name, offer: offer, waiting)
            #expect(sessions.connection(name) == nil)
            let answer = ClientMessage.Negotiation(peer: ParticipantID("p"), neg: 1, sdp: text, tracks: [])
            let heard = sessions.hear(.answer(from: .sfu, answer), [ConnectionID(1), connection])
            #expect(heard.others == [ConnectionID(1)] && heard.over.isEmpty)
        }
        guard case .accepted(let accepted) = outcome else {
            Issue.record("refused")
            return
        }
        #expect(accepted.iceSession == "abcd" && sessions.connection(name) == connection)
        sessions[connection] = nil
        #expect(sessions.connection(name) == nil && sessions.isEmpty)
    }

    @Test("A refusal of the first offer ends a session; one of a later offer does not")
    func refused() async throws {
        let offer = try Self.offer(("audio", "sendonly", 9))
        var sessions = HeadlessSessions()
        let connection = sessions.nextConnection()
        let name = HeadlessSession.Name(kind: .whip, room: "r", secret: "s")
        let outcome = await withCheckedContinuation { waiting in
            sessions[connection] = HeadlessSession(name, offer: offer, waiting)
            let heard = sessions.hear(.error(.roomFull, message: "Full.", retry: .later), [connection])
            #expect(heard.over == [connection])
        }
        guard case .refused(.roomFull, "Full.", .later) = outcome else {
            Issue.record("accepted")
            return
        }
    }
}
