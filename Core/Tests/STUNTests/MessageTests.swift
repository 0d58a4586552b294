import Testing
import Units

@testable import STUN

@Suite("STUN messages")
struct MessageTests {
    @Test("The vectors of RFC 5769 parse, and their fingerprints are right")
    func vectors() throws {
        for (bytes, type) in [
            (Vectors.request, MessageType.Class.request), (Vectors.responseV4, .success),
            (Vectors.responseV6, .success),
        ] {
            let parsed = try Parsed(bytes)
            #expect(parsed.message.type == MessageType(type, .binding))
            #expect(parsed.message.transactionID == TransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE))
            #expect(parsed.fingerprint == .valid)
        }
    }

    @Test("The addresses of RFC 5769 come out of XOR-MAPPED-ADDRESS")
    func addresses() throws {
        #expect(try Parsed(Vectors.responseV4).address?.description == "192.0.2.1:32853")
        #expect(try Parsed(Vectors.responseV6).address?.description == "[2001:db8:1234:5678:11:2233:4455:6677]:32853")
    }

    @Test("Attributes come in order, without those after MESSAGE-INTEGRITY except FINGERPRINT")
    func attributes() throws {
        #expect(types(Vectors.request) == [0x8022, 0x0024, 0x8029, 0x0006, 0x0008, 0x8028])
        let header = "00010018 2112a442 00000000 00000000 00000000 "
        #expect(
            types(Vectors.bytes(header + "0008000400000000 0006000400000000 001c000400000000")) == [0x0008, 0x001C]
        )
    }

    private func types(_ bytes: [UInt8]) -> [UInt16]? {
        guard let message = try? Message(parsing: bytes.span) else { return nil }
        var result: [UInt16] = []
        var attributes = message.attributes
        while let attribute = attributes.next(in: bytes.span) { result.append(attribute.type.rawValue) }
        return result
    }

    @Test("Class and method survive the way through 14 bits, all of them")
    func types() {
        for wire in UInt16(0)..<0x4000 { #expect(MessageType(wire: wire)?.wire == wire) }
        #expect(MessageType(wire: 0x4000) == nil && MessageType(wire: 0x8001) == nil)
        #expect(MessageType(.success, .binding).wire == 0x0101 && MessageType(.error, .binding).wire == 0x0111)
    }

    @Test(
        "What is no STUN message is refused with the reason",
        arguments: [
            ("", STUNParseError.tooShort),
            ("00010000 2112a442 00000000 00000000 000000", .tooShort),
            ("40010000 2112a442 00000000 00000000 00000000", .notSTUN),
            ("80010000 2112a442 00000000 00000000 00000000", .notSTUN),
            ("00010000 2112a443 00000000 00000000 00000000", .noMagicCookie),
            ("00010004 2112a442 00000000 00000000 00000000", .badLength),
            ("00010000 2112a442 00000000 00000000 00000000 00000000", .badLength),
            ("00010003 2112a442 00000000 00000000 00000000 000000", .badLength),
            ("00010004 2112a442 00000000 00000000 00000000 00060004", .badAttribute),
            ("00010008 2112a442 00000000 00000000 00000000 0006ffff 00000000", .badAttribute),
            ("00010008 2112a442 00000000 00000000 00000000 80280000 00060000", .fingerprintNotLast),
        ]
    )
    func malformed(text: String, error: STUNParseError) {
        #expect(throws: error) { try Message(parsing: Vectors.bytes(text).span) }
    }

    @Test("Changed vectors are parsed or refused, never a trap; an intact length always walks to the end")
    func mutations() {
        let seed: UInt64 = 0x5EED_0001
        var random = SplitMix(state: seed)
        for round in 0..<30_000 {
            var bytes = [Vectors.request, Vectors.responseV4, Vectors.responseV6][round % 3]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 5 == 0 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
            guard let message = try? Message(parsing: bytes.span) else { continue }
            _ = message.fingerprint(in: bytes.span)
            var attributes = message.attributes
            while let attribute = attributes.next(in: bytes.span) {
                _ = message.xorAddress(of: attribute, in: bytes.span)
                #expect(attribute.value.upperBound <= bytes.count, "seed \(seed) round \(round)")
            }
        }
    }

    @Test("Every single changed bit of a message makes its fingerprint invalid or the message none")
    func fingerprintBits() {
        for bit in 0..<(Vectors.responseV4.count * 8) {
            var bytes = Vectors.responseV4
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let parsed = try? Parsed(bytes) else { continue }  // no message any more
            #expect(parsed.fingerprint != .valid, "bit \(bit)")
        }
    }

    @Test("Written messages are read back, for addresses of both families; padding leaks nothing")
    func roundTrip() throws {
        let id = TransactionID(high: 1, low: 2)
        for address in [IPAddress(v4: 0x0A00_0001), IPAddress(high: 0x2001_0DB8_0000_0000, low: 7)] {
            let source = TransportAddress(address, port: 65_535)
            let bytes = written(.success, id) { writer, span in
                writer.write(.software, Array("five!".utf8).span, to: &span)
                writer.write(.xorMappedAddress, xor: source, to: &span)
                writer.writeFingerprint(to: &span)
            }
            let parsed = try Parsed(try #require(bytes))
            #expect(parsed.message.transactionID == id && parsed.fingerprint == .valid)
            #expect(parsed.address == source)
            #expect(Array(parsed.bytes[29..<32]) == [0, 0, 0])
        }
    }

    @Test("A room that is too small gives no message")
    func smallRoom() {
        let bytes = written(.success, TransactionID(high: 0, low: 0), size: 31) { writer, span in
            writer.write(.xorMappedAddress, xor: TransportAddress(IPAddress(v4: 1), port: 1), to: &span)
        }
        #expect(bytes == nil)
    }

    @Test(
        "A stream says how long its next message is",
        arguments: [
            ("", StreamFrame.incomplete), ("00", .incomplete), ("0001", .incomplete), ("000100082112a4", .incomplete),
            ("000100082112a442", .length(28)), ("000107ec2112a442", .length(2_048)), ("000107f02112a442", .invalid),
            ("9045", .invalid), ("000100062112a442", .invalid), ("0001000800000000", .invalid),
        ]
    )
    func streams(text: String, frame: StreamFrame) {
        #expect(StreamFrame(startOf: Vectors.bytes(text).span) == frame)
    }
}

/// A small seeded generator, for tests that print their seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
