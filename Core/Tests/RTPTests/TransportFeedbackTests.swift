import Testing
import Units

@testable import RTP

@Suite("Transport-wide feedback")
struct TransportFeedbackTests {
    /// Number and arrival in ticks (nil: missing) of every packet a feedback speaks of; nil when it is none.
    private func read(_ bytes: [UInt8]) throws -> [(number: UInt16, arrival: Int64?)]? {
        let block = try #require(try blocks(bytes).first)
        guard var feedback = TransportFeedback(block, in: bytes.span) else { return nil }
        var result: [(number: UInt16, arrival: Int64?)] = []
        while let packet = feedback.next(in: bytes.span) { result.append((packet.number.rawValue, packet.arrival)) }
        return result
    }

    private func feedback(_ text: String) -> [UInt8] {
        var content = hex(text)
        content += [UInt8](repeating: 0, count: (4 - content.count % 4) % 4)
        return hex("8FCD") + [0, UInt8(2 + content.count / 4)] + hex("00000001 00000002") + content
    }

    @Test("Run lengths, vectors of one and of two bits, large and negative deltas are read")
    func chunks() throws {
        // 65,534 to 8: a run of two small ones; one-bit vector 10 0…; then a two-bit one cut off by the count.
        let bytes = feedback("FFFE 0013 000002 07  2002 A000 E800  01 FF 03  FFFF 0400")
        let found = try #require(try read(bytes))
        #expect(found.map(\.number) == (0..<19).map { UInt16(truncatingIfNeeded: 65_534 + $0) })
        var expected = [Int64?](repeating: nil, count: 19)
        expected[0] = 513
        expected[1] = 768
        expected[2] = 771
        expected[16] = 770
        expected[17] = 1_794
        #expect(found.map(\.arrival) == expected)
    }

    @Test("A reference time in the upper half is a negative one, as 24 bits with sign are")
    func negativeReference() throws {
        #expect(try read(feedback("0001 0001 FFFFFF 00 2001 05"))?.first?.arrival == -251)
    }

