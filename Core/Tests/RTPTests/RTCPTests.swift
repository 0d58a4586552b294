import Testing
import Units

@testable import RTP

@Suite("RTCP")
struct RTCPTests {
    @Test(
        "Blocks that do not fill the packet exactly, or are not RTCP's, refuse the whole packet",
        arguments: [
            ("", .badSize), ("80C900", .badSize), ("00C90000", .notRTCP), ("80BF0000", .notRTCP),
            ("80E00000", .notRTCP),
            ("80C90001", .badLength), ("80C9FFFF 00000001", .badLength), ("80C90001 00000001 80", .badLength),
            ("80C90001 00000001 81CA0002 00000001", .badLength), ("A0C90000", .badPadding),
            ("A0C90001 00000000", .badPadding), ("A0C90001 00000003", .badPadding), ("A0C90001 00000008", .badPadding),
            ("A0C90002 00000001 00000004 80C90001 00000001", .badPadding),
        ] as [(String, RTCPParseError)]
    )
    func malformed(text: String, error: RTCPParseError) {
        #expect(throws: error) { try blocks(hex(text)) }
    }

    @Test("A compound packet is walked block by block, padding of the last left out")
    func walk() throws {
        let found = try blocks(hex("80C90001 00000001 81CE0002 00000001 00000002 A0C80003 00000007 00000000 00000008"))
        #expect(found.map(\.type) == [.receiverReport, .payloadFeedback, .senderReport])
        #expect(found.map(\.count) == [0, 1, 0])
        #expect(found.map(\.content) == [4..<8, 12..<20, 24..<28])
        for (text, isRTCP) in [
            ("80C8", true), ("80C0", true), ("80DF", true), ("80BF", false), ("80E0", false), ("80", false),
        ] {
            let bytes = hex(text)
            #expect(RTCPCompound.begins(bytes.span) == isRTCP)
        }
    }

    @Test("Reports come back as they were written, a negative loss included")
    func reports() throws {
        let report = SenderReport(
            ssrc: SSRC(0xAABB_CCDD),
            time: NTPTime(0x0102_0304_0506_0708),
            timestamp: RTPTimestamp(9),
            packets: 10,
            octets: 11
        )
        let losses = [-5, 0x7F_FFFF, -0x80_0000].map { lost in
            ReportBlock(
                ssrc: SSRC(2),
                fractionLost: 255,
                cumulativeLost: lost,
                highestSequence: 0x1_0003,
                jitter: 4,
                lastReport: 5,
                delay: 6
            )
        }
        let bytes = try #require(
            written { room in
                var writer = RTCPWriter()
                writer.senderReport(report, to: &room)
                for loss in losses { writer.report(loss, to: &room) }
                writer.receiverReport(SSRC(7), to: &room)
                writer.report(losses[0], to: &room)
                return writer.finish(&room)
            }
        )
        let found = try blocks(bytes)
        #expect(found.map(\.count) == [3, 1])
        #expect(SenderReport(found[0], in: bytes.span) == report)
        #expect(SenderReport(found[1], in: bytes.span) == nil && ReceiverReport(found[0], in: bytes.span) == nil)
        #expect(ReceiverReport(found[1], in: bytes.span)?.ssrc == SSRC(7))
        var walk = found[0].reports(in: bytes.span)
        for loss in losses { #expect(walk.next(in: bytes.span) == loss) }
        #expect(walk.next(in: bytes.span) == nil)
        var second = found[1].reports(in: bytes.span)
        #expect(second.next(in: bytes.span) == losses[0])
        #expect(second.next(in: bytes.span) == nil)
    }

