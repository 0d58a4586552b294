import Testing

@testable import SDP

@Suite("SDP: a session stays what it was")
struct SessionStateTests {
    private func session() throws -> (SessionState, SessionDescription) {
        let offer = try Fixtures.offer("chromium-156-sfu")
        var state = SessionState()
        _ = try state.answer(offer, Fixtures.wishes(for: offer))
        return (state, offer)
    }

    private func refusal(_ change: (inout SessionDescription) -> Void) throws -> String? {
        var (state, offer) = try session()
        change(&offer)
        do {
            _ = try state.answer(offer, Fixtures.wishes(for: offer))
            return nil
        } catch {
            #expect(error.code == .changed)
            // What was refused left no trace: the offer before is still answered.
            let before = try Fixtures.offer("chromium-156-sfu")
            _ = try state.answer(before, Fixtures.wishes(for: before))
            return error.sentence
        }
    }

    @Test("The same offer again is answered the same, but for the version")
    func again() throws {
        var (state, offer) = try session()
        let second = try state.answer(offer, Fixtures.wishes(for: offer))
        let third = try state.answer(offer, Fixtures.wishes(for: offer))
        #expect(third.description.origin == Origin(sessionID: 77, version: 3))
        #expect(third.media == second.media && third.description.media == second.description.media)
        #expect(!third.transport.isRestart && !third.transport.isNewAssociation)
    }

    @Test("m-lines do not go, change their mid or kind, or swap")
    func lines() throws {
        #expect(try refusal { $0.media.removeLast() } != nil)
        #expect(
            try refusal {
                $0.media[1].mid = "x"; $0.groups[0].mids[1] = "x"
            } != nil
        )
        #expect(try refusal { $0.media[2].kind = .video } != nil)
        #expect(try refusal { $0.media.swapAt(3, 4) } != nil)
        #expect(
            try refusal {
                $0.media.append($0.media[4])
                $0.media[5].mid = "5"
                $0.groups[0].mids.append("5")
            } == nil
        )
    }

    @Test("A payload type keeps its codec, on every m-line")
    func payloadTypes() throws {
        #expect(try refusal { $0.media[1].codecs[0].name = "VP9" } != nil)
        #expect(try refusal { $0.media[4].codecs[0].clockRate = 8_000 } != nil)
        // 102 is constrained to one profile of H.264, 97 repairs 96.
        #expect(
            try refusal {
                $0.media[1].codecs[2].parameters = "packetization-mode=1;profile-level-id=640c1f"
            } != nil
        )
        #expect(try refusal { $0.media[1].codecs[1].parameters = "apt=98" } != nil)
        // A level or a rate is no other format.
        #expect(try refusal { $0.media[0].codecs[0].parameters += ";maxaveragebitrate=64000" } == nil)
        #expect(try refusal { $0.media[1].codecs.removeAll { $0.payloadType == 45 } } == nil)
    }

    @Test("A header extension keeps its number on its m-line; one that nobody had may come")
    func extensions() throws {
        #expect(try refusal { $0.media[1].extensions[2].uri = "urn:x" } != nil)
        #expect(try refusal { $0.media[1].extensions.append(ExtensionMap(id: 1, uri: "urn:x")) } == nil)
        #expect(try refusal { $0.media[1].extensions.removeLast() } == nil)
    }

    @Test("A turned-down m-line may be used again, for the same kind only")
    func recycling() throws {
        func recycled(_ change: (inout SessionDescription) -> Void) throws -> Bool {
            var (state, offer) = try session()
            offer.media[4].port = 0
            _ = try state.answer(offer, Fixtures.wishes(for: offer))
            offer.media[4].port = 9
            offer.media[4].mid = "new"
            offer.groups[0].mids[4] = "new"
            // Another mid, other numbers.
            offer.media[4].extensions = [ExtensionMap(id: 4, uri: HeaderExtension.mid.rawValue)]
            change(&offer)
            do {
                return try !state.answer(offer, Fixtures.wishes(for: offer)).media[4].isRejected
            } catch { return false }
        }
        #expect(try recycled { _ in })
        #expect(try !recycled { $0.media[4].kind = .audio })
        #expect(try !recycled { $0.media[4].mid = "1" })
    }

    @Test("New credentials are an ICE restart; a new certificate is a new association")
    func restart() throws {
        var (state, offer) = try session()
        for index in offer.media.indices { offer.media[index].transport.ice?.userFragment = "fresh" }
        let restarted = try state.answer(offer, Fixtures.wishes(for: offer)).transport
        #expect(restarted.isRestart && !restarted.isNewAssociation && restarted.ice.userFragment == "fresh")
        let other = try #require(CertificateFingerprint(.sha256, Array(repeating: 9, count: 32)))
        for index in offer.media.indices { offer.media[index].transport.fingerprints = [other] }
        let renewed = try state.answer(offer, Fixtures.wishes(for: offer)).transport
        #expect(!renewed.isRestart && renewed.isNewAssociation && renewed.fingerprints == [other])
    }
}