    @Test(
        "No packet, more than 4,096, the reserved status, a chunk or a delta too few: no feedback",
        arguments: [
            "0001 0000 000001 00 2000", "0001 1001 000001 00 1001", "0001 0001 000001 00 6001 05",
            "0001 0001 000001 00 F000 05", "0001 0002 000001 00 2001", "0001 0002 000001 00 4002 0000",
            "0001 0001 000001 00", "0001 0001 000001 00 0000 0000",
        ]
    )
    func malformed(text: String) throws { #expect(try read(feedback(text)) == nil) }

    @Test("The reference time is unwrapped to the one nearest to the last")
    func unwrap() throws {
        let bytes = feedback("0001 0001 000002 00 2001 05")
        let block = try #require(try blocks(bytes).first)
        let feedback = TransportFeedback(block, in: bytes.span)
        for turn in [0, 1, 77] as [Int64] {
            #expect(feedback?.referenceTime(near: turn * (1 << 24)) == turn * (1 << 24) + 2)
            #expect(feedback?.referenceTime(near: (turn + 1) * (1 << 24) - 3) == (turn + 1) * (1 << 24) + 2)
        }
    }

    /// Everything a log reports until it has nothing more to say.
    private func drain(_ log: inout ArrivalLog, room: Int = 1_200) throws -> [(number: UInt16, arrival: Int64?)] {
        var result: [(number: UInt16, arrival: Int64?)] = []
        while let bytes = written(size: room, { log.write(from: SSRC(1), about: SSRC(2), to: &$0) }) {
            result += try #require(try read(bytes), "\(bytes)")
        }
        return result
    }

    @Test("A feedback in bytes: losses, a late packet, a gap of time, the count of feedbacks")
    func golden() throws {
        var log = ArrivalLog()
        log.record(SequenceNumber(65_535), at: Timestamp(nanoseconds: 128_000_000))
        log.record(SequenceNumber(1), at: Timestamp(nanoseconds: 130_000_000))
        log.record(SequenceNumber(0), at: Timestamp(nanoseconds: 129_000_000 + 249_999))
        log.record(SequenceNumber(3), at: Timestamp(nanoseconds: 230_000_000))
        let bytes = written { log.write(from: SSRC(1), about: SSRC(2), to: &$0) }
        #expect(bytes == hex("8FCD0006 00000001 00000002 FFFF 0005 000002 00 D520 00 04 04 0190 00"))
        let isDone = log.isEmpty
        #expect(isDone)
        log.record(SequenceNumber(4), at: Timestamp(nanoseconds: 231_000_000))
        let next = written { log.write(from: SSRC(1), about: SSRC(2), to: &$0) }
        #expect(next == hex("8FCD0005 00000001 00000002 0004 0001 000003 01 2001 9C 00"))
        let isDone2 = log.isEmpty
        #expect(isDone2 && written { log.write(from: SSRC(1), about: SSRC(2), to: &$0) } == nil)
    }

    @Test(
        "What is reported is what came, to 250 µs: loss, reordering, duplicates, bursts, every turn of the numbers",
        arguments: [5, 6, 7, 8] as [UInt64]
    )
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var log = ArrivalLog()
        // 24 bits of 64 ms wrap within the run.
        var now = UInt64((1 << 24) - 40) * 64_000_000
        var number = random.below(1 << 16)
        var arrived: [Int: UInt64] = [:]
        var reported: [Int: Int64] = [:]
        var turn = Int64(now / 64_000_000)
        for round in 0..<400 {
            for _ in 0..<random.below(60) {
                now += UInt64(random.below(random.below(20) == 0 ? 9_000_000_000 : 3_000_000))
                number += random.below(12) == 0 ? 1 + random.below(30) : 1
                let late = random.below(8) == 0 ? max(0, number - random.below(50)) : number
                if arrived[late] == nil { arrived[late] = now }
                log.record(SequenceNumber(UInt16(truncatingIfNeeded: late)), at: Timestamp(nanoseconds: now))
            }
            while let bytes = written(
                size: 64 + random.below(400),
                { log.write(from: SSRC(1), about: SSRC(2), to: &$0) }
            ) {
                let block = try #require(try blocks(bytes).first)
                let read = TransportFeedback(block, in: bytes.span)
                var feedback = try #require(read, "seed \(seed) round \(round)")
                let reference = feedback.referenceTime(near: turn)
                let shift = (reference - Int64(Int32(bitPattern: feedback.referenceTime << 8) >> 8)) * 256
                turn = reference
                while let packet = feedback.next(in: bytes.span) {
                    let extended = Int(packet.number.extended(near: Int64(number)))
                    if let arrival = packet.arrival {
                        #expect(
                            arrived[extended].map { Int64($0 / 250_000) } == arrival + shift,
                            "seed \(seed) round \(round)"
                        )
                        reported[extended] = arrival + shift
                    } else {
                        #expect(arrived[extended] == nil, "seed \(seed) round \(round): \(extended) came")
                    }
                }
            }
            let isDone3 = log.isEmpty
            #expect(isDone3)
        }
        // A packet that came while the log was being asked is never left out.
        #expect(Set(reported.keys).isSuperset(of: arrived.keys.filter { $0 >= arrived.keys.min() ?? 0 }))
    }

    @Test(
        "Deltas of 0 to 255 ticks take a byte, others two, those beyond 16 bits a feedback of their own",
        arguments: [
            (0, 1), (255, 1), (256, 2), (-1, 2), (32_767, 2), (-32_768, 2), (32_768, nil), (-32_769, nil),
        ] as [(Int, Int?)]
    )
    func deltas(ticks: Int, bytes: Int?) throws {
        var log = ArrivalLog()
        // A multiple of 64 ms, so that the first delta is zero.
        let first = 256 * 1_000
        log.record(SequenceNumber(1), at: Timestamp(nanoseconds: UInt64(first) * 250_000))
        log.record(SequenceNumber(2), at: Timestamp(nanoseconds: UInt64(first + ticks) * 250_000))
        let packet = try #require(written { log.write(from: SSRC(1), about: SSRC(2), to: &$0) })
        let found = try #require(try read(packet))
        #expect(found.map(\.arrival) == (bytes == nil ? [Int64(first)] : [Int64(first), Int64(first + ticks)]))
        // Header, one chunk, the first delta, the second.
        let length = 20 + 2 + 1 + (bytes ?? 0)
        #expect(packet.count == (length + 3) / 4 * 4)
        let rest = try drain(&log)
        #expect(rest.map(\.arrival) == (bytes == nil ? [Int64(first + ticks)] : []))
    }

    @Test(
        "A jump of the numbers forgets what is older than 2,048 packets and goes on; a packet older than that is ignored"
    )
    func jump() throws {
        var log = ArrivalLog()
        log.record(SequenceNumber(0), at: Timestamp(nanoseconds: 0))
        log.record(SequenceNumber(20_000), at: Timestamp(nanoseconds: 1_000_000))
        let found = try drain(&log, room: 8_192)
        #expect(found.count == 2_048 && found.last?.number == 20_000)
        #expect(found.dropLast().allSatisfy { $0.arrival == nil })
        log.record(SequenceNumber(17_000), at: Timestamp(nanoseconds: 2_000_000))
        let isDone4 = log.isEmpty
        #expect(isDone4)
    }

    @Test("In any room of 32 bytes or more feedbacks get on; in less there is none", arguments: [31, 32, 40, 100])
    func smallRooms(size: Int) throws {
        var log = ArrivalLog()
        for number in 0..<300 where number % 7 != 3 {
            log.record(SequenceNumber(UInt16(number)), at: Timestamp(nanoseconds: UInt64(number) * 90_000_000))
        }
        let found = try drain(&log, room: size)
        #expect(found.count == (size < 32 ? 0 : 300))
        let isDone5 = log.isEmpty
        #expect(isDone5 == (size >= 32))
    }
}
