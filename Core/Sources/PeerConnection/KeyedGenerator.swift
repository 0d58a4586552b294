import STUN
import Wire

/// Random numbers for the life of one link, from a key that was drawn at its start: HMAC-SHA-256 over a counter. Who does
/// not know the key can tell none of them from the others, so they are good for credentials.
struct KeyedGenerator: RandomNumberGenerator, Sendable {
    private let key: InlineArray<32, UInt8>
    private var count: UInt64 = 0

    init(using generator: inout some RandomNumberGenerator) {
        var key = InlineArray<32, UInt8>(repeating: 0)
        for index in key.indices { key[index] = UInt8(truncatingIfNeeded: generator.next() >> 56) }
        self.key = key
    }

    mutating func next() -> UInt64 {
        count &+= 1
        let count = self.count
        let text: InlineArray<8, UInt8> = InlineArray { UInt8(truncatingIfNeeded: count >> UInt64(8 &* $0)) }
        let mac = Digest.hmacSHA256(key: key.span, text.span)
        var value: UInt64 = 0
        for index in 0..<8 { value = value << 8 | UInt64(mac[index]) }
        return value
    }
}
