import Testing

@testable import SDP

@Suite("SDP: parsing")
struct ParsingTests {
    @Test("What is written parses to the same description, for every client", arguments: Fixtures.names)
    func stable(name: String) throws {
        let description = try Fixtures.offer(name)
        let again = try SessionDescription(parsing: description.text)
        #expect(again == description)
        #expect(again.text == description.text)
    }

    @Test("Chromium's offer to an SFU is read whole: five m-lines, codecs, layers, extensions, transport")
    func chromium() throws {
        let offer = try Fixtures.offer("chromium-156-sfu")
        #expect(offer.media.map(\.kind) == [.audio, .video, .audio, .video, .video])
        #expect(offer.media.map(\.direction) == [.sendonly, .sendonly, .recvonly, .recvonly, .recvonly])
        #expect(offer.bundle == ["0", "1", "2", "3", "4"] && offer.allowsMixedExtensions && !offer.isICELite)
        let video = offer.media[1]
        #expect(video.codecs.count == 23 && video.codecs[0].isNamed("vp8"))
        #expect(video.codecs[0].feedback.count == 5 && video.codecs[1].associatedPayloadType == 96)
        #expect(video.simulcast.sent.map { $0.alternatives.map(\.rid) } == [["q"], ["h"], ["f"]])
        #expect(video.rids == ["q", "h", "f"].map { RID(id: $0, isSent: true) })
        #expect(video.extensions.first { $0.uri == HeaderExtension.mid.rawValue }?.id == 4)
        #expect(video.transport.ice?.userFragment.utf8.count == 4 && video.transport.setup == .actpass)
        #expect(video.transport.fingerprints.first?.bytes.count == 32 && video.isRTCPMultiplexed)
        #expect(offer.media[0].candidates.count == 1 && offer.media[0].sources.count == 1)
    }

    @Test("Firefox's fingerprint, said once for all, is that of every m-line; port 0 with bundle-only rejects nothing")
    func firefox() throws {
        let offer = try Fixtures.offer("firefox-153-sfu")
        #expect(offer.media.count == 5)
        #expect(offer.media.allSatisfy { $0.transport.fingerprints.count == 1 && !$0.isRejected })
        #expect(offer.media[1].port == 0 && offer.media[1].isBundleOnly)
        #expect(offer.media[1].extensions.first { $0.id == 8 }?.direction == .sendonly)
        // Its fmtp stands before its rtpmap.
        #expect(offer.media[0].codecs[0].parameter("stereo") == "1")
        #expect(offer.media[1].sourceGroups.count == 3 && offer.media[1].sources.count == 6)
    }

    @Test("Others' habits are read: spaces behind feedback, three hashes, upper case, an msid only with the SSRC")
    func habits() throws {
        let pion = try Fixtures.offer("pion-3").media[0]
        #expect(pion.codecs[0].feedback.contains(.nack))
        #expect(pion.codecs[0].feedback.contains(.transportWideCongestionControl))
        let aiortc = try Fixtures.offer("aiortc-1.16.0").media[0].transport
        #expect(aiortc.fingerprints.map(\.algorithm) == [.sha256, .sha384, .sha512])
        let gstreamer = try Fixtures.offer("gstreamer-1.22.0").media
        #expect(gstreamer[1].codecs[0].isNamed("opus"))
        #expect(gstreamer[0].msids == [MSID(stream: "user2263539629@host-bca9b56a", track: "webrtctransceiver0")])
        let obs = try Fixtures.offer("like-obs-whip")
        #expect(obs.media.allSatisfy { $0.transport.setup == .actpass && $0.transport.ice?.userFragment == "/Wyu" })
    }

    @Test("Simulcast keeps its order, its paused layers and alternatives; a rid that comes twice counts once")
    func simulcast() throws {
        let text = Fixtures.small([
            "a=rid:h send", "a=rid:q send max-width=320;pt=96", "a=rid:h send", "a=simulcast:recv a send q;~h,x;h",
        ])
        let media = try SessionDescription(parsing: text).media[0]
        #expect(media.rids.map(\.id) == ["h", "q"] && media.rids[1].restrictions == "max-width=320;pt=96")
        #expect(
            media.simulcast.sent == [
                .init([.init(rid: "q")]), .init([.init(rid: "h", isPaused: true), .init(rid: "x")]),
            ]
        )
        #expect(media.simulcast.received == [.init([.init(rid: "a")])])
    }

    @Test("Feedback for all payload types is offered for each")
    func wildcard() throws {
        let text = Fixtures.small(["a=rtpmap:96 VP8/90000", "a=rtcp-fb:* nack pli"])
        let media = try SessionDescription(parsing: text).media[0]
        #expect(media.offers(.pictureLossIndication, for: media.codecs[0]))
        #expect(!media.offers(.nack, for: media.codecs[0]))
    }

    @Test("Lines may end with LF, and lines nobody knows are passed over")
    func lenient() throws {
        let text = Fixtures.small(["b=AS:500", "i=a title", "a=foo:bar", "", "a=recvonly"])
        let description = try SessionDescription(parsing: text.replacing("\r\n", with: "\n"))
        #expect(description.media[0].direction == .recvonly)
    }

    @Test(
        "What breaks the grammar is refused with the line's number in a sentence",
        arguments: [
            "a=mid:", "a=mid:has space", "a=mid:seventeen-bytes-..", "a=rtpmap:96", "a=rtpmap:96 VP8/x",
            "a=rtpmap:300 VP8/90000", "a=extmap:0x1 urn:x", "a=extmap:1", "a=extmap:1/sideways urn:x", "a=rid:q up",
            "a=simulcast:send", "a=simulcast:up q", "a=ssrc:4294967296 cname:x", "a=ssrc-group:", "a=setup:sometimes",
            "a=ice-ufrag:abc", "a=ice-pwd:short", "a=fingerprint:sha-256 AB", "a=fingerprint:sha-256 GG:01", "a=msid:",
            "m=video", "m=video 70000 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP/TLS/RTP/SAVPF 128", "nonsense", "a=x\u{0}y",
        ]
    )
    func grammar(line: String) throws {
        do {
            _ = try SessionDescription(parsing: Fixtures.small([line]))
            Issue.record("taken: \(line)")
        } catch {
            #expect(error.code == .malformed)
            #expect(error.sentence.hasPrefix("Line 14 ") && error.sentence.hasSuffix("."))
        }
    }

    @Test(
        "A description without its first lines is refused",
        arguments: ["", "s=-", "v=1\r\n", "v=0\r\n", "v=0\r\nv=0"]
    )
    func start(text: String) {
        #expect(throws: SDPError.self) { try SessionDescription(parsing: text) }
    }

    @Test("Two m-lines of one mid, and one number for two extensions, are refused")
    func twice() {
        let again = ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0"]
        #expect(throws: SDPError.self) { try SessionDescription(parsing: Fixtures.small(again)) }
        let extensions = ["a=extmap:3 urn:a", "a=extmap:3/sendonly urn:b"]
        #expect(throws: SDPError.self) { try SessionDescription(parsing: Fixtures.small(extensions)) }
    }
}
