import Testing
import Units

@testable import RTP

@Suite("Header extensions")
struct ExtensionTests {
    @Test(
        "The one-byte form: padding is skipped, identifier 15, a padding byte with a length and an overlong value end the walk",
        arguments: [
            ("10AA", [Element(id: 1, value: [0xAA])]),
            ("0000 10AA 00 21BBCC", [.init(id: 1, value: [0xAA]), .init(id: 2, value: [0xBB, 0xCC])]),
            ("10AA F0BB 20CC", [.init(id: 1, value: [0xAA])]), ("10AA 01BB 20CC", [.init(id: 1, value: [0xAA])]),
            ("10AA 2F01", [.init(id: 1, value: [0xAA])]), ("00000000", []), ("000000 10", []),
        ] as [(String, [Element])]
    )
    func oneByte(block: String, expected: [Element]) throws {
        #expect(try elements(packet(block: hex(block))) == expected)
    }

    @Test(
        "The two-byte form has empty values and identifiers up to 255; its low profile bits mean nothing",
        arguments: [
            (0x1000, "0100", [Element(id: 1, value: [])]), (0x100F, "FF02AABB", [.init(id: 255, value: [0xAA, 0xBB])]),
            (0x1000, "0F01AA 0000 0100", [.init(id: 15, value: [0xAA]), .init(id: 1, value: [])]),
            (0x1000, "0102AA", [.init(id: 1, value: [0xAA, 0])]), (0x1000, "0105AABB", []), (0x1000, "00000001", []),
            (0x1010, "0100", []), (0xBEDF, "10AA", []), (0x0000, "10AA", []),
        ] as [(UInt16, String, [Element])]
    )
    func twoByte(profile: UInt16, block: String, expected: [Element]) throws {
        #expect(try elements(packet(profile: profile, block: hex(block))) == expected)
    }

    @Test("A stripped element leaves the others and the length as they are", arguments: [0xBEDE, 0x1000] as [UInt16])
    func strip(profile: UInt16) throws {
        let block = profile == 0xBEDE ? hex("10AA 21BBCC 10DD 30EE") : hex("0101AA 0202BBCC 0101DD 0301EE")
        var bytes = packet(profile: profile, block: block)
        let header = try parseHeader(bytes)
        var span = bytes.mutableSpan
        #expect(header.stripExtension(1, in: &span))
        #expect(!header.stripExtension(1, in: &span))
        #expect(try elements(bytes) == [.init(id: 2, value: [0xBB, 0xCC]), .init(id: 3, value: [0xEE])])
        #expect(try parsePacket(bytes).payload.count == 3)
    }

    @Test("A value is replaced by one of the same size only")
    func replace() throws {
        var bytes = packet(block: hex("10AA 21BBCC"))
        let header = try parseHeader(bytes)
        var span = bytes.mutableSpan
        #expect(header.replaceExtension(2, bits: 0x1234, count: 2, in: &span))
        #expect(!header.replaceExtension(2, bits: 1, count: 1, in: &span))
        #expect(!header.replaceExtension(5, bits: 1, count: 1, in: &span))
        #expect(header.replaceExtension(1, with: [0x77].span, in: &span))
        #expect(!header.replaceExtension(1, with: [1, 2].span, in: &span))
        #expect(try elements(bytes) == [.init(id: 1, value: [0x77]), .init(id: 2, value: [0x12, 0x34])])
    }

    @Test("An element gets another identifier where its form can write it", arguments: [0xBEDE, 0x1000] as [UInt16])
    func renumber(profile: UInt16) throws {
        var bytes = packet(profile: profile, block: profile == 0xBEDE ? hex("21BBCC") : hex("0202BBCC"))
        let header = try parseHeader(bytes)
        var span = bytes.mutableSpan
        #expect(header.renumberExtension(2, to: 15, in: &span) == (profile == 0x1000))
        let id: UInt8 = profile == 0x1000 ? 15 : 2
        #expect(header.renumberExtension(id, to: 9, in: &span))
        #expect(!header.renumberExtension(2, to: 9, in: &span))
        #expect(!header.renumberExtension(9, to: 0, in: &span))
        #expect(try elements(bytes) == [.init(id: 9, value: [0xBB, 0xCC])])
    }

