import Testing
import Units

@testable import RTP

@Suite("RTP packets")
struct RTPHeaderTests {
    @Test("Every field of a header is read, contributing sources and extension block included")
    func fields() throws {
        let bytes = hex("B2 E0 FFFE 01020304 0A0B0C0D 00000011 00000022 BEDE 0001 10AA0000 616263 0002")
        let packet = try parsePacket(bytes)
        let header = packet.header
        #expect(header.marker)
        #expect(header.payloadType == 96)
        #expect(header.sequenceNumber == SequenceNumber(0xFFFE))
        #expect(header.timestamp == RTPTimestamp(0x0102_0304))
        #expect(header.ssrc == SSRC(0x0A0B_0C0D))
        #expect(header.csrcCount == 2)
        #expect(header.contributingSource(0, in: bytes.span) == SSRC(0x11))
        #expect(header.contributingSource(1, in: bytes.span) == SSRC(0x22))
        #expect(header.contributingSource(2, in: bytes.span) == nil)
        #expect(header.extensionBlock == 24..<28)
        #expect(header.length == 28)
        #expect(packet.payload == 28..<31)
        #expect(packet.paddingCount == 2)
        #expect(packet.length == bytes.count)
    }

    @Test(
        "Bytes that are no RTP packet are refused, each for its reason",
        arguments: [
            ("", .tooShort), ("80", .tooShort), ("80600001 00000002 000000", .tooShort),
            ("00600001 00000002 00000003", .notRTP), ("40600001 00000002 00000003", .notRTP),
            ("C0600001 00000002 00000003", .notRTP), ("80C00001 00000002 00000003", .notRTP),
            ("80C80001 00000002 00000003", .notRTP), ("80DF0001 00000002 00000003", .notRTP),
            ("81600001 00000002 00000003", .tooShort), ("8F600001 00000002 00000003 00000004", .tooShort),
            ("90600001 00000002 00000003", .tooShort), ("90600001 00000002 00000003 BEDE00", .tooShort),
            ("90600001 00000002 00000003 BEDE0001", .tooShort), ("90600001 00000002 00000003 BEDEFFFF 00", .tooShort),
            ("A0600001 00000002 00000003", .badPadding), ("A0600001 00000002 00000003 00", .badPadding),
            ("A0600001 00000002 00000003 02", .badPadding), ("A0600001 00000002 00000003 0000FF", .badPadding),
        ] as [(String, RTPParseError)]
    )
    func malformed(text: String, error: RTPParseError) {
        #expect(throws: error) { try parsePacket(hex(text)) }
    }

    @Test("A packet larger than 2,048 bytes is refused")
    func tooLong() throws {
        let start = hex("80600001 00000002 00000003")
        #expect(throws: Never.self) { try parsePacket(start + [UInt8](repeating: 0, count: 2_036)) }
        #expect(throws: RTPParseError.tooLong) { try parsePacket(start + [UInt8](repeating: 0, count: 2_037)) }
    }

    @Test("A packet of padding alone is told from an empty one")
    func paddingOnly() throws {
        #expect(try parsePacket(hex("A0600001 00000002 00000003 000003")).isPaddingOnly)
        #expect(try !parsePacket(hex("80600001 00000002 00000003")).isPaddingOnly)
        #expect(try !parsePacket(hex("A0600001 00000002 00000003 4102 02")).isPaddingOnly)
    }

    @Test(
        "What is written is read again: 10,000 random headers with elements of both forms",
        arguments: [1, 2] as [UInt64]
    )
    func writeThenParse(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<5_000 {
            let header = RTPHeader(
                payloadType: UInt8(random.below(64)),
                marker: random.flag(),
                sequenceNumber: SequenceNumber(UInt16(truncatingIfNeeded: random.next())),
                timestamp: RTPTimestamp(UInt32(truncatingIfNeeded: random.next())),
                ssrc: SSRC(UInt32(truncatingIfNeeded: random.next()))
            )
            let form = random.flag() ? ExtensionForm.oneByte : .twoByte
            let added = (0..<random.below(5)).map { _ in
                form == .oneByte
                    ? Element(id: UInt8(1 + random.below(14)), value: random.bytes(1 + random.below(16)))
                    : Element(id: UInt8(1 + random.below(255)), value: random.bytes(random.below(40)))
            }
            let bytes = try #require(
                written { room in
                    var writer = RTPHeaderWriter(header, form: form, to: &room)
                    for element in added { writer.add(element.id, element.value.span, to: &room) }
                    return writer.finish(&room)
                },
                "seed \(seed) round \(round)"
            )
            let read = try parseHeader(bytes)
            #expect(read.length == bytes.count)
            #expect(read.marker == header.marker && read.payloadType == header.payloadType)
            #expect(read.sequenceNumber == header.sequenceNumber && read.timestamp == header.timestamp)
            #expect(read.ssrc == header.ssrc && !read.hasPadding)
            #expect(try elements(bytes) == added, "seed \(seed) round \(round)")
        }
    }

    @Test("A header that does not fit is not written, whatever the room")
    func noRoom() {
        let header = RTPHeader(
            payloadType: 96,
            sequenceNumber: SequenceNumber(1),
            timestamp: RTPTimestamp(2),
            ssrc: SSRC(3)
        )
        let sizes = (0...24).map { size in
            written(size: size) { room in
                var writer = RTPHeaderWriter(header, to: &room)
                writer.add(3, bits: 0xABCD, count: 2, to: &room)
                writer.add(4, bits: 1, count: 1, to: &room)
                return writer.finish(&room)
            }
        }
        #expect(sizes[..<24].allSatisfy { $0 == nil })
        #expect(sizes[24] == hex("90600001 00000002 00000003 BEDE0002 31ABCD40 01000000"))
    }

    @Test("A renumbered packet keeps its layout, and loses the P bit when its padding is cut off")
    func overwrite() throws {
        var bytes = hex("B1600001 00000002 00000003 00000004 BEDE0001 10AA0000 6162 0002")
        var header = try parseHeader(bytes)
        header.marker = true
        header.payloadType = 97
        header.sequenceNumber = SequenceNumber(0x1234)
        header.timestamp = RTPTimestamp(0x5678_9ABC)
        header.ssrc = SSRC(0xDEAD_BEEF)
        header.hasPadding = false
        var span = bytes.mutableSpan
        header.overwrite(&span)
        #expect(bytes == hex("91E11234 56789ABC DEADBEEF 00000004 BEDE0001 10AA0000 6162 0002"))
        var short = [UInt8](repeating: 7, count: 11)
        var few = short.mutableSpan
        header.overwrite(&few)
        #expect(short == [UInt8](repeating: 7, count: 11))
    }
}