    @Test("An SR in bytes is the one RFC 3550 draws")
    func golden() throws {
        let bytes = written { room in
            var writer = RTCPWriter()
            writer.senderReport(
                SenderReport(
                    ssrc: SSRC(1),
                    time: NTPTime(0x11_0000_0022),
                    timestamp: RTPTimestamp(3),
                    packets: 4,
                    octets: 5
                ),
                to: &room
            )
            writer.cname([0x61, 0x62].span, of: SSRC(1), to: &room)
            writer.nack(from: SSRC(6), about: SSRC(7), to: &room)
            for number in [65_535, 0, 15, 16, 17, 40] as [UInt16] { writer.lost(SequenceNumber(number), to: &room) }
            writer.pictureLoss(from: SSRC(6), about: SSRC(7), to: &room)
            writer.fullIntraRequest(from: SSRC(6), about: SSRC(7), number: 9, to: &room)
            writer.goodbye(SSRC(1), to: &room)
            return writer.finish(&room)
        }
        let expected = [
            "80C80006 00000001 00000011 00000022 00000003 00000004 00000005", "81CA0003 00000001 01026162 00000000",
            "81CD0005 00000006 00000007 FFFF8001 00100001 00280000", "81CE0002 00000006 00000007",
            "84CE0004 00000006 00000000 00000007 09000000", "81CB0001 00000001",
        ]
        #expect(bytes == hex(expected.joined()))
    }