    @Test("A map finds identifiers and kinds both ways, and one identifier stands for one kind")
    func map() {
        var map = ExtensionMap()
        #expect(ExtensionKind.allCases.allSatisfy { map[$0] == nil })
        map[.mid] = 3
        map[.audioLevel] = 200
        map[.rid] = 3
        #expect(map[.mid] == nil && map[.rid] == 3 && map.kind(of: 3) == .rid)
        #expect(map.kind(of: 200) == .audioLevel && map.kind(of: 0) == nil && map.kind(of: 201) == nil)
        map[.rid] = 14
        #expect(map.kind(of: 3) == nil && map.kind(of: 14) == .rid)
        map[.rid] = nil
        #expect(map.kind(of: 14) == nil)
        for kind in ExtensionKind.allCases { #expect(ExtensionKind(uri: kind.uri) == kind) }
        #expect(ExtensionKind(uri: "urn:example") == nil)
    }

    @Test("A stream identifier is 1 to 16 characters of a token and gives them back")
    func identifiers() {
        for text in ["0", "hi", "abcdefgh", "abcdefghi", "ABCDEFGHIJKLMNOP"] {
            let identifier = StreamIdentifier(text)
            #expect(identifier?.text == text)
            #expect(identifier == StreamIdentifier(text) && identifier != StreamIdentifier("x"))
        }
        for text in ["", "ABCDEFGHIJKLMNOPQ", "a b", "a\"", "ä", "a\n", "a/b"] {
            #expect(StreamIdentifier(text) == nil)
        }
        #expect(StreamIdentifier("01") != StreamIdentifier("1"))
    }

    @Test("Short values come back as they were written, over all their bits")
    func shortValues() {
        for bits in 0..<256 {
            let value = [UInt8(bits)]
            #expect(AudioLevel(value.span)?.bits == UInt64(bits))
            #expect(VideoOrientation(value.span)?.bits == UInt64(bits & 0xF))
        }
        #expect(TransportSequence(hex("ABCD").span)?.bits == 0xABCD)
        #expect(TransportSequence(hex("ABCD8001").span)?.number == SequenceNumber(0xABCD))
        #expect(AbsoluteSendTime(hex("ABCDEF").span)?.bits == 0xABCDEF)
        #expect(PlayoutDelay(hex("00A0C8").span) == PlayoutDelay(minimum: 10, maximum: 200))
        #expect(PlayoutDelay(minimum: 10, maximum: 200).bits == 0x00A0C8)
        #expect(PlayoutDelay(hex("0C800A").span) == nil)
        let captured = AbsoluteCaptureTime(hex("0102030405060708 FFFFFFFF00000000").span)
        #expect(captured == AbsoluteCaptureTime(captured: NTPTime(0x0102_0304_0506_0708), offset: -(1 << 32)))
        #expect(AbsoluteCaptureTime(hex("0102030405060708").span)?.offset == nil)
    }

    @Test("Capture times and identifiers are written as they are read")
    func longValues() throws {
        let header = RTPHeader(
            payloadType: 96,
            sequenceNumber: SequenceNumber(1),
            timestamp: RTPTimestamp(2),
            ssrc: SSRC(3)
        )
        let short = AbsoluteCaptureTime(captured: NTPTime(0x0102_0304_0506_0708))
        let long = AbsoluteCaptureTime(captured: NTPTime(0xF1F2_F3F4_F5F6_F7F8), offset: -2)
        let name = try #require(StreamIdentifier("abcdefghij"))
        let bytes = try #require(
            written { room in
                var writer = RTPHeaderWriter(header, to: &room)
                writer.add(1, short, to: &room)
                writer.add(2, long, to: &room)
                writer.add(3, name, to: &room)
                return writer.finish(&room)
            }
        )
        let found = try elements(bytes)
        let values = found.map(\.value)
        try #require(values.map(\.count) == [8, 16, 10])
        let times = values.prefix(2).map { AbsoluteCaptureTime($0.span) }
        #expect(times == [short, long])
        let last = values[2]
        let read = StreamIdentifier(last.span)
        #expect(read == name)
    }

    @Test("A value of a wrong size is none")
    func wrongSizes() {
        #expect(AudioLevel([UInt8]().span) == nil && VideoOrientation([1, 2].span) == nil)
        #expect(TransportSequence([1].span) == nil && TransportSequence([1, 2, 3].span) == nil)
        #expect(AbsoluteSendTime([1, 2].span) == nil && PlayoutDelay([1, 2].span) == nil)
        #expect(AbsoluteCaptureTime([1, 2, 3, 4, 5, 6, 7].span) == nil && StreamIdentifier([UInt8]().span) == nil)
    }

    @Test(
        "The absolute send time is seconds modulo 64 in 6.18 fixed point",
        arguments: [(0, 0), (1_000_000_000, 1 << 18), (64_500_000_000, 1 << 17), (63_999_999_999, 0xFF_FFFF)]
            as [(UInt64, UInt32)]
    )
    func sendTime(nanoseconds: UInt64, ticks: UInt32) {
        #expect(AbsoluteSendTime(Timestamp(nanoseconds: nanoseconds)).ticks == ticks)
    }
}
