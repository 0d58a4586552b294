import Foundation
import Testing
import Wire

@testable import Meeting

@Suite("Transcripts of the protocol")
struct TranscriptTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/signalling")

    static func names(_ side: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: side).path)) ?? []
        return all.filter { $0.hasSuffix(".json") }.sorted()
    }

    static func bytes(_ side: String, _ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: side).appending(path: name)))
    }

    @Test("There is at least one transcript for each message of both sides")
    func everyMessageHasOne() {
        let types = Set(Self.names("server").map { $0.prefix { $0 != "-" && $0 != "." } })
        #expect(types == Set(Self.samples.values.map { $0.message.type[...] }))
        #expect(Self.names("server").count == Self.samples.count)
        let client = Set(Self.names("client").map { String($0.prefix { $0 != "-" && $0 != "." }) })
        let known = [
            "hello", "offer", "answer", "candidate", "state", "want", "chat", "react", "moderate", "leave", "ping",
        ]
        #expect(client == Set(known))
    }

    @Test("What a browser sends is understood", arguments: names("client"))
    func clientSide(name: String) throws {
        let (id, message) = try ClientMessage.parse(Self.bytes("client", name))
        let (expectedID, expected) = try #require(Self.parsed[name])
        #expect(message == expected)
        #expect(id == expectedID)
    }

    @Test("What the server sends is the transcript to the letter", arguments: names("server"))
    func serverSide(name: String) throws {
        let sample = try #require(Self.samples[name])
        let written = try JSONValue(parsing: sample.message.text(seq: sample.seq, re: sample.re))
        #expect(Self.sorted(written) == Self.sorted(try JSONValue(parsing: Self.bytes("server", name))))
    }

    /// Members of an object have no order.
    static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(sorted))
        case .object(let object):
            .object(
                JSONObject(
                    object.members.map { .init(key: $0.key, value: sorted($0.value)) }.sorted { $0.key < $1.key }
                )
            )
        default: value
        }
    }
}

extension TranscriptTests {
    static let ana = ParticipantID("k7q2m4x9t0v3w8zc")
    static let ben = ParticipantID("b5d8f1g6h2j9n4pr")
    static let cleo = ParticipantID("c3e7r1t5y9s2d6fa")
    static let sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
    static let servers = [
        ICEServer(urls: ["stun:198.51.100.4:3478"]),
        ICEServer(
            urls: [
                "turn:198.51.100.4:3478?transport=udp", "turn:198.51.100.4:3478?transport=tcp",
                "turns:meet.example.org:8443?transport=tcp",
            ],
            username: "1767226530:b5d8f1g6h2j9n4pr",
            credential: "Zm9yIHRoZSBleGFtcGxlcyE="
        ),
    ]

    static func negotiation(_ peer: ParticipantID) -> ClientMessage.Negotiation {
        .init(
            peer: peer,
            neg: 1,
            sdp: sdp,
            tracks: [.init(mid: "0", source: .microphone), .init(mid: "1", source: .camera)]
        )
    }

    static let candidate = ClientMessage.Candidate.full(
        candidate: "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host",
        sdpMid: "0",
        sdpMLineIndex: 0,
        usernameFragment: "abcd"
    )

    static let wanted = ClientMessage.WantedTrack(
        participant: ben,
        source: .camera,
        width: 640,
        height: 360,
        priority: 1
    )

