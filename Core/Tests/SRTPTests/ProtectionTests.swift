import RTP
import Testing
import Wire

@testable import SRTP

@Suite("SRTP")
struct ProtectionTests {
    // MARK: Keys

    @Test("Exporter material is cut as RFC 5764 §4.2 says, and both sides agree", arguments: ProtectionProfile.allCases)
    func exported(profile: ProtectionProfile) throws {
        let (key, salt) = (profile.keyLength, profile.saltLength)
        #expect(salt == (profile == .aes128CMHMACSHA1_80 ? 14 : 12))
        let bytes = [(key, 1), (key, 2), (salt, 3), (salt, 4)].flatMap { [UInt8](repeating: UInt8($0.1), count: $0.0) }
        let server = KeyingMaterial(profile, exported: bytes.span, isServer: true)
        let client = KeyingMaterial(profile, exported: bytes.span, isServer: false)
        let ours = try #require(server)
        let theirs = try #require(client)
        #expect(
            ours.received.key[0] == 1 && ours.received.salt[0] == 3 && ours.sent.key[0] == 2 && ours.sent.salt[0] == 4
        )
        #expect(theirs.received.key[key - 1] == 2 && theirs.sent.salt[salt - 1] == 3)
        var sender = try sender(ours.sent)
        var receiver = try receiver(theirs.received)
        let protected = try sender.protect(packet(1))
        let taken = try receiver.unprotect(protected)
        #expect(taken == packet(1))
        for wrong in [bytes.dropLast(), bytes + [0]] {
            let array = Array(wrong)
            #expect(KeyingMaterial(profile, exported: array.span, isServer: true) == nil)
        }
    }

    @Test("Packets of another key, and of the other direction, are not taken", arguments: ProtectionProfile.allCases)
    func otherKey(profile: ProtectionProfile) throws {
        var sender = try sender(masterKey(profile, seed: 1))
        var receiver = try receiver(masterKey(profile, seed: 2))
        let protected = try sender.protect(packet(1))
        let control = try sender.protectControl(report())
        #expect(throws: UnprotectError.notAuthentic) { try receiver.unprotect(protected) }
        #expect(throws: UnprotectError.notAuthentic) { try receiver.unprotectControl(control) }
        let count = receiver.streamCount
        #expect(count == 0)
    }

    // MARK: Sending

    @Test("A prefix and a payload are protected as one piece would be", arguments: ProtectionProfile.allCases)
    func prefix(profile: ProtectionProfile) throws {
        for size in [0, 1, 15, 16, 33, 100] {
            let whole = packet(5, payload: [UInt8](repeating: 7, count: size))
            for split in 0...size {
                var once = try sender(masterKey(profile))
                var twice = try sender(masterKey(profile))
                let one = try once.protect(whole)
                let two = try twice.protect(whole, split: split)
                #expect(one == two && one.count == whole.count + profile.overhead)
            }
        }
    }

    @Test("No index is given twice to an SSRC, and none that left the window", arguments: ProtectionProfile.allCases)
    func neverTwice(profile: ProtectionProfile) throws {
        var sender = try sender(masterKey(profile))
        for number in [10, 12, 11, 2_000] { _ = try sender.protect(packet(number)) }
        for number in [10, 11, 12, 2_000] {
            let error: ProtectError = number == 2_000 ? .indexUsed : .indexTooOld
            #expect(throws: error) { try sender.protect(packet(number)) }
        }
        #expect(throws: ProtectError.indexUsed) { try sender.protect(packet(2_000, payload: [9])) }
        let other = try sender.protect(packet(10, ssrc: 2))
        #expect(other.count == 16 + profile.overhead)
    }

    @Test(
        "10,000 packets in any order: no pair of SSRC and index, and no vector, is used twice",
        arguments: [61, 62] as [UInt64]
    )
    func vectorsNeverRepeat(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var sender = try sender(masterKey(.aeadAES128GCM))
        var texts: Set<[UInt8]> = []
        var sent = 0
        var position = 1_000
        for _ in 0..<10_000 {
            position += random.below(20) == 0 ? random.below(9_000) : random.below(3)
            let number = position - random.below(30)
            let ssrc = UInt32(random.below(3))
            // The same text always: the same bytes would come out where a vector was used again.
            if let protected = try? sender.protect(
                packet(number, ssrc: ssrc, payload: [UInt8](repeating: 0, count: 16))
            ) {
                sent += 1
                texts.insert(Array(protected[12..<28]))
            }
        }
        #expect(texts.count == sent && sent > 4_000, "seed \(seed)")
    }

    @Test("After the last index nothing is sent any more; the last one still is", arguments: ProtectionProfile.allCases)
    func exhausted(profile: ProtectionProfile) throws {
        var sender = try sender(masterKey(profile))
        let place = sender.table.insert(0xA0B0_C0D0)
        let stream = try #require(place)
        sender.table.streams[stream].packets.use(Limits.largestIndex - 1)
        sender.table.streams[stream].control.use(Limits.largestControlIndex - 1)
        let last = try sender.protect(packet(0xFFFF))
        #expect(last.count == 16 + profile.overhead)
        #expect(throws: ProtectError.indicesExhausted) { try sender.protect(packet(0)) }
        let control = try sender.protectControl(report())
        #expect(control.count == 8 + profile.controlOverhead)
        #expect(throws: ProtectError.indicesExhausted) { try sender.protectControl(report()) }
    }

    @Test("A 513th SSRC is refused, and the 512 go on")
    func sentStreams() throws {
        var sender = try sender(masterKey(.aeadAES128GCM))
        for ssrc in 1...512 as ClosedRange<UInt32> { _ = try sender.protect(packet(1, ssrc: ssrc)) }
        #expect(throws: ProtectError.tooManyStreams) { try sender.protect(packet(1, ssrc: 513)) }
        #expect(throws: ProtectError.tooManyStreams) { try sender.protectControl(report(ssrc: 513)) }
        let next = try sender.protect(packet(2, ssrc: 512))
        #expect(!next.isEmpty)
    }

    @Test(
        "Rooms too small by a byte, headers that are none: nothing is protected",
        arguments: ProtectionProfile.allCases
    )
    func refusedToSend(profile: ProtectionProfile) throws {
        var sender = try sender(masterKey(profile))
        let payload: [UInt8] = [1, 2, 3]
        func attempt(_ start: [UInt8], header: Int, room size: Int) -> ProtectError? {
            var out = Array((start + [UInt8](repeating: 0, count: 64)).prefix(size))
            var room = out.mutableSpan
            do {
                _ = try sender.protect(header: header, payload: payload.span, into: &room)
                return nil
            } catch {
                return error
            }
        }
        let header = Array(packet(1)[..<12])
        #expect(attempt(header, header: 12, room: 15 + profile.overhead - 1) == .noRoom)
        #expect(attempt(header, header: 11, room: 60) == .malformed)
        #expect(attempt(header, header: 13, room: 60) == .malformed)
        #expect(attempt(header, header: -1, room: 60) == .malformed)
        #expect(attempt(header, header: 61, room: 60) == .malformed)
        #expect(attempt([0x91] + header[1...], header: 12, room: 60) == .malformed)
        #expect(attempt(header, header: 12, room: 15 + profile.overhead) == nil)
        var control = report() + [UInt8](repeating: 0, count: profile.controlOverhead - 1)
        var room = control.mutableSpan
        #expect(throws: ProtectError.noRoom) { try sender.protectControl(count: 8, in: &room) }
        #expect(throws: ProtectError.malformed) { try sender.protectControl(count: 7, in: &room) }
        #expect(throws: ProtectError.malformed) { try sender.protectControl(count: 99, in: &room) }
    }

    // MARK: Taking

    @Test(
        "What is not authentic changes nothing: with 2,000 forgeries between them the same packets are taken",
        arguments: ProtectionProfile.allCases
    )
    func forgeries(profile: ProtectionProfile) throws {
        var random = SeededGenerator(seed: 71)
        let key = try masterKey(profile)
        var sender = try sender(key)
        var receiver = try receiver(key)
        for number in 0..<200 {
            let plain = packet(60 * number, payload: random.bytes(random.below(40)))
            let protected = try sender.protect(plain)
            for _ in 0..<10 {
                var forged = protected
                switch random.below(4) {
                case 0: forged[random.below(forged.count)] ^= 1 << UInt8(random.below(8))
                case 1: forged.removeLast(1 + random.below(4))
                case 2: forged += random.bytes(1)
                default:
                    forged = packet(random.below(1 << 16), ssrc: UInt32(random.below(5)), payload: random.bytes(60))
                }
                let taken = receiver.take(forged)
                #expect(taken == nil)
            }
            let taken = receiver.take(protected)
            #expect(taken == plain, "packet \(number)")
            #expect(throws: UnprotectError.replayed) { try receiver.unprotect(protected) }
        }
        let count = receiver.streamCount
        #expect(count == 1)
    }

    @Test("Every bit of a packet is vouched for, the header's too", arguments: ProtectionProfile.allCases)
    func everyBit(profile: ProtectionProfile) throws {
        let key = try masterKey(profile)
        var sender = try sender(key)
        let protected = try sender.protect(packet(1))
        let control = try sender.protectControl(report(more: [1, 2, 3, 4]))
        for bytes in [protected, control] {
            for bit in 0..<(8 * bytes.count) {
                var receiver = try receiver(key)
                var changed = bytes
                changed[bit / 8] ^= 0x80 >> UInt8(bit % 8)
                let taken = receiver.take(changed)
                #expect(taken == nil, "bit \(bit)")
            }
        }
    }

    @Test("A quiet SSRC keeps its turn while others speak", arguments: ProtectionProfile.allCases)
    func quiet(profile: ProtectionProfile) throws {
        let key = try masterKey(profile)
        var sender = try sender(key)
        var receiver = try receiver(key)
        for number in stride(from: 0, through: 3 << 16, by: 20_000) {
            let taken = receiver.take(try sender.protect(packet(number, ssrc: 1)))
            #expect(taken != nil)
        }
        for ssrc in 2...60 as ClosedRange<UInt32> {
            let taken = receiver.take(try sender.protect(packet(1, ssrc: ssrc)))
            #expect(taken != nil)
        }
        let back = packet((3 << 16) + 900, ssrc: 1)
        let taken = receiver.take(try sender.protect(back))
        #expect(taken == back)
    }

    @Test("SRTCP has an index and a window of its own", arguments: ProtectionProfile.allCases)
    func control(profile: ProtectionProfile) throws {
        let key = try masterKey(profile)
        var sender = try sender(key)
        var receiver = try receiver(key)
        let first = try (0..<200).map { try sender.protectControl(report(more: [0, 0, 0, UInt8($0)])) }
        let media = try sender.protect(packet(1))
        for index in [0, 5, 3, 199] {
            let taken = try receiver.unprotectControl(first[index])
            #expect(taken == report(more: [0, 0, 0, UInt8(index)]))
        }
        #expect(throws: UnprotectError.replayed) { try receiver.unprotectControl(first[199]) }
        #expect(throws: UnprotectError.tooOld) { try receiver.unprotectControl(first[71]) }
        let edge = receiver.take(first[72])
        let packet = receiver.take(media)
        #expect(edge != nil && packet != nil)
    }

    @Test("SRTCP that says it is not encrypted is refused", arguments: ProtectionProfile.allCases)
    func notEncrypted(profile: ProtectionProfile) throws {
        let key = try masterKey(profile)
        var sender = try sender(key)
        var receiver = try receiver(key)
        var protected = try sender.protectControl(report())
        let word = profile == .aes128CMHMACSHA1_80 ? protected.count - 14 : protected.count - 4
        protected[word] &= 0x7F
        #expect(throws: UnprotectError.notEncrypted) { try receiver.unprotectControl(protected) }
    }

    @Test("10,000 SSRCs of one peer take 64 places; those that have one go on")
    func churn() throws {
        let key = try masterKey(.aeadAES128GCM)
        var receiver = try receiver(key)
        var refused = 0
        for ssrc in 0..<10_000 as Range<UInt32> {
            // A sender has a limit of its own, so there is a new one now and then.
            var sender = try sender(key)
            let protected = try sender.protect(packet(1, ssrc: ssrc))
            do { _ = try receiver.unprotect(protected) } catch .tooManyStreams { refused += 1 }
        }
        let count = receiver.streamCount
        #expect(count == 64 && refused == 9_936)
        var sender = try sender(key)
        let known = receiver.take(try sender.protect(packet(2, ssrc: 63)))
        #expect(known != nil)
        let control = try sender.protectControl(report(ssrc: 20_000))
        #expect(throws: UnprotectError.tooManyStreams) { try receiver.unprotectControl(control) }
    }

    @Test(
        "Bytes that cannot be SRTP or SRTCP are refused before any key is used",
        arguments: ProtectionProfile.allCases
    )
    func malformed(profile: ProtectionProfile) throws {
        var receiver = try receiver(masterKey(profile))
        let header = Array(packet(1)[..<12])
        let zeros = [UInt8](repeating: 0, count: 64)
        let packets: [[UInt8]] = [
            [], [0x80], header, header + zeros[..<(profile.overhead - 1)], [0x40] + header[1...] + zeros,
            [0x9F] + header[1...] + zeros[..<40], header + [UInt8](repeating: 0, count: 2_037),
        ]
        for bytes in packets { #expect(throws: UnprotectError.malformed) { try receiver.unprotect(bytes) } }
        let controls: [[UInt8]] = [
            [], report(), report() + zeros[..<(profile.controlOverhead - 1)], [0x40] + report()[1...] + zeros,
            packet(1) + zeros, report() + [UInt8](repeating: 0x80, count: 2_041),
        ]
        for bytes in controls { #expect(throws: UnprotectError.malformed) { try receiver.unprotectControl(bytes) } }
    }

    @Test(
        "An authentic packet with impossible padding is refused, and counts as taken",
        arguments: ProtectionProfile.allCases
    )
    func padding(profile: ProtectionProfile) throws {
        let key = try masterKey(profile)
        var sender = try sender(key)
        var receiver = try receiver(key)
        var bad = packet(1, payload: [1, 9])
        bad[0] |= 0x20
        let protected = try sender.protect(bad)
        #expect(throws: UnprotectError.malformed) { try receiver.unprotect(protected) }
        #expect(throws: UnprotectError.replayed) { try receiver.unprotect(protected) }
    }
}
