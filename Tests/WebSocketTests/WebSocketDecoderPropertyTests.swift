import Testing
import WebSocket

@Suite("WebSocket framing, random streams")
struct WebSocketDecoderPropertyTests {
    private static let seeds = Array(UInt64(1)...40)

    @Test("The same stream gives the same events however it is cut", arguments: seeds)
    func fragmentationDoesNotMatter(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let stream = randomStream(&random)
        let whole = decode(stream)
        #expect(whole.error == nil, "seed \(seed)")
        for _ in 0..<20 {
            let cuts = (0..<Int.random(in: 0...40, using: &random))
                .map { _ in Int.random(in: 0...stream.count, using: &random) }
                .sorted()
            #expect(decode(stream, cutAt: cuts).events == whole.events, "seed \(seed)")
        }
    }

    @Test("Damaged streams end in an error or in well-formed events, never in a trap", arguments: seeds)
    func damageDoesNotTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let stream = randomStream(&random)
        for _ in 0..<200 {
            var damaged = stream
            for _ in 0..<Int.random(in: 1...8, using: &random) where !damaged.isEmpty {
                let place = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: damaged.remove(at: place)
                default: damaged.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
            }
            let cut = Int.random(in: 0...damaged.count, using: &random)
            for case .text(let bytes) in decode(damaged, cutAt: [cut]).events {
                #expect(String(validating: bytes, as: UTF8.self) != nil, "seed \(seed)")
                #expect(bytes.count <= WebSocketFramingLimits().messageBytes, "seed \(seed)")
            }
        }
    }

    /// Valid frames: texts in random fragments with pings and pongs between them.
    private func randomStream(_ random: inout SeededGenerator) -> [UInt8] {
        var stream: [UInt8] = []
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let scalars = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                "aé€😀".randomElement(using: &random) ?? "a"
            }
            var rest = Array(String(scalars).utf8)[...]
            var opcode: UInt8 = 1
            repeat {
                let piece = rest.prefix(Int.random(in: 0...400, using: &random))
                rest = rest.dropFirst(piece.count)
                let isFinal = rest.isEmpty || opcode == 0 && stream.count % 64 == 63
                stream += frame(opcode, isFinal ? Array(piece) + Array(rest) : Array(piece), isFinal, &random)
                if isFinal { rest = [] }
                opcode = 0
                if Bool.random(using: &random) {
                    stream += frame(.random(in: 9...10, using: &random), [1, 2], true, &random)
                }
                if isFinal { break }
            } while true
        }
        return stream
    }

    private func frame(_ opcode: UInt8, _ payload: [UInt8], _ isFinal: Bool, _ random: inout SeededGenerator) -> [UInt8]
    {
        let key = (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
        return ClientFrame(opcode: opcode, payload: payload, isFinal: isFinal, key: key).bytes
    }
}
