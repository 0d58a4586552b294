import Testing

@testable import SDP

@Suite("SDP: answers")
struct AnswerTests {
    @Test("Every client's offer gets an answer that parses and fits it line by line", arguments: Fixtures.names)
    func fits(name: String) throws {
        let offer = try Fixtures.offer(name)
        let answer = try Fixtures.answer(name)
        let parsed = try SessionDescription(parsing: answer.description.text)
        #expect(parsed == answer.description)
        #expect(parsed.media.count == offer.media.count && parsed.isICELite)
        for (offered, answered) in zip(offer.media, parsed.media) {
            #expect(answered.mid == offered.mid && answered.kind == offered.kind && answered.proto == offered.proto)
            guard !answered.isRejected else { continue }
            #expect(answered.transport.setup == .passive && answered.isRTCPMultiplexed)
            for codec in answered.codecs {
                let original = offered.codecs.first { $0.payloadType == codec.payloadType }
                #expect(original?.name == codec.name && original?.clockRate == codec.clockRate)
            }
            for map in answered.extensions {
                #expect(offered.extensions.contains { $0.id == map.id && $0.uri == map.uri })
            }
            #expect(!answered.direction.sends || offered.direction.receives)
            #expect(!answered.direction.receives || offered.direction.sends)
        }
    }

    @Test("Where a client sends the server receives; where it receives a slot is sent with its SSRCs, or nothing")
    func directions() throws {
        let offer = try Fixtures.offer("chromium-156-sfu")
        var wishes = Fixtures.wishes(for: offer)
        wishes.slots["4"] = nil
        wishes.refusedMIDs = ["0"]
        var state = SessionState()
        let answer = try state.answer(offer, wishes)
        let media = answer.description.media
        #expect(media.map(\.direction) == [.inactive, .recvonly, .sendonly, .sendonly, .inactive])
        #expect(answer.media.map(\.direction) == [.inactive, .sendonly, .recvonly, .recvonly, .inactive])
        #expect(media[3].msids == [MSID(stream: "slot-3", track: "track-3")])
        #expect(media[3].sourceGroups == [SourceGroup(semantics: "FID", ssrcs: [1_003, 2_003])])
        #expect(media[3].sources == [Source(ssrc: 1_003, cname: "parley"), Source(ssrc: 2_003, cname: "parley")])
        #expect(media[2].sources.count == 1 && media[1].sources.isEmpty)
    }

