import Testing
import Units

@testable import RTP

@Suite("Payload descriptors")
struct PayloadTests {
    private func vp8(_ bytes: [UInt8]) -> VP8Descriptor? { VP8Descriptor(0..<bytes.count, in: bytes.span) }

    private func vp8(_ text: String) -> VP8Descriptor? { vp8(hex(text)) }

    private func vp9(_ text: String) -> VP9Descriptor? {
        let bytes = hex(text)
        return VP9Descriptor(0..<bytes.count, in: bytes.span)
    }

    private func h264(_ text: String) -> H264Payload? {
        let bytes = hex(text)
        return H264Payload(0..<bytes.count, in: bytes.span)
    }

    private func av1(_ text: String) -> AV1Payload? {
        let bytes = hex(text)
        return AV1Payload(0..<bytes.count, in: bytes.span)
    }

    // MARK: VP8

    @Test("A VP8 descriptor with every field is read")
    func vp8Fields() throws {
        let found = try #require(vp8("B3 F0 9234 56 B7 00"))
        #expect(found.isNonReference && found.isPartitionStart && found.partition == 3 && !found.isFrameStart)
        #expect(found.pictureID == 0x1234 && !found.isShortPictureID)
        #expect(found.tl0PictureIndex == 0x56 && found.temporalLayer == 2 && found.isLayerSync && found.keyIndex == 23)
        #expect(found.length == 6 && !found.isKeyFrameStart)
        let short = try #require(vp8("90 80 7F 00"))
        #expect(short.pictureID == 127 && short.isShortPictureID && short.isFrameStart && short.isKeyFrameStart)
    }