    @Test("Lost packets come back in their order, whatever lies between", arguments: [3, 4] as [UInt64])
    func nack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<500 {
            var number = SequenceNumber(UInt16(truncatingIfNeeded: random.next()))
            let lost = (0...random.below(40)).map { _ in
                number = number + (1 + random.below(30))
                return number
            }
            let bytes = try #require(
                written { room in
                    var writer = RTCPWriter()
                    writer.nack(from: SSRC(1), about: SSRC(2), to: &room)
                    for number in lost { writer.lost(number, to: &room) }
                    return writer.finish(&room)
                }
            )
            let block = try #require(try blocks(bytes).first)
            var found: [SequenceNumber] = []
            if var nack = GenericNACK(block, in: bytes.span) {
                while let number = nack.next(in: bytes.span) { found.append(number) }
            }
            #expect(found == lost, "seed \(seed) round \(round)")
        }
    }

    @Test(
        "An estimate keeps 18 bits of its rate, up to 64 bits",
        arguments: [0, 1, 262_143, 262_144, 3_000_001, .max] as [UInt64]
    )
    func estimate(bitrate: UInt64) throws {
        let bytes = try #require(
            written { room in
                var writer = RTCPWriter()
                writer.receiverEstimate(bitrate, from: SSRC(1), about: [SSRC(2), SSRC(3)].span, to: &room)
                return writer.finish(&room)
            }
        )
        let block = try #require(try blocks(bytes).first)
        let read = ReceiverEstimate(block, in: bytes.span)
        var estimate = try #require(read)
        #expect(estimate.bitrate <= bitrate && estimate.bitrate >= bitrate / 262_144 * 262_143)
        #expect(estimate.next(in: bytes.span) == SSRC(2))
        #expect(estimate.next(in: bytes.span) == SSRC(3))
        #expect(estimate.next(in: bytes.span) == nil)
    }

    @Test("An exponent beyond 64 bits is the largest rate, not none")
    func hugeEstimate() throws {
        let bytes = hex("8FCE0004 00000001 00000000 52454D42 00FFFFFF")
        let block = try #require(try blocks(bytes).first)
        #expect(ReceiverEstimate(block, in: bytes.span)?.bitrate == .max)
    }

    @Test("A description's chunks and items are walked; what is not sound ends the walk")
    func descriptions() throws {
        let cases: [(String, [String])] = [
            ("81CA0003 00000001 01026162 00000000", ["1:1:ab"]),
            ("82CA0005 00000001 01016100 00000002 0201620101630000", ["1:1:a", "2:2:b", "2:1:c"]),
            ("82CA0005 00000001 01026162 00000000 00000002 01000000", ["1:1:ab", "2:1:"]),
            ("81CA0002 00000001 01FF6162", []), ("81CA0002 00000001 01026162", ["1:1:ab"]), ("83CA0001 00000001", []),
            ("80CA0000", []),
        ]
        for (text, expected) in cases {
            let bytes = hex(text)
            let block = try #require(try blocks(bytes).first)
            var found: [String] = []
            if var items = SourceItems(block) {
                while let item = items.next(in: bytes.span) {
                    found.append(
                        "\(item.ssrc.rawValue):\(item.type):\(String(decoding: bytes[item.text], as: UTF8.self))"
                    )
                }
            }
            #expect(found == expected, "\(text)")
        }
    }

    @Test("Sources that leave are all named")
    func goodbye() throws {
        let bytes = hex("82CB0003 00000001 00000002 01410000")
        let block = try #require(try blocks(bytes).first)
        let read = LeavingSources(block, in: bytes.span)
        var leaving = try #require(read)
        #expect(leaving.next(in: bytes.span) == SSRC(1))
        #expect(leaving.next(in: bytes.span) == SSRC(2))
        #expect(leaving.next(in: bytes.span) == nil)
    }

    @Test(
        "Content shorter than its block needs, or of another kind, reads as none",
        arguments: [
            "80C80005 00000001 00000002 00000003 00000004 00000005", "81C90001 00000001", "80C90000",
            "82CB0001 00000001",
            "81CD0002 00000001 00000002", "81CE0001 00000001", "84CE0002 00000001 00000002",
            "84CE0005 00000001 00000002 00000003 00000004 00000005", "8FCE0003 00000001 00000000 52454D42",
            "8FCE0004 00000001 00000000 52454D42 01000000", "8FCE0004 00000001 00000000 52454D43 00000000",
            "8FCD0003 00000001 00000002 00010001", "80CC0001 41424344",
        ]
    )
    func short(text: String) throws {
        let bytes = hex(text)
        let block = try #require(try blocks(bytes).first)
        #expect(SenderReport(block, in: bytes.span) == nil && ReceiverReport(block, in: bytes.span) == nil)
        var reports = block.reports(in: bytes.span)
        #expect(reports.next(in: bytes.span) == nil)
        let found = [
            GenericNACK(block, in: bytes.span) != nil, PictureLossIndication(block, in: bytes.span) != nil,
            FullIntraRequest(block, in: bytes.span) != nil, ReceiverEstimate(block, in: bytes.span) != nil,
            TransportFeedback(block, in: bytes.span) != nil, LeavingSources(block, in: bytes.span) != nil,
        ]
        #expect(!found.contains(true))
    }

    @Test("What does not fit, an entry without its block, a 32nd report and a NACK of nothing make no packet")
    func refusedWriting() {
        func result(_ size: Int, _ body: (inout RTCPWriter, inout MutableSpan<UInt8>) -> Void) -> Int? {
            written(size: size) { room in
                var writer = RTCPWriter()
                body(&writer, &room)
                return writer.finish(&room)
            }?.count
        }
        let report = ReportBlock(
            ssrc: SSRC(1),
            fractionLost: 0,
            cumulativeLost: 0,
            highestSequence: 0,
            jitter: 0,
            lastReport: 0,
            delay: 0
        )
        #expect(result(12) { $0.pictureLoss(from: SSRC(1), about: SSRC(2), to: &$1) } == 12)
        #expect(result(11) { $0.pictureLoss(from: SSRC(1), about: SSRC(2), to: &$1) } == nil)
        #expect(result(100) { _, _ in } == nil)
        #expect(result(100) { $0.report(report, to: &$1) } == nil)
        #expect(result(100) { $0.lost(SequenceNumber(1), to: &$1) } == nil)
        #expect(result(100) { $0.leave(SSRC(1), to: &$1) } == nil)
        #expect(result(100) { $0.nack(from: SSRC(1), about: SSRC(2), to: &$1) } == nil)
        for (count, expected) in [(31, 8 + 31 * 24), (32, nil)] {
            #expect(
                result(1_000) { writer, room in
                    writer.receiverReport(SSRC(1), to: &room)
                    for _ in 0..<count { writer.report(report, to: &room) }
                } == expected
            )
        }
    }
}
