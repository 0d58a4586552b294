import Testing

@testable import Meeting

@Suite("Names of people")
struct DisplayNameTests {
    @Test(
        "Names that people have are taken as they are",
        arguments: [
            "Ana", "Ana María", "O'Neill-Smith", "李小龍", "محمد", "علی\u{200C}رضا", "می\u{200C}خواهم", "नरेन्द्र",
            "क्\u{200D}ष",
            "ශ්\u{200D}රී", "രാജന്\u{200D}", "ทดสอบ ชื่อ", "Zoë", "Zoe\u{308}", "Ngu\u{1EC5}n", "e\u{302}\u{323}", "Ω", "👩‍👩‍👧‍👦",
            "🏳️‍🌈 Sam", "🇩🇪 Jan", "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}", "1️⃣", "❤️", "👍🏽",
            "👩🏽‍🚀", "葛\u{E0100}城", "שָׁלוֹם", "Ana 2", String(repeating: "x", count: 64), "🐻‍❄️", "👁️‍🗨️", "გიორგი", "ᠮᠣᠩᠭᠣᠯ",
        ]
    )
    func taken(name: String) {
        #expect(DisplayName(name)?.description == name)
    }

    @Test("White space around a name is cut off")
    func trimmed() {
        #expect(DisplayName(" \t\u{3000}Ana\u{A0}\r\n")?.description == "Ana")
    }

    @Test(
        "Names that deceive or break are refused",
        arguments: [
            "", " ", "\u{A0}\u{2003}", "\n", "\u{0}", "Ana\u{0}", "Ana\nBen", "Ana\tBen", "Ana\u{1B}[31m", "Ana\u{7F}",
            "\u{200B}", "\u{200B}Ana", "Ana\u{200B}", "A\u{200B}na", "A\u{200C}na", "A\u{200D}na",
            "Ana\u{200D}", "\u{200D}Ana", "علی\u{200C}", "علی\u{200C}\u{200C}رضا", "😀\u{200D}", "😀\u{200D}A",
            "\u{202E}anA", "Ana\u{202D}", "Ana\u{202C}", "\u{2066}Ana\u{2069}", "\u{2067}Ana", "\u{200E}Ana",
            "Ana\u{200F}",
            "\u{61C}Ana", "\u{FEFF}Ana", "Ana\u{2060}", "A\u{AD}na", "\u{2028}", "Ana\u{2029}Ben", "\u{115F}",
            "\u{3164}",
            "Ana\u{3164}", "\u{FFA0}", "\u{2800}", "A\u{34F}na", "Ana\u{FE0F}", "A\u{FE00}na", "Ana\u{E0100}",
            "A\u{E0041}na", "😀\u{E0041}", "字\u{E0041}", "\u{E0041}", "\u{E000}", "\u{F8FF}", "\u{FFFE}", "\u{10FFFF}",
            "\u{301}", "\u{301}Ana", "A\u{301}\u{301}\u{301}\u{301}\u{301}", "Ana\u{180E}", "Ana\u{206A}",
            "Ana\u{FFF9}",
            "Ana\u{1D173}", String(repeating: "x", count: 65), String(repeating: "x", count: 10_000),
            String(repeating: "👩‍👩‍👧‍👦", count: 64), String(repeating: "\u{301}", count: 5_000),
            "A" + String(repeating: "\u{20DD}", count: 200),
        ]
    )
    func refused(name: String) {
        #expect(DisplayName(name) == nil)
    }

    @Test("A name that was taken is taken again as it is")
    func idempotent() {
        var random = SplitMix64(seed: 42)
        let pieces: [UInt32] = [
            0x41, 0x20, 0xE9, 0x301, 0x200C, 0x200D, 0x202E, 0x627, 0x94D, 0x915, 0x1F469, 0xFE0F, 0x2764, 0xE0041,
            0x4E00,
            0x9, 0x200B, 0x3164, 0x1F3F4, 0xE007F, 0xE0100, 0xA0,
        ]
        var taken = 0
        for _ in 0..<20_000 {
            let scalars = (0..<Int(random.next() % 8)).compactMap { _ in
                Unicode.Scalar(pieces[Int(random.next() % UInt64(pieces.count))])
            }
            let text = String(String.UnicodeScalarView(scalars))
            guard let name = DisplayName(text) else { continue }
            taken += 1
            #expect(DisplayName(name.description) == name)
        }
        #expect(taken > 500)
    }

    @Test("Names that differ in case or spaces only are the same to a ban")
    func folded() {
        #expect(DisplayName("B e\u{A0}N")?.folded == DisplayName("ben")?.folded)
        #expect(DisplayName("Ben")?.folded != DisplayName("Bän")?.folded)
    }

    @Test("A refused name gets bad-name, one over 16 kB bad-message")
    func codes() {
        let meeting = Harness()
        #expect(meeting.join("1", as: "\u{202E}evil").first?.code == "bad-name")
        #expect(meeting.join("2", as: String(repeating: "x", count: 10_000)).first?.code == "bad-name")
        #expect(meeting.join("3", as: String(repeating: "x", count: 20_000)).first?.code == "bad-message")
    }
}
