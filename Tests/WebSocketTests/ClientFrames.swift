import WebSocket

/// Frames as a client sends them: masked, and broken on demand.
struct ClientFrame {
    var opcode: UInt8
    var payload: [UInt8] = []
    var isFinal = true
    var reservedBits: UInt8 = 0
    var isMasked = true
    var key: [UInt8] = [0x12, 0x34, 0x56, 0x78]

    static func text(_ text: String, isFinal: Bool = true) -> ClientFrame {
        ClientFrame(opcode: 1, payload: Array(text.utf8), isFinal: isFinal)
    }

    static func close(_ code: UInt16, _ reason: String = "") -> ClientFrame {
        ClientFrame(opcode: 8, payload: [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8))
    }

    var bytes: [UInt8] {
        var bytes = [(isFinal ? 0x80 : 0) | reservedBits << 4 | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ..<126: bytes.append(mask | UInt8(payload.count))
        case ..<65_536: bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: bytes += [mask | 127] + (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 0xFF) }
        }
        guard isMasked else { return bytes + payload }
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
    }
}

/// All events of a stream that is offered in pieces cut at the given places, and the error that ended it.
func decode(
    _ stream: [UInt8],
    cutAt cuts: [Int] = [],
    limits: WebSocketFramingLimits = .init(),
    expectsMask: Bool = true
) -> (events: [WebSocketEvent], error: WebSocketProtocolError?) {
    var decoder = WebSocketDecoder(limits: limits, expectsMask: expectsMask)
    var events: [WebSocketEvent] = []
    var start = 0
    for end in cuts + [stream.count] {
        let piece = Array(stream[start..<end])
        var offset = 0
        do {
            while let event = try decoder.decode(piece.span, at: &offset) { events.append(event) }
        } catch {
            return (events, error)
        }
        start = end
    }
    return (events, nil)
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
