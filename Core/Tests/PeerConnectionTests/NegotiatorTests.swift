import DTLS
import Foundation
import ICE
import RTP
import SDP
import Simulation
import Testing
import Units

@testable import PeerConnection

@Suite("Offers and answers of a link")
struct NegotiatorTests {
    private static func offer(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: folder.appending(path: "Fixtures/sdp/\(name).sdp"), encoding: .utf8)
    }

    private static func negotiator(seed: UInt64 = 1) -> Negotiator {
        var generator = SplitMix64(seed: seed)
        return Negotiator(
            worker: 2,
            fingerprint: Array(0..<32),
            candidates: ["candidate:1 1 udp 2130706431 198.51.100.1 3478 typ host"],
            sessionID: 5,
            using: &generator
        )
    }

    private static func slots(_ session: SessionParameters) -> [SlotSources?] { session.lines.map(\.slot) }

    @Test(
        "Every line of a browser's offer is there, with kind, direction and slot",
        arguments: ["chromium-156-sfu", "firefox-153-sfu"]
    )
    func lines(name: String) throws {
        var negotiator = Self.negotiator()
        let session = try negotiator.answer(Self.offer(name)).session
        #expect(session.lines.map(\.mid.text) == ["0", "1", "2", "3", "4"])
        #expect(session.lines.map(\.kind) == [.audio, .video, .audio, .video, .video])
        #expect(session.lines.map(\.isSending) == [true, true, false, false, false])
        #expect(session.lines.map(\.isReceiving) == [false, false, true, true, true])
        #expect(session.lines.map { $0.slot != nil } == [false, false, true, true, true])
        #expect(session.lines.map { $0.slot?.repairSSRC != nil } == [false, false, false, true, true])
        #expect(session.lines.map(\.usesTransportFeedback) == [true, true, true, true, true])
        #expect(session.lines[1].layers.count == 3)
        #expect(!session.isRestart && !session.isNewAssociation)
        #expect(session.fingerprints.count == 1)
    }

    @Test("Chromium's codecs and extensions have the numbers of the offer")
    func chromium() throws {
        var negotiator = Self.negotiator()
        let lines = try negotiator.answer(Self.offer("chromium-156-sfu")).session.lines
        #expect(lines[0].formats.map(\.codec) == [.opus, .redundantAudio])
        #expect(lines[0].formats[0].payloadType == 111)
        #expect(lines[0].formats[0].clockRate == 48_000)
        #expect(lines[0].namedSources == [SSRC(1_136_351_128)])
        #expect(lines[0].extensions[.audioLevel] == 1)
        #expect(lines[0].extensions[.mid] == 4)
        #expect(lines[0].extensions[.transportSequence] == 3)
        #expect(lines[0].extensions[.absoluteSendTime] == nil)
        let vp8 = PayloadFormat(
            codec: .vp8,
            payloadType: 96,
            repairPayloadType: 97,
            clockRate: 90_000,
            usesNACK: true,
            usesPLI: true,
            usesFIR: true
        )
        #expect(lines[1].formats[0] == vp8)
        #expect(lines[1].namedSources.isEmpty)
        #expect(lines[1].extensions[.rid] == 10)
        #expect(lines[1].extensions[.repairedRID] == 11)
        #expect(lines[1].extensions[.dependencyDescriptor] == 12)
        let codecs = Set(lines[1].formats.map(\.codec))
        #expect(
            codecs.isSuperset(of: [
                .vp8, .vp9(profile: 0), .av1(profile: 0), .h264(profile: 0), .h264(profile: 1), .h264(profile: 2),
            ])
        )
        #expect(Set(lines[1].formats.map(\.payloadType)).count == lines[1].formats.count)
    }

    @Test(
        "All recorded offers are mapped, a data channel to a line of nothing",
        arguments: [
            "chromium-156-two-way", "chromium-156-receive", "chromium-156-data", "firefox-153-two-way",
            "firefox-153-receive",
            "firefox-153-data", "aiortc-1.16.0", "gstreamer-1.22.0", "pion-3", "like-safari", "like-obs-whip",
        ]
    )
    func all(name: String) throws {
        let offer = try Self.offer(name)
        let description = try SessionDescription(parsing: offer)
        var negotiator = Self.negotiator()
        let made = try negotiator.answer(offer)
        let answer = try SessionDescription(parsing: made.answer)
        #expect(made.session.lines.count == description.media.count)
        for ((line, offered), answered) in zip(zip(made.session.lines, description.media), answer.media) {
            #expect(line.mid.text == offered.mid)
            #expect(line.formats.isEmpty == answered.isRejected)
            #expect((line.kind == .none) == answered.isRejected)
            #expect(line.isReceiving == answered.direction.sends)
            #expect(line.isSending == answered.direction.receives)
            #expect((line.slot?.ssrc.rawValue) == answered.sources.first?.ssrc)
            #expect((line.slot?.repairSSRC?.rawValue) == answered.sources.dropFirst().first?.ssrc)
        }
    }

    @Test("The N-th audio slot and the N-th video slot are one stream, with one CNAME for all")
    func streams() throws {
        var negotiator = Self.negotiator()
        let answer = try SessionDescription(parsing: negotiator.answer(Self.offer("chromium-156-sfu")).answer)
        #expect(answer.media.map { $0.msids.first?.stream } == [nil, nil, "slot-0", "slot-0", "slot-1"])
        #expect(answer.media.compactMap { $0.msids.first?.track } == ["slot-0-audio", "slot-0-video", "slot-1-video"])
        #expect(Set(answer.media.flatMap(\.sources).map(\.cname)).count == 1)
        let ssrcs = answer.media.flatMap(\.sources).map(\.ssrc)
        #expect(ssrcs.count == 5 && Set(ssrcs).count == 5)
    }

    @Test("The same offer again changes neither credentials nor slots")
    func again() throws {
        var negotiator = Self.negotiator()
        let offer = try Self.offer("chromium-156-sfu")
        let first = try negotiator.answer(offer)
        let second = try negotiator.answer(offer)
        #expect(first.session.local.userFragment == second.session.local.userFragment)
        #expect(first.session.local.passwordText == second.session.local.passwordText)
        #expect(Self.slots(first.session) == Self.slots(second.session))
        #expect(!second.session.isRestart)
    }

    @Test("A slot keeps its SSRCs when its line pauses and when others come")
    func growing() throws {
        let text = try Self.offer("chromium-156-sfu")
        let small = text.components(separatedBy: "m=video")[..<3].joined(separator: "m=video")
            .replacing("BUNDLE 0 1 2 3 4", with: "BUNDLE 0 1 2 3")
        let paused = text.replacing("a=recvonly", with: "a=inactive")
        var negotiator = Self.negotiator()
        let first = try negotiator.answer(small).session
        let second = try negotiator.answer(paused).session
        let third = try negotiator.answer(text).session
        #expect(Self.slots(second).allSatisfy { $0 == nil })
        #expect(Self.slots(third)[..<4] == Self.slots(first)[...])
        #expect(third.lines[4].slot != nil)
    }

    @Test("An ICE restart has new credentials, once, and the same slots")
    func restart() throws {
        var negotiator = Self.negotiator()
        let offer = try Self.offer("chromium-156-sfu")
        let other = offer.replacing("a=ice-ufrag:1ZlT", with: "a=ice-ufrag:2ZlT")
        let first = try negotiator.answer(offer).session
        let made = try negotiator.answer(other)
        #expect(made.session.isRestart)
        #expect(!made.session.isNewAssociation)
        #expect(made.session.local.fragment != first.local.fragment)
        #expect(made.session.local.fragment.worker == 2)
        #expect(made.session.local.passwordText != first.local.passwordText)
        #expect(made.answer.contains("a=ice-ufrag:\(made.session.local.userFragment)\r\n"))
        #expect(!made.answer.contains(first.local.userFragment))
        #expect(Self.slots(made.session) == Self.slots(first))
        let again = try negotiator.answer(other).session
        #expect(!again.isRestart)
        #expect(again.local.fragment == made.session.local.fragment)
    }

    @Test("Another certificate is a new association")
    func certificate() throws {
        var negotiator = Self.negotiator()
        let offer = try Self.offer("chromium-156-sfu")
        _ = try negotiator.answer(offer)
        let made = try negotiator.answer(offer.replacing("sha-256 9C:54", with: "sha-256 9D:54"))
        #expect(made.session.isNewAssociation)
        #expect(made.session.fingerprints.first?.bytes.first == 0x9D)
    }

    @Test("What is refused leaves everything as it was")
    func refusal() throws {
        var negotiator = Self.negotiator()
        let offer = try Self.offer("chromium-156-sfu")
        let first = try negotiator.answer(offer).session
        #expect(throws: SDPError.self) { try negotiator.answer("v=0\r\n") }
        let changed = offer.replacing("a=mid:2", with: "a=mid:x").replacing("BUNDLE 0 1 2", with: "BUNDLE 0 1 x")
        #expect(throws: SDPError.self) { try negotiator.answer(changed) }
        let second = try negotiator.answer(offer).session
        #expect(Self.slots(first) == Self.slots(second))
        #expect(first.local.fragment == second.local.fragment)
    }

    @Test("Two links have nothing in common")
    func others() throws {
        var one = Self.negotiator(seed: 1)
        var other = Self.negotiator(seed: 2)
        let offer = try Self.offer("chromium-156-sfu")
        let (first, second) = (try one.answer(offer).session, try other.answer(offer).session)
        #expect(first.local.fragment.key != second.local.fragment.key)
        #expect(first.lines[2].slot != second.lines[2].slot)
    }
}