    static let parsed: [String: (Int64?, ClientMessage)] = [
        "hello.json": (
            1, .hello(.init(room: "blue-heron-42", name: "Ana", kind: .browser, device: "0f8c2b7d9e"))
        ),
        "hello-resume.json": (
            1,
            .hello(
                .init(room: "blue-heron-42", name: "Ana", resume: "r3s2m0t4k5n6v7w8", lastSeq: 41, kind: .browser)
            )
        ),
        "offer.json": (nil, .offer(negotiation(ben))),
        "answer.json": (nil, .answer(negotiation(ana))),
        "offer-sfu.json": (6, .offer(negotiation(.sfu))),
        "want-neg.json": (nil, .want([wanted], neg: 2)),
        "candidate.json": (nil, .candidate(.init(peer: ben, neg: 1, candidate: candidate))),
        "candidate-end.json": (nil, .candidate(.init(peer: ben, neg: 1, candidate: .end))),
        "state.json": (5, .state(.init(microphone: .off, camera: .on, hand: true, away: false))),
        "want.json": (
            nil,
            .want([wanted, .init(participant: ben, source: .screen, width: 1280, height: 720, priority: nil)])
        ),
        "chat.json": (7, .chat(text: "Hello everybody", to: nil, clientId: "m-1")),
        "chat-private.json": (8, .chat(text: "Only for you", to: ben, clientId: "m-2")),
        "react.json": (9, .react(emoji: "👍")),
        "moderate-mute.json": (10, .moderate(.init(action: .mute, participant: ben, on: nil))),
        "moderate-lobby.json": (11, .moderate(.init(action: .lobby, participant: nil, on: true))),
        "moderate-relay-only.json": (14, .moderate(.init(action: .relayOnly, participant: nil, on: true))),
        "ping.json": (12, .ping),
        "leave.json": (13, .leave),
    ]
}

extension TranscriptTests {
    struct Sample {
        let message: ServerMessage
        var seq: UInt64?
        var re: Int64?
    }

    static func participant(
        _ id: ParticipantID,
        _ name: String,
        _ role: Role,
        _ microphone: OnOff,
        _ camera: OnOff,
        hand: Int64? = nil,
        joined: Int64 = 1_767_225_630_000
    ) -> ServerMessage.Participant {
        .init(
            id: id,
            name: name,
            role: role,
            kind: .browser,
            isConnected: true,
            microphone: microphone,
            camera: camera,
            screen: .off,
            handAt: hand,
            away: false,
            joinedAt: joined
        )
    }

    static func chat(_ id: String, _ text: String, _ clientId: String, to: ParticipantID? = nil) -> ChatRecord {
        .init(id: id, from: ana, name: "Ana", to: to, text: text, clientId: clientId, at: 1_767_225_660_000)
    }

    static let welcome = ServerMessage.Welcome(
        you: ben,
        role: .member,
        room: .init(
            name: RoomName("blue-heron-42").unsafelyPresent,
            topology: .mesh,
            epoch: 1,
            locked: false,
            lobby: false,
            relayOnly: false,
            startedAt: 1_767_225_600_000,
            limit: 6
        ),
        participants: [
            participant(ana, "Ana", .host, .on, .on, joined: 1_767_225_600_000),
            participant(ben, "Ben", .member, .off, .off),
        ],
        chat: [chat("x1", "Hello everybody", "m-1")],
        iceServers: servers,
        resume: "r3s2m0t4k5n6v7w8",
        waiting: [],
        now: 1_767_225_630_100
    )

    static let notStored =
        "The server could not save the last message. Everybody here has it; people who join later will not."

