import Units

@testable import RTP

/// The same numbers for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func flag() -> Bool { next() & 1 == 1 }
}

/// Bytes from hexadecimal digits; spaces are ignored.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue).map(UInt8.init)
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// Bytes from fields of bits, filled with zeros at the end.
struct Bits {
    private(set) var digits: [Bool] = []

    mutating func add(_ value: Int, _ count: Int) {
        for index in 0..<count { digits.append(value >> (count - 1 - index) & 1 == 1) }
    }

    var bytes: [UInt8] {
        stride(from: 0, to: digits.count, by: 8).map { start in
            (0..<8).reduce(UInt8(0)) { byte, bit in
                byte << 1 | (start + bit < digits.count && digits[start + bit] ? 1 : 0)
            }
        }
    }
}

// The macros of Swift Testing cannot take a span, so these can.

func parseHeader(_ bytes: [UInt8]) throws(RTPParseError) -> RTPHeader { try RTPHeader(parsing: bytes.span) }

func parsePacket(_ bytes: [UInt8]) throws(RTPParseError) -> RTPPacket { try RTPPacket(parsing: bytes.span) }

/// Identifier and value of every extension element.
func elements(_ bytes: [UInt8]) throws -> [Element] {
    var walk = try RTPHeader(parsing: bytes.span).extensions
    var result: [Element] = []
    while let element = walk.next(in: bytes.span) {
        result.append(Element(id: element.id, value: Array(bytes[element.value])))
    }
    return result
}

struct Element: Equatable {
    var id: UInt8
    var value: [UInt8]
}

/// Runs `body` on room of `size` bytes and answers those it says it wrote.
func written(size: Int = 512, _ body: (inout MutableSpan<UInt8>) -> Int?) -> [UInt8]? {
    var room = [UInt8](repeating: 0xEE, count: size)
    var span = room.mutableSpan
    guard let count = body(&span) else { return nil }
    return Array(room[..<count])
}

/// A packet with a one-byte extension block of that content, filled to words.
func packet(profile: UInt16 = 0xBEDE, block: [UInt8], payload: [UInt8] = [1, 2, 3]) -> [UInt8] {
    let filled = block + [UInt8](repeating: 0, count: (4 - block.count % 4) % 4)
    return hex("90 60 0001 00000002 00000003")
        + [UInt8(profile >> 8), UInt8(profile & 0xFF), 0, UInt8(filled.count / 4)] + filled + payload
}

/// The blocks of a compound packet.
func blocks(_ bytes: [UInt8]) throws(RTCPParseError) -> [RTCPBlock] {
    var walk = try RTCPCompound(parsing: bytes.span).blocks
    var result: [RTCPBlock] = []
    while let block = walk.next(in: bytes.span) { result.append(block) }
    return result
}
