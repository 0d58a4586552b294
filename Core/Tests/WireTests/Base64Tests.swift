import Testing
import Wire

@Suite("Base64")
struct Base64Tests {
    private func decoded(_ text: String) -> [UInt8]? {
        var room = [UInt8](repeating: 0xEE, count: 64)
        var span = room.mutableSpan
        var writer = ByteWriter()
        guard Base64.decode(Array(text.utf8).span, with: &writer, to: &span), let count = writer.count else {
            return nil
        }
        return Array(room[..<count])
    }

    @Test(
        "Bytes are written and read as RFC 4648 §10 has them",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func vectors(plain: String, encoded: String) {
        #expect(Base64.text(Array(plain.utf8).span) == encoded)
        #expect(decoded(encoded) == Array(plain.utf8))
    }

    @Test("All 64 digits stand for themselves")
    func digits() {
        let all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        #expect(decoded(all).map { Base64.text($0.span) } == all)
    }

    @Test(
        "What nobody would have written is refused",
        arguments: ["Zg=", "Zg", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n", "Zm-v", "Zg=a", "====", "Z m9"]
    )
    func refused(text: String) {
        #expect(decoded(text) == nil)
    }
}