    @Test("Codecs are those the SFU forwards, each with its retransmissions, the preferred first")
    func codecs() throws {
        let media = try Fixtures.answer("chromium-156-sfu").description.media
        #expect(media[0].codecs.map(\.payloadType) == [111, 63])
        // VP8, H.264 in packetization-mode 1 only, AV1, VP9 twice; no ULPFEC, no video RED.
        #expect(
            media[1].codecs.map(\.payloadType) == [96, 97, 102, 103, 108, 109, 116, 117, 45, 46, 98, 99, 100, 101]
        )
        let safari = try Fixtures.answer("like-safari")
        #expect(safari.description.media[1].codecs[0].isNamed("VP8"))
        #expect(safari.media[1].codecs.map(\.kind) == [.vp8, .h264(.constrainedHigh), .h264(.constrainedBaseline)])
        #expect(safari.media[1].codecs.map(\.repairPayloadType) == [101, 97, 99])
        let asOffered = try Fixtures.answer("like-safari", codecs: CodecPolicy(preferred: []))
        #expect(asOffered.media[1].codecs[0].kind == .h264(.constrainedHigh))
        let obs = try Fixtures.answer("like-obs-whip")
        #expect(obs.media.map { $0.codecs.map(\.kind) } == [[.opus], [.h264(.constrainedBaseline)]])
        let refusing = CodecPolicy(refused: [.opus, .vp8])
        #expect(try Fixtures.answer("chromium-156-sfu", codecs: refusing).media[0].isRejected)
    }

    @Test("Parameters say what a stream is and leave out what the client's decoder can take")
    func parameters() throws {
        let firefox = try Fixtures.answer("firefox-153-sfu").description.media
        #expect(firefox[0].codecs[0].parameters == "stereo=1;useinbandfec=1;usedtx=1")
        #expect(firefox[1].codecs[0].isNamed("VP8") && firefox[1].codecs[0].parameters == "")
        let chromium = try Fixtures.answer("chromium-156-sfu").description.media[1]
        #expect(
            chromium.codecs[2].parameters
                == "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"
        )
        #expect(chromium.codecs[3].parameters == "apt=102")
    }

    @Test("transport-cc where it is offered, else REMB and abs-send-time; never both")
    func congestion() throws {
        let chromium = try Fixtures.answer("chromium-156-sfu")
        let video = chromium.description.media[1].codecs[0].feedback
        #expect(Set(video) == [.nack, .pictureLossIndication, .fullIntraRequest, .transportWideCongestionControl])
        #expect(chromium.media[1].usesTransportWideCongestionControl)
        #expect(chromium.media[1].id(of: .transportSequenceNumber) == 3)
        #expect(chromium.media[1].id(of: .absoluteSendTime) == nil)
        let aiortc = try Fixtures.answer("aiortc-1.16.0")
        #expect(aiortc.description.media[1].codecs[0].feedback.contains(.receiverEstimatedMaximumBitrate))
        #expect(!aiortc.media[1].usesTransportWideCongestionControl)
        #expect(aiortc.media[1].id(of: .absoluteSendTime) == 3)
        // Feedback without the extension would have nothing to report on.
        let gstreamer = try Fixtures.answer("gstreamer-1.22.0")
        #expect(!gstreamer.media[0].usesTransportWideCongestionControl)
    }

    @Test("Header extensions keep their numbers; a direction is that of the other end")
    func extensions() throws {
        let firefox = try Fixtures.answer("firefox-153-sfu")
        let maps = firefox.description.media[1].extensions
        #expect(maps.first { $0.id == 8 }?.direction == .recvonly)
        #expect(maps.first { $0.id == 6 }?.direction == .sendonly)
        #expect(maps.first { $0.id == 3 }?.direction == nil)
        #expect(!maps.contains { $0.uri.hasSuffix("toffset") || $0.uri.hasSuffix("abs-send-time") })
        #expect(firefox.media[1].id(of: .dependencyDescriptor) == 8)
    }

    @Test("Numbers over 14 are taken only from a client that mixes both forms, number 15 never")
    func largeNumbers() throws {
        let lines = [
            "a=rtpmap:96 VP8/90000", "a=extmap:16 \(HeaderExtension.rid.rawValue)",
            "a=extmap:15 \(HeaderExtension.mid.rawValue)",
        ]
        func ids(_ lines: [String]) throws -> [UInt8] {
            let offer = try SessionDescription(parsing: Fixtures.small(lines))
            var state = SessionState()
            return try state.answer(offer, Fixtures.wishes(for: offer)).media[0].extensions.map(\.id)
        }
        #expect(try ids(lines) == [])
        #expect(try ids(lines + ["a=extmap-allow-mixed"]) == [16])
    }

    @Test("Simulcast is answered with every layer in its order, paused ones staying so")
    func simulcast() throws {
        let text = try Fixtures.text("chromium-156-sfu")
            .replacing("a=simulcast:send q;h;f", with: "a=simulcast:send f;~h;q,f;nowhere")
        let offer = try SessionDescription(parsing: text)
        var state = SessionState()
        let answer = try state.answer(offer, Fixtures.wishes(for: offer))
        #expect(answer.description.text.contains("a=simulcast:recv f;~h;q\r\n"))
        #expect(answer.description.text.contains("a=rid:h recv\r\n"))
        #expect(answer.media[1].layers.map(\.rid) == ["f", "h", "q"])
        #expect(answer.media[1].layers.map(\.isPaused) == [false, true, false])
        #expect(answer.media[0].layers.isEmpty)
    }

    @Test("A layer that is tied to a codec nobody takes is left out")
    func tiedLayer() throws {
        let offer = try SessionDescription(
            parsing: Fixtures.small(
                [
                    "a=sendonly", "a=rtpmap:96 VP8/90000", "a=rtpmap:97 VC1/90000", "a=rid:a send pt=97",
                    "a=rid:b send pt=96,97;max-width=640", "a=simulcast:send a;b",
                ],
                formats: "96 97"
            )
        )
        var state = SessionState()
        let media = try state.answer(offer, Fixtures.wishes(for: offer)).description.media[0]
        #expect(media.rids == [RID(id: "b", isSent: false, restrictions: "pt=96;max-width=640")])
        #expect(media.simulcast.received == [.init([.init(rid: "b")])])
    }

    @Test("A data channel is turned down with port 0 and left out of the bundle; its neighbour is served")
    func dataChannel() throws {
        let answer = try Fixtures.answer("chromium-156-data")
        let data = try #require(answer.description.media.last)
        #expect(data.isRejected && data.formats == ["webrtc-datachannel"] && answer.media.last?.isRejected == true)
        #expect(answer.description.bundle == [answer.description.media[0].mid])
    }

    @Test("Candidates and their end stand with the first m-line that is taken, and nowhere else")
    func candidates() throws {
        let media = try Fixtures.answer("chromium-156-sfu").description.media
        #expect(media[0].candidates.count == 2 && media[0].isEndOfCandidates)
        #expect(media.dropFirst().allSatisfy { $0.candidates.isEmpty && !$0.isEndOfCandidates })
    }

    @Test("What no answer could fit is refused with a sentence", arguments: Refusal.all)
    func refused(refusal: Refusal) throws {
        let text = refusal.change(try Fixtures.text(refusal.fixture))
        let offer = try SessionDescription(parsing: text)
        var state = SessionState()
        do {
            _ = try state.answer(offer, Fixtures.wishes(for: offer))
            Issue.record("answered: \(refusal.why)")
        } catch {
            #expect(error.code == .unsupported && error.sentence.contains(refusal.why), "\(error.sentence)")
        }
    }
}