    static let samples: [String: Sample] = [
        "answer.json": .init(message: .answer(from: ben, negotiation(ana)), seq: 8),
        "answer-sfu.json": .init(message: .answer(from: .sfu, negotiation(ana)), seq: 22, re: 6),
        "demand.json": .init(message: .demand([.init(track: TrackID(ana, .camera), layers: ["h"])]), seq: 26),
        "given.json": .init(
            message: .given([
                .init(
                    track: TrackID(ben, .camera),
                    width: 640,
                    height: 360,
                    framesPerSecond: 30,
                    reason: .bandwidth
                )
            ])
        ),
        "given-publisher.json": .init(
            message: .given([.init(track: TrackID(ben, .camera), reason: .publisher)])
        ),
        "need.json": .init(message: .need(audio: 4, video: 9), seq: 24),
        "slots.json": .init(
            message: .slots([
                .init(mid: "4", track: TrackID(ben, .microphone)), .init(mid: "5", track: TrackID(ben, .camera)),
                .init(mid: "6", track: nil),
            ]),
            seq: 25
        ),
        "speaking.json": .init(message: .speaking([ben, ana])),
        "topology.json": .init(message: .topology(epoch: 2, .sfu, .prepare), seq: 23),
        "topology-commit.json": .init(message: .topology(epoch: 3, .mesh, .commit), seq: 27),
        "bye.json": .init(message: .bye(.removed, retry: .none)),
        "candidate.json": .init(message: .candidate(from: ana, .init(peer: ben, neg: 1, candidate: candidate)), seq: 9),
        "candidate-end.json": .init(message: .candidate(from: ana, .init(peer: ben, neg: 1, candidate: .end)), seq: 10),
        "chat.json": .init(message: .chat(chat("x1", "Hello everybody", "m-1"), stored: true), seq: 14),
        "chat-private.json": .init(
            message: .chat(chat("x2", "Only for you", "m-2", to: ben), stored: true),
            seq: 15,
            re: 8
        ),
        "chat-not-stored.json": .init(message: .chat(chat("x3", "Disk is full", "m-3"), stored: false), seq: 16, re: 8),
        "error.json": .init(message: .error(.notAllowed, message: "Only a host may do that.", retry: .none), re: 10),
        "iceServers.json": .init(message: .iceServers(servers)),
        "joined.json": .init(message: .joined(participant(ben, "Ben", .member, .off, .off)), seq: 4),
        "left.json": .init(message: .left(participant(ben, "Ben", .member, .on, .on), .left), seq: 6),
        "link.json": .init(message: .link(with: ana, polite: true, fresh: false), seq: 11),
        "link-fresh.json": .init(message: .link(with: ana, polite: false, fresh: true), seq: 12),
        "lobby.json": .init(message: .lobby([.init(id: cleo, name: "Cleo", since: 1_767_225_650_000)]), seq: 19),
        "moderated.json": .init(message: .moderated(.init(action: .mute, by: ana, participant: ben)), seq: 17),
        "moderated-lock.json": .init(
            message: .moderated(
                .init(action: .lock, by: ana, room: .init(locked: true, lobby: false, relayOnly: false))
            ),
            seq: 18,
            re: 11
        ),
        "moderated-relay-only.json": .init(
            message: .moderated(
                .init(
                    action: .relayOnly,
                    by: ana,
                    on: true,
                    room: .init(locked: false, lobby: false, relayOnly: true)
                )
            ),
            seq: 21,
            re: 14
        ),
        "notice.json": .init(message: .notice(code: "not-stored", message: notStored)),
        "offer.json": .init(message: .offer(from: ana, negotiation(ben)), seq: 7),
        "pong.json": .init(message: .pong, re: 12),
        "reaction.json": .init(message: .reaction(participant: ana, emoji: "👍")),
        "resumed.json": .init(
            message: .resumed(
                you: ana,
                role: .host,
                resume: "n8w7v6k5t4m0s2r3",
                iceServers: servers,
                now: 1_767_225_690_000
            ),
            seq: 41,
            re: 1
        ),
        "updated.json": .init(
            message: .updated(participant(ben, "Ben", .member, .off, .on, hand: 1_767_225_640_000)),
            seq: 5
        ),
        "waiting.json": .init(message: .waiting(you: cleo, position: 1, now: 1_767_225_630_100), re: 1),
        "want.json": .init(message: .want(from: ana, [wanted]), seq: 13),
        "welcome.json": .init(message: .welcome(welcome), seq: 3, re: 1),
    ]
}

extension Optional {
    /// For constants of the tests that are there.
    fileprivate var unsafelyPresent: Wrapped {
        guard let self else { preconditionFailure("a constant of this test is wrong") }
        return self
    }
}
