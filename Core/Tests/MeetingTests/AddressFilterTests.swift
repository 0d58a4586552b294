import Testing

@testable import Meeting

@Suite("What may pass in a room that hides addresses")
struct AddressFilterTests {
    static let relay = "candidate:3 1 udp 41885439 198.51.100.4 50002 typ relay"

    @Test(
        "Only relayed candidates pass, and say nothing of whom they are relayed for",
        arguments: [
            ("candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host", nil),
            ("candidate:1 1 udp 2122260223 0f3a.local 50000 typ host generation 0", nil),
            ("candidate:2 1 udp 1686052607 203.0.113.7 50000 typ srflx raddr 192.0.2.7 rport 50000", nil),
            ("candidate:2 1 udp 1686052607 203.0.113.7 50000 typ prflx raddr 192.0.2.7 rport 50000", nil),
            (
                relay + " raddr 203.0.113.7 rport 61000 generation 0 ufrag abcd network-cost 50",
                relay + " raddr 0.0.0.0 rport 9 generation 0 ufrag abcd network-cost 50"
            ),
            (relay + " RADDR 203.0.113.7 Rport 61000", relay + " RADDR 0.0.0.0 Rport 9"),
            (relay + " x raddr 203.0.113.7", relay + " x raddr 0.0.0.0"),
            ("a=" + relay, "a=" + relay),
            (relay, relay),
            ("", ""),
            (relay + "\r\na=candidate:1 1 udp 1 192.0.2.7 5 typ host", nil),
            ("candidate:1 1 udp 1 192.0.2.7 5 typ host typ relay", nil),
            ("candidate:1 1 udp 1 192.0.2.7 5  typ relay", nil),
            ("candidate:1 1 udp 1 192.0.2.7 5 typ", nil),
            ("candidate:1", nil),
            ("192.0.2.7", nil),
            (" ", nil),
        ] as [(String, String?)]
    )
    func candidates(line: String, expected: String?) { #expect(AddressFilter.relayOnly(line: line) == expected) }

    @Test("An SDP loses other candidates and every address but the relay's; all else stays to the letter")
    func sdp() {
        let sdp = """
            v=0\r
            o=- 46117 2 IN IP4 192.0.2.7\r
            s=-\r
            t=0 0\r
            a=group:BUNDLE 0\r
            m=audio 50002 UDP/TLS/RTP/SAVPF 111\r
            c=IN IP4 198.51.100.4\r
            a=rtcp:50003 IN IP6 2001:db8::7\r
            a=candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host\r
            a=\(Self.relay) raddr 192.0.2.7 rport 50000\r
            A=CANDIDATE:1 1 udp 2122260223 192.0.2.7 50000 typ host\r
            a=ice-ufrag:abcd\r
            a=rtcp-fb:111 transport-cc\r
            a=rtcp:9\r
            m=video 50004 UDP/TLS/RTP/SAVPF 96\r
            c=IN IP4 192.0.2.7\r
            c=IN IP4 192.0.2.7/127 x\r
            a=end-of-candidates\r

            """
        let expected = """
            v=0\r
            o=- 46117 2 IN IP4 0.0.0.0\r
            s=-\r
            t=0 0\r
            a=group:BUNDLE 0\r
            m=audio 50002 UDP/TLS/RTP/SAVPF 111\r
            c=IN IP4 198.51.100.4\r
            a=rtcp:50003 IN IP4 0.0.0.0\r
            a=\(Self.relay) raddr 0.0.0.0 rport 9\r
            a=ice-ufrag:abcd\r
            a=rtcp-fb:111 transport-cc\r
            a=rtcp:9\r
            m=video 50004 UDP/TLS/RTP/SAVPF 96\r
            c=IN IP4 0.0.0.0\r
            a=end-of-candidates\r

            """
        #expect(AddressFilter.relayOnly(sdp: sdp) == expected)
    }

    @Test(
        "What browsers that hide their addresses send is not touched",
        arguments: [
            "v=0\r\no=- 8 2 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n",
            "v=0\no=mozilla...THIS_IS_SDPARTA-99.0 8 0 IN IP4 0.0.0.0\ns=-\nc=IN IP6 ::\n", "", "\r\n\r\n", "v=0",
        ]
    )
    func untouched(sdp: String) { #expect(AddressFilter.relayOnly(sdp: sdp) == sdp) }

    @Test("A line hidden behind a lone CR or behind a combining character is seen", arguments: ["\r", "\n", "\r\r\n"])
    func hidden(end: String) {
        let host = "1 1 udp 2122260223 192.0.2.7 50000 typ host"
        for line in [
            "a=candidate:\(host)", "a=candidate:\u{338}\(host)", "c=IN IP4 192.0.2.7", "c=\u{338}IN IP4 192.0.2.7",
        ] {
            #expect(!AddressFilter.relayOnly(sdp: "v=0\(end)\(line)\(end)s=-").contains("192.0.2.7"))
        }
    }

    /// Random lines out of the words of SDP; the secret stands wherever an own address may stand.
    private func randomSDP(_ random: inout SplitMix64) -> String {
        let words = [
            "a=candidate:", "A=Candidate:", "1", "udp", "192.0.2.7", "192.0.2.7", "typ", "typ", "relay", "host",
            "srflx", "raddr",
            "rport", "c=IN", "o=-", "IN", "IP4", "IP6", "a=rtcp:9", "a=rtcp:", "m=audio", "0.0.0.0", "", "\u{338}", "é",
            "\0",
        ]
        let ends = ["\r\n", "\n", "\r", "\n\n", ""]
        var sdp = ""
        for _ in 0..<Int(random.next() % 12) {
            if random.next() % 3 == 0 {
                sdp += "a=candidate:1 1 udp 1 198.51.100.4 5 typ relay raddr 192.0.2.7 rport 5"
            } else {
                let count = Int(random.next() % 12)
                sdp += (0..<count).map { _ in words[Int(random.next() % UInt64(words.count))] }.joined(separator: " ")
            }
            sdp += ends[Int(random.next() % UInt64(ends.count))]
        }
        return sdp
    }

    private func lines(_ text: String) -> [[String]] {
        text.utf8.split { $0 == 0x0A || $0 == 0x0D }.map { line in
            line.split(separator: 0x20, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private func isAddressed(_ line: [String]) -> Bool {
        let start = String(decoding: line[0].utf8.prefix(7), as: UTF8.self).lowercased().utf8
        return ["c=", "o=", "a=rtcp:", "a=candi"].contains { start.starts(with: $0.utf8) }
    }

    @Test("For any text: no address is left where one can stand, filtering again changes nothing, other lines stay")
    func property() {
        var random = SplitMix64(seed: 7)
        for round in 0..<1_500 {
            let sdp = randomSDP(&random)
            let filtered = AddressFilter.relayOnly(sdp: sdp)
            let candidates = lines(filtered).filter { $0[0].lowercased().utf8.starts(with: "a=candidate:".utf8) }
            // What is relayed at this address may be named in other lines too.
            let isRelayed = candidates.contains { $0[4] == "192.0.2.7" }
            for line in lines(filtered) where isAddressed(line) && !isRelayed && !candidates.contains(line) {
                #expect(line.last != "192.0.2.7", "seed 7, round \(round): \(line)")
            }
            for candidate in candidates {
                #expect(candidate[7] == "relay", "seed 7, round \(round): \(candidate)")
                let own = zip(candidate.dropFirst(8), candidate.dropFirst(9)).filter { $0.0 == "raddr" }
                #expect(own.allSatisfy { $0.1 == "0.0.0.0" }, "seed 7, round \(round): \(candidate)")
            }
            #expect(AddressFilter.relayOnly(sdp: filtered) == filtered, "seed 7, round \(round)")
            #expect(filtered.utf8.count <= 3 * sdp.utf8.count, "seed 7, round \(round)")
            #expect(lines(filtered).filter { !isAddressed($0) } == lines(sdp).filter { !isAddressed($0) })
        }
    }
}
