import Testing
import Wire

@Suite("Bytes")
struct ByteTests {
    @Test("Integers are read big-endian, one after the other, up to the end and never past it")
    func read() {
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
        var reader = ByteReader(bytes.span)
        #expect(reader.readUInt8(bytes.span) == 0x01)
        #expect(reader.readUInt16(bytes.span) == 0x0203)
        #expect(reader.readUInt32(bytes.span) == 0x0405_0607)
        #expect(reader.readUInt64(bytes.span) == 0x0809_0A0B_0C0D_0E0F)
        #expect(reader.readUInt16(bytes.span) == nil)
        #expect(reader.remaining == 1)
        #expect(reader.readUInt8(bytes.span) == 16)
        #expect(reader.readUInt8(bytes.span) == nil)
    }

    @Test("A reader of a range that the bytes do not have reads nothing")
    func strangeRanges() {
        let bytes: [UInt8] = [1, 2]
        var beyond = ByteReader(1..<9)
        #expect(beyond.readUInt16(bytes.span) == nil)
        var negative = ByteReader(-4..<(-2))
        #expect(negative.readUInt8(bytes.span) == nil)
        var skipper = ByteReader(bytes.span)
        #expect(skipper.skip(3) == nil && skipper.skip(-1) == nil && skipper.skip(2) == 0..<2)
    }

    @Test("What was written is read back")
    func write() {
        var room = [UInt8](repeating: 0xFF, count: 20)
        var writer = ByteWriter()
        var span = room.mutableSpan
        writer.write(UInt8(1), to: &span)
        writer.write(UInt16(0x0203), to: &span)
        writer.write(UInt32(0x0405_0607), to: &span)
        writer.write(UInt64(0x0809_0A0B_0C0D_0E0F), to: &span)
        writer.pad(to: 4, in: &span)
        writer.overwrite(0xAABB, at: 1, in: &span)
        #expect(writer.count == 16)
        #expect(room == [1, 0xAA, 0xBB, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 255, 255, 255, 255])
    }

    @Test("What does not fit is not written, and the count says so")
    func overflow() {
        var room: [UInt8] = [0, 0, 0]
        var writer = ByteWriter()
        var span = room.mutableSpan
        writer.write(UInt16(0x0102), to: &span)
        writer.write(UInt16(0x0304), to: &span)
        #expect(writer.count == nil)
        writer.write(UInt8(9), to: &span)
        #expect(room == [1, 2, 0])
    }

    @Test("CRC-32 gives the check value of its definition")
    func checksum() {
        let text = Array("123456789".utf8)
        #expect(CRC32.checksum(text.span) == 0xCBF4_3926)
        #expect(CRC32.checksum([UInt8]().span) == 0)
        #expect(CRC32.checksum((text + [0]).span, first: 9) == 0xCBF4_3926)
    }
}