    @Test(
        "A VP8 key frame starts in partition 0 with a payload whose lowest bit is 0",
        arguments: [
            ("10 00", true), ("10 01", false), ("11 00", false), ("00 00", false), ("90 00 02", true),
            ("90 00 03", false),
        ]
    )
    func vp8KeyFrame(text: String, isKey: Bool) { #expect(vp8(text)?.isKeyFrameStart == isKey) }

    @Test(
        "A VP8 payload that ends inside its descriptor, or with it, is none",
        arguments: [
            "", "10", "90", "9080", "908001", "908081", "90808101", "9040", "904001", "9020", "902001", "90F0810101",
        ]
    )
    func vp8Malformed(text: String) { #expect(vp8(text) == nil) }

    @Test("A VP8 descriptor is written with 15 bits of picture identifier and reads the same: 20,000 random ones")
    func vp8Rewrite() throws {
        var random = SeededGenerator(seed: 11)
        var found = 0
        for round in 0..<20_000 {
            let bytes = random.bytes(1 + random.below(8))
            guard var descriptor = VP8Descriptor(0..<bytes.count, in: bytes.span) else { continue }
            found += 1
            if descriptor.pictureID != nil { descriptor.pictureID = UInt16(random.below(1 << 15)) }
            let head = try #require(written(size: VP8Descriptor.maximumLength) { descriptor.write(to: &$0) })
            let rewritten = head + bytes[descriptor.length...]
            let again = try #require(vp8(rewritten), "round \(round): \(bytes)")
            #expect(again.length == head.count && !again.isShortPictureID)
            #expect(again.pictureID == descriptor.pictureID && again.tl0PictureIndex == descriptor.tl0PictureIndex)
            #expect(again.temporalLayer == descriptor.temporalLayer && again.keyIndex == descriptor.keyIndex)
            #expect(again.isLayerSync == descriptor.isLayerSync && again.isNonReference == descriptor.isNonReference)
            #expect(again.partition == descriptor.partition && again.isKeyFrameStart == descriptor.isKeyFrameStart)
            #expect(written(size: head.count - 1) { descriptor.write(to: &$0) } == nil)
        }
        #expect(found > 5_000)
    }

    @Test("A VP8 key frame says how large it is; another packet does not")
    func vp8Size() throws {
        let key = hex("10 100000 9D012A 8002 E041 00")
        let descriptor = try #require(vp8(key))
        let size = VP8KeyFrameSize(0..<key.count, descriptor, in: key.span)
        #expect(size?.width == 640 && size?.height == 480)
        #expect(VP8KeyFrameSize(0..<10, descriptor, in: key.span) == nil)
        let other = hex("10 100000 9D012B 8002 E041 00")
        #expect(VP8KeyFrameSize(0..<other.count, descriptor, in: other.span) == nil)
    }

    // MARK: VP9

    @Test("A VP9 descriptor of the non-flexible mode with a structure is read")
    func vp9Fields() throws {
        // I L B V; picture 0x1234; TID 1 U SID 0; TL0PICIDX 9; structure of 2 layers with sizes and one picture group.
        let found = try #require(vp9("AA 9234 30 09 38 0140 00B4 0280 0168 01 04 01 FF"))
        #expect(found.pictureID == 0x1234 && found.temporalLayer == 1 && found.spatialLayer == 0)
        #expect(found.isSwitchingPoint && !found.isInterLayerPredicted && found.tl0PictureIndex == 9)
        #expect(found.spatialLayerCount == 2 && found.width == 640 && found.height == 360)
        #expect(found.isFrameStart && !found.isFrameEnd && found.length == 17 && found.isKeyFrameStart)
    }

    @Test(
        "A VP9 key frame starts with the first packet of the lowest layer that refers to nothing",
        arguments: [
            ("08 00", true), ("00 00", false), ("48 00", false), ("28 00 00 00", true), ("28 02 00 00", false),
            ("28 01 00 00", false), ("38 00 00", true),
        ]
    )
    func vp9KeyFrame(text: String, isKey: Bool) { #expect(vp9(text)?.isKeyFrameStart == isKey) }

    @Test(
        "Flexible mode: up to three references are passed over, a fourth is refused",
        arguments: [("5002FF", 2), ("500302FF", 3), ("50030302FF", 4)]
    )
    func vp9References(text: String, length: Int) {
        #expect(vp9(text)?.length == length)
        #expect(vp9("5003030300") == nil)
    }

    @Test(
        "A VP9 payload that ends inside its descriptor, or with it, is none",
        arguments: [
            "", "08", "80", "8001", "8081", "808102", "2000", "200001", "3000", "5001", "0200", "021800000000", "0208",
            "020801", "02080204", "0208010400",
        ]
    )
    func vp9Malformed(text: String) { #expect(vp9(text) == nil) }

    @Test("A VP9 picture identifier is overwritten in the bits that it has")
    func vp9PictureID() throws {
        for (text, expected) in [("80 8001 AA", "80 FFFE AA"), ("80 01 AA", "80 7E AA"), ("08 01 AA", "08 01 AA")] {
            var bytes = hex(text)
            let descriptor = try #require(vp9(text))
            var span = bytes.mutableSpan
            descriptor.overwritePictureID(0x7FFE, at: 0..<span.count, in: &span)
            #expect(bytes == hex(expected))
        }
    }

    // MARK: H.264

    @Test(
        "H.264 key frames are found in single units, aggregates and first fragments",
        arguments: [
            ("65 88", true), ("67 42", true), ("68 42", false), ("41 9A", false), ("06 05", false),
            ("78 0002 6742 0001 68 0003 658800", true), ("78 0001 41 0001 41", false), ("78 0001 68 0001 65", true),
            ("7C 85 00", true), ("7C 05 00", false), ("7C 45 00", false), ("7C 81 00", false), ("7C 87 00", true),
        ]
    )
    func h264KeyFrame(text: String, isKey: Bool) { #expect(h264(text)?.isKeyFrameStart == isKey) }

    @Test("Only a first fragment, a single unit or an aggregate starts a unit")
    func h264Starts() {
        #expect(h264("7C8500")?.startsUnit == true && h264("7C0500")?.startsUnit == false)
        #expect(h264("6588")?.startsUnit == true && h264("78000141")?.startsUnit == true)
        #expect(
            h264("78 0002 6742 0001 68")?.hasPictureParameters == true && h264("6588")?.hasSequenceParameters == false
        )
    }

    @Test(
        "An H.264 payload that is empty, of another mode, or whose sizes do not add up is none",
        arguments: [
            "", "60", "79 0000", "7A", "7B", "7D 85 00", "7F", "78", "78 00", "78 0001", "78 0000", "78 0003 6742",
            "78 0001 67 00", "7C", "7C85", "7CC500",
        ]
    )
    func h264Malformed(text: String) { #expect(h264(text) == nil) }

    // MARK: AV1

    @Test(
        "AV1: a new sequence, or a sequence header that starts here, is a key frame",
        arguments: [
            ("18 0A", true), ("08 01 0A", true), ("10 0A", true), ("20 01 10 0A", true), ("90 0A", false),
            ("10 32", false),
            ("00 01 10 02 0A00 01 32", true), ("E0 01 0A 0A", true), ("50 32", false), ("00 8100 0A", true),
        ]
    )
    func av1KeyFrame(text: String, isKey: Bool) { #expect(av1(text)?.isKeyFrameStart == isKey) }

    @Test(
        "An AV1 payload without units, with too few or too long ones, or with N and Z is none",
        arguments: ["", "10", "98 0A", "20 05 0A", "00 02 0A", "00 FFFFFFFFFFFFFFFFFF", "00 80", "30 01 0A"]
    )
    func av1Malformed(text: String) { #expect(av1(text) == nil) }

    // MARK: Audio and retransmission

    @Test("The first byte of an Opus packet is taken apart; two bytes or fewer look like silence")
    func opus() throws {
        let bytes = hex("FD 00 00")
        let read = OpusPayload(0..<3, in: bytes.span)
        let packet = try #require(read)
        #expect(packet.configuration == 31 && packet.isStereo && packet.frameCountCode == 1 && !packet.isDiscontinuous)
        #expect(OpusPayload(0..<2, in: bytes.span)?.isDiscontinuous == true)
        #expect(OpusPayload(0..<0, in: bytes.span) == nil && OpusPayload(2..<4, in: bytes.span) == nil)
    }

    @Test("A redundant packet is walked from the oldest frame to the primary one")
    func redundant() throws {
        // Two redundant frames of 2 and 1 bytes, 1,920 and 960 ticks old; the primary one of 3.
        let bytes = hex("EF 1E00 02 EF 0F00 01 6F 0102 03 040506")
        let blocks = RedundantAudio(0..<bytes.count, in: bytes.span)
        var walk = try #require(blocks)
        var found: [RedundantAudio.Block] = []
        while let block = walk.next(in: bytes.span) { found.append(block) }
        #expect(walk.count == 3)
        #expect(found.map(\.timestampOffset) == [1_920, 960, 0])
        #expect(found.map(\.payloadType) == [111, 111, 111])
        #expect(found.map { Array(bytes[$0.data]) } == [[1, 2], [3], [4, 5, 6]])
        #expect(RedundantAudio.primary(0..<bytes.count, in: bytes.span)?.data == 12..<15)
    }

    @Test(
        "Redundant packets without a primary block, or with blocks beyond the end or more than 16, are none",
        arguments: ["", "EF", "EF1E00", "EF1E0002", "EF1E00026F", "EF1E00026F01", "EF1E03FF6F0102"]
    )
    func redundantMalformed(text: String) {
        let bytes = hex(text)
        #expect(RedundantAudio(0..<bytes.count, in: bytes.span) == nil)
        for (count, isRead) in [(15, true), (16, false)] {
            let many = (0..<count).flatMap { _ in hex("EF000000") } + hex("6F")
            #expect((RedundantAudio(0..<many.count, in: many.span) != nil) == isRead)
        }
    }

    @Test(
        "A retransmission wrapped and unwrapped is the packet it repeats; a probe is none",
        arguments: [12, 13] as [UInt64]
    )
    func rtx(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var original = packet(block: hex("10AA"), payload: random.bytes(random.below(50)))
            original[2] = UInt8(random.below(256))
            let first = try parseHeader(original)
            var header = first
            header.ssrc = SSRC(99)
            header.payloadType = 100
            header.sequenceNumber = SequenceNumber(5)
            var repeated = Array(original[..<first.length])
            var span = repeated.mutableSpan
            header.overwrite(&span)
            repeated += try #require(written(size: 2) { RTX.writePrefix(of: first.sequenceNumber, to: &$0) ? 2 : nil })
            repeated += original[first.length...]
            let parsed = try parsePacket(repeated)
            #expect(RTX.originalSequenceNumber(parsed, in: repeated.span) == first.sequenceNumber)
            var room = repeated.mutableSpan
            let start = RTX.unwrap(parsed, ssrc: first.ssrc, payloadType: first.payloadType, in: &room)
            #expect(start == 2 && Array(repeated[2...]) == original)
        }
        for payload in [[], [1]] as [[UInt8]] {
            var probe = packet(block: hex("10AA"), payload: payload)
            let before = probe
            let parsed = try parsePacket(probe)
            var room = probe.mutableSpan
            #expect(RTX.unwrap(parsed, ssrc: SSRC(1), payloadType: 1, in: &room) == nil)
            #expect(probe == before)
        }
        #expect(written(size: 1) { RTX.writePrefix(of: SequenceNumber(1), to: &$0) ? 2 : nil } == nil)
    }
}
