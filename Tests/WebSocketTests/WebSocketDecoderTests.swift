import Testing
import WebSocket

@Suite("WebSocket framing")
struct WebSocketDecoderTests {
    struct Violation: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let bytes: [UInt8]
        let error: WebSocketProtocolError
        let code: UInt16

        init(_ description: String, _ frames: [ClientFrame], _ error: WebSocketProtocolError, _ code: UInt16) {
            self.init(description, bytes: frames.flatMap(\.bytes), error, code)
        }

        init(_ description: String, bytes: [UInt8], _ error: WebSocketProtocolError, _ code: UInt16) {
            testDescription = description
            self.bytes = bytes
            self.error = error
            self.code = code
        }
    }

    static let violations: [Violation] =
        (1...7).map { Violation("RSV \($0)", [ClientFrame(opcode: 1, reservedBits: $0)], .reservedBits, 1002) }
        + ([3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8]).map {
            Violation("opcode \($0)", [ClientFrame(opcode: $0)], .reservedOpcode, 1002)
        } + [
            Violation("no mask", [ClientFrame(opcode: 1, isMasked: false)], .wrongMasking, 1002),
            Violation("ping in fragments", [ClientFrame(opcode: 9, isFinal: false)], .invalidControlFrame, 1002),
            Violation(
                "ping of 126 bytes",
                [ClientFrame(opcode: 9, payload: .init(repeating: 0, count: 126))],
                .invalidControlFrame,
                1002
            ),
            Violation(
                "close of 126 bytes",
                [ClientFrame(opcode: 8, payload: .init(repeating: 3, count: 126))],
                .invalidControlFrame,
                1002
            ),
            Violation("continuation of nothing", [ClientFrame(opcode: 0)], .unexpectedContinuation, 1002),
            Violation("text within text", [.text("a", isFinal: false), .text("b")], .interleavedMessage, 1002),
            Violation(
                "length with top bit",
                bytes: [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
                .invalidLength,
                1002
            ),
            Violation(
                "length 2^63 - 1",
                bytes: [0x81, 0xFF, 0x7F] + .init(repeating: 0xFF, count: 7) + [1, 2, 3, 4],
                .messageTooBig,
                1009
            ),
            Violation(
                "64 KiB and one byte",
                bytes: [0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1, 1, 2, 3, 4],
                .messageTooBig,
                1009
            ),
            Violation(
                "64 KiB and one byte in two fragments",
                [.text(String(repeating: "a", count: 65_536), isFinal: false), ClientFrame(opcode: 0, payload: [97])],
                .messageTooBig,
                1009
            ),
            Violation(
                "65 fragments",
                [.text("a", isFinal: false)]
                    + Array(repeating: ClientFrame(opcode: 0, payload: [97], isFinal: false), count: 64),
                .tooManyFragments,
                1009
            ),
            Violation("binary", [ClientFrame(opcode: 2, payload: [1])], .binaryRefused, 1003),
            Violation("text that is no UTF-8", [ClientFrame(opcode: 1, payload: [0xC0, 0xAF])], .invalidUTF8, 1007),
            Violation(
                "text that ends within a character",
                [ClientFrame(opcode: 1, payload: [0xE2, 0x82])],
                .invalidUTF8,
                1007
            ),
            Violation(
                "bad UTF-8 in an unfinished text",
                [ClientFrame(opcode: 1, payload: [0xFF], isFinal: false)],
                .invalidUTF8,
                1007
            ),
            Violation("close of one byte", [ClientFrame(opcode: 8, payload: [3])], .invalidClose, 1002),
            Violation(
                "close reason that is no UTF-8",
                [ClientFrame(opcode: 8, payload: [3, 232, 0xFF])],
                .invalidUTF8,
                1007
            ),
        ]
        + ([0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2999, 5000, 65535] as [UInt16]).map {
            Violation("close code \($0)", [.close($0)], .invalidClose, 1002)
        }

    @Test("What RFC 6455 forbids is refused with its close code, however the bytes are cut", arguments: violations)
    func refuses(_ violation: Violation) {
        for cuts in [[], Array(1..<min(violation.bytes.count, 200))] {
            let result = decode(violation.bytes, cutAt: cuts)
            #expect(result.error == violation.error)
            #expect(result.events.isEmpty)
        }
        #expect(violation.error.closeCode.rawValue == violation.code)
    }

    @Test("Messages of all length forms come through", arguments: [0, 1, 125, 126, 127, 65_535, 65_536])
    func deliversText(length: Int) {
        let text = [UInt8](repeating: 0x61, count: length)
        #expect(decode(ClientFrame(opcode: 1, payload: text).bytes).events == [.text(text)])
    }

    @Test("A character may lie across fragments, and a ping between them")
    func joinsFragments() {
        let frames = [
            ClientFrame(opcode: 1, payload: [0xE2, 0x82], isFinal: false), ClientFrame(opcode: 9, payload: [1]),
            ClientFrame(opcode: 0, payload: [0xAC]),
        ]
        #expect(decode(frames.flatMap(\.bytes)).events == [.ping([1]), .text(Array("€".utf8))])
    }

    @Test("A longer length form than needed is taken")
    func takesLongLength() {
        #expect(decode([0x81, 0xFE, 0, 1, 0, 0, 0, 0, 0x61]).events == [.text([0x61])])
        #expect(decode([0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0x61]).events == [.text([0x61])])
    }

    @Test("Close frames tell code and reason")
    func decodesClose() {
        #expect(decode(ClientFrame(opcode: 8).bytes).events == [.close(nil, reason: [])])
        #expect(
            decode(ClientFrame.close(4000, "tschüß").bytes).events == [
                .close(.init(rawValue: 4000), reason: Array("tschüß".utf8))
            ]
        )
    }

    @Test("What follows a close frame is swallowed")
    func swallowsAfterClose() {
        let stream = ClientFrame.close(1000).bytes + ClientFrame.text("late").bytes
        #expect(decode(stream).events == [.close(.normalClosure, reason: [])])
    }

    @Test("Binary comes through where it is accepted")
    func deliversBinary() {
        var limits = WebSocketFramingLimits()
        limits.acceptsBinary = true
        #expect(decode(ClientFrame(opcode: 2, payload: [0xFF]).bytes, limits: limits).events == [.binary([0xFF])])
    }

    @Test("Being within a frame is seen from its first byte to its last")
    func knowsMidFrame() throws {
        var decoder = WebSocketDecoder(limits: .init())
        let bytes = ClientFrame.text("hello").bytes
        for (index, byte) in bytes.enumerated() {
            var offset = 0
            _ = try decoder.decode([byte].span, at: &offset)
            #expect(decoder.isMidFrame == (index < bytes.count - 1))
        }
    }

    @Test("What the encoder writes a client's decoder reads", arguments: [0, 125, 126, 65_535, 65_536])
    func encoderAgrees(length: Int) {
        let payload = [UInt8](repeating: 0x7A, count: length)
        let stream = WebSocketEncoder.header(.text, payloadLength: length) + payload
        #expect(decode(stream, expectsMask: false).events == [.text(payload)])
    }

    @Test("A close reason is cut at a character to fit in a control frame")
    func cutsCloseReason() throws {
        let frame = WebSocketEncoder.close(.goingAway, reason: String(repeating: "€", count: 50))
        let reason = Array(String(repeating: "€", count: 41).utf8)
        #expect(decode(frame, expectsMask: false).events == [.close(.goingAway, reason: reason)])
    }
}
