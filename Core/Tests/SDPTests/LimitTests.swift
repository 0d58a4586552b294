import Testing

@testable import SDP

@Suite("SDP: limits (T-SIG-1)")
struct LimitTests {
    private func code(_ text: String) -> SDPError.Code? {
        do {
            _ = try SessionDescription(parsing: text)
            return nil
        } catch { return error.code }
    }

    @Test("64 m-lines are read, 65 are not")
    func media() {
        let lines = (1..<64).flatMap { ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:\($0)"] }
        #expect(code(Fixtures.small(lines)) == nil)
        #expect(code(Fixtures.small(lines + ["m=video 9 UDP/TLS/RTP/SAVPF 96"])) == .tooLarge)
    }

    @Test("A line of 4,096 bytes is read, one more is not; nor is a description over the whole limit")
    func bytes() {
        let line = "a=x:" + String(repeating: "y", count: Limits.lineBytes - 4)
        #expect(code(Fixtures.small([line])) == nil)
        #expect(code(Fixtures.small([line + "y"])) == .tooLarge)
        #expect(code(Fixtures.small(Array(repeating: line, count: 70))) == .tooLarge)
    }

    @Test(
        "Every list of an m-line ends at its limit",
        arguments: [
            (32, "a=extmap:# urn:#"), (16, "a=rid:r# send"), (64, "a=ssrc:# cname:x"), (8, "a=msid:s# t"),
            (32, "a=ssrc-group:FID #"), (16, "a=rtcp-fb:* f#"), (16, "a=rtcp-fb:96 f#"),
        ]
    )
    func lists(limit: Int, pattern: String) {
        func lines(_ count: Int) -> [String] { (1...count).map { pattern.replacing("#", with: String($0)) } }
        #expect(code(Fixtures.small(lines(limit))) == nil)
        #expect(code(Fixtures.small(lines(limit + 1))) == .tooLarge)
    }

    @Test("Of two thousand candidates 32 are kept, and none is an error (T-SIG-4)")
    func candidates() throws {
        let lines = (0..<2_000).map { "a=candidate:\($0) 1 udp 1 h.example 9 typ host" }
        let media = try SessionDescription(parsing: Fixtures.small(lines)).media[0]
        #expect(media.candidates.count == 32 && media.candidates[0].hasPrefix("candidate:0 1 udp"))
    }
}
