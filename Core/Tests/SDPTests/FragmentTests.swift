import Testing

@testable import SDP

@Suite("Fragments of descriptions")
struct FragmentTests {
    static let restart = """
        a=ice-options:trickle ice2
        a=group:BUNDLE 0 1
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        a=mid:0
        a=ice-ufrag:ysXw
        a=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k
        a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1
        a=end-of-candidates

        """

    @Test("Credentials, candidates and the end of them are read (RFC 9725 §4.3.2)")
    func read() throws {
        let fragment = try SessionFragment(parsing: Self.restart)
        #expect(fragment.ice == ICEParameters(userFragment: "ysXw", password: "vw5LmwG4y/e6dPP/zAP9Gp5k"))
        #expect(fragment.bundle == ["0", "1"])
        #expect(fragment.media.map(\.mid) == ["0"])
        #expect(fragment.media.first?.candidates.count == 1)
        #expect(fragment.media.first?.isEndOfCandidates == true)
    }

    @Test("Credentials may stand before the m-lines, and without any")
    func credentialsOfAll() throws {
        let credentials = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
        let expected = ICEParameters(userFragment: "abcd", password: "abcdefghijklmnopqrstuv")
        #expect(try SessionFragment(parsing: credentials).ice == expected)
        #expect(try SessionFragment(parsing: credentials + "m=audio 9 RTP/AVP 0\r\na=mid:0\r\n").ice == expected)
        #expect(try SessionFragment(parsing: "a=ice-ufrag:abcd\r\n").ice == nil, "half of them are none")
    }

    @Test("Nothing at all says nothing; what is no line, too short or too long is refused")
    func refused() throws {
        #expect(try SessionFragment(parsing: "").ice == nil)
        for text in ["hello", "a=ice-ufrag:ab\r\n", "a=ice-pwd:short\r\n", "m=audio\r\n"] {
            #expect(throws: SDPError.self) { try SessionFragment(parsing: text) }
        }
        let long = String(repeating: "a=candidate:1\r\n", count: 4_000)
        #expect(throws: SDPError.self) { try SessionFragment(parsing: long) }
    }

    @Test("What is written is read again as the same")
    func written() throws {
        let fragment = try SessionFragment(parsing: Self.restart)
        let again = try SessionFragment(parsing: fragment.text)
        #expect(again.text == fragment.text && again.ice == fragment.ice)
    }
}
