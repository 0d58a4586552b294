/// Base64 with padding (RFC 4648 §4), without a line break.
public enum Base64 {
    /// How many characters `count` bytes take.
    public static func encodedCount(_ count: Int) -> Int { (count &+ 2) / 3 &* 4 }

    /// Writes the characters of `bytes`.
    public static func encode(_ bytes: Span<UInt8>, with writer: inout ByteWriter, to room: inout MutableSpan<UInt8>) {
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count &- index)
            var group: UInt32 = 0
            for offset in 0..<3 { group = group << 8 | (offset < count ? UInt32(bytes[index &+ offset]) : 0) }
            for place in 0..<4 {
                let digit = UInt8(truncatingIfNeeded: group >> UInt32(18 &- 6 &* place) & 63)
                writer.write(place > count ? UInt8(ascii: "=") : character(digit), to: &room)
            }
            index &+= 3
        }
    }

    /// The characters of `bytes` as text.
    public static func text(_ bytes: Span<UInt8>) -> String {
        var characters = [UInt8](repeating: 0, count: encodedCount(bytes.count))
        var room = characters.mutableSpan
        var writer = ByteWriter()
        encode(bytes, with: &writer, to: &room)
        return String(decoding: characters, as: UTF8.self)
    }

    /// Writes the bytes that `characters` stand for. False, with some bytes written, when they are not what `encode`
    /// would have written: other characters, missing padding, bits that belong to no byte.
    public static func decode(
        _ characters: Span<UInt8>,
        with writer: inout ByteWriter,
        to room: inout MutableSpan<UInt8>
    ) -> Bool {
        guard characters.count % 4 == 0 else { return false }
        var index = 0
        while index < characters.count {
            var group: UInt32 = 0
            var count = 3
            for place in 0..<4 {
                let character = characters[index &+ place]
                if character == UInt8(ascii: "="), index &+ 4 == characters.count, place >= 2 {
                    count = min(count, place &- 1)
                    group <<= 6
                } else {
                    guard count == 3, let digit = digit(character) else { return false }
                    group = group << 6 | UInt32(digit)
                }
            }
            guard group & ((1 << UInt32(8 &* (3 &- count))) &- 1) == 0 else { return false }
            for place in 0..<count {
                writer.write(UInt8(truncatingIfNeeded: group >> UInt32(16 &- 8 &* place)), to: &room)
            }
            index &+= 4
        }
        return true
    }

    private static func character(_ digit: UInt8) -> UInt8 {
        switch digit {
        case 0..<26: UInt8(ascii: "A") &+ digit
        case 26..<52: UInt8(ascii: "a") &+ digit &- 26
        case 52..<62: UInt8(ascii: "0") &+ digit &- 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character &- UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character &- UInt8(ascii: "a") &+ 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character &- UInt8(ascii: "0") &+ 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