/// An offer spoiled in one way.
struct Refusal: Sendable, CustomTestStringConvertible {
    let why: String
    var fixture = "chromium-156-sfu"
    let change: @Sendable (String) -> String

    var testDescription: String { why }

    static let all = [
        Refusal(why: "BUNDLE") { $0.replacing("a=group:BUNDLE 0 1 2 3 4\r\n", with: "") },
        Refusal(why: "rtcp-mux") { $0.replacing("a=rtcp-mux\r\n", with: "", maxReplacements: 1) },
        Refusal(why: "never starts") { $0.replacing("a=setup:actpass", with: "a=setup:passive") },
        Refusal(why: "ICE lite") { $0.replacing("t=0 0\r\n", with: "t=0 0\r\na=ice-lite\r\n") },
        Refusal(why: "user fragment") { $0.replacing("a=ice-pwd", with: "a=no-pwd") },
        Refusal(why: "fingerprint") { $0.replacing("sha-256", with: "md5") },
        Refusal(why: "no mid") { $0.replacing("a=mid:2\r\n", with: "") },
        Refusal(why: "credentials of its own") {
            $0.replacing("a=mid:1\r\n", with: "a=mid:1\r\na=ice-ufrag:another\r\n")
        },
        Refusal(why: "certificate of its own") {
            $0.replacing("a=mid:1\r\n", with: "a=mid:1\r\na=fingerprint:sha-256 \(Fixtures.hash)\r\n")
        },
        Refusal(why: "tells m-lines or layers apart") {
            $0.replacing("a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", with: "a=extmap:10 urn:x")
        },
        Refusal(why: "no m-line") { $0.replacing(/(?s)m=audio.*/, with: "") },
    ]
}
