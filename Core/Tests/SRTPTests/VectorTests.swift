import Foundation
import RTP
import Testing
import Wire

@testable import SRTP

@Suite("SRTP by vectors and by libsrtp")
struct VectorTests {
    // MARK: RFC 3711 appendix B

    @Test("The key stream of AES in counter mode is that of RFC 3711 B.2")
    func keyStream() throws {
        var keys = SessionKeys(.aes128CMHMACSHA1_80)
        let key = hex("2B7E151628AED2A6ABF7158809CF4F3C")
        for index in 0..<16 { keys.key[index] = key[index] }
        let salt = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD")
        for index in 0..<14 { keys.salt[index] = salt[index] }
        guard let cipher = PacketCipher(keys, encrypts: true) else { throw Missing.openSSL }
        let zeros = [UInt8](repeating: 0, count: 48)
        var stream = zeros
        var room = stream.mutableSpan
        let isDone = cipher.seal(cipher.vector(ssrc: 0, index: 0), header: 0, zeros.span, Span(), to: &room)
        #expect(isDone)
        #expect(
            stream
                == hex(
                    """
                    E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB
                    41E95B3BB0A2E8DD477901E4FCA894C0
                    """
                )
        )
    }

    @Test("Session keys are derived as in RFC 3711 B.3")
    func derivation() throws {
        let key = hex("E1F97A0D3E018BE0D64FA32C06DE4139")
        let salt = hex("0EC675AD498AFEEBB6960B3AABE6")
        let made = MasterKey(.aes128CMHMACSHA1_80, key: key.span, salt: salt.span)
        let master = try #require(made)
        let keys = try #require(SessionKeys(master, control: false))
        #expect((0..<16).map { keys.key[$0] } == hex("C61E7A93744F39EE10734AFE3FF7A087"))
        #expect((0..<14).map { keys.salt[$0] } == hex("30CBBC08863D8C85D49DB34A9AE1"))
        #expect((0..<20).map { keys.authenticationKey[$0] } == hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"))
    }

    // MARK: RFC 7714 §16, §17

    private func gcmKeys(_ profile: ProtectionProfile) -> SessionKeys {
        var keys = SessionKeys(profile)
        for index in 0..<profile.keyLength { keys.key[index] = UInt8(index) }
        let salt = hex("517569642070726F2071756F")
        for index in 0..<12 { keys.salt[index] = salt[index] }
        return keys
    }

    private static let plain =
        "8040F17B8041F8D35501A0B247616C6C696120657374206F6D6E69732064697669736120696E207061727465732074726573"
    private static let plainControl =
        "81C8000D4D6172734E5450314E545032525450200000042A0000E9304C756E61DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF"

    @Test(
        "AEAD packets are those of RFC 7714 §16.1.1 and §16.2.1, both ways",
        arguments: [
            (
                ProtectionProfile.aeadAES128GCM,
                """
                8040F17B8041F8D35501A0B2F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD50D294E6F42A5F47A51C7D19B36DE3ADF8833
                899D7F27BEB16A9152CF765EE4390CCE
                """
            ),
            (
                .aeadAES256GCM,
                """
                8040F17B8041F8D35501A0B232B1DE78A822FE12EF9F78FA332E33AAB18012389A58E2F3B50B2A0276FFAE0F1BA63799B87B
                7AA3DB36DFFFD6B0F9BB7878D7A76C13
                """
            ),
        ]
    )
    func packets(profile: ProtectionProfile, protected: String) throws {
        let keys = gcmKeys(profile)
        guard var sender = SRTPSender(keys, control: keys), var receiver = SRTPReceiver(keys, control: keys) else {
            throw Missing.openSSL
        }
        let made = try sender.protect(hex(Self.plain))
        let taken = try receiver.unprotect(hex(protected))
        #expect(made == hex(protected))
        #expect(taken == hex(Self.plain))
    }

    @Test(
        "AEAD control packets are those of RFC 7714 §17.1 and §17.3, both ways",
        arguments: [
            (
                ProtectionProfile.aeadAES128GCM,
                """
                81C8000D4D61727363E94885DCDAB67CA727D7662F6B7E997FF5C0F76C06F32DC676A5F1730D6FDA4CE09B4686303DED
                0BB9275BC84AA45896CF4D2FC5ABF87245D9EADE800005D4
                """
            ),
            (
                .aeadAES256GCM,
                """
                81C8000D4D617273D50AE4D1F5CE5D304BA297E47D470C282C3ECE5DBFFE0A50A2EAA5C1110555BE8415F658C61DE047
                6F1B6FAD1D1EB30C4446839F57FF6F6CB26AC3BE800005D4
                """
            ),
        ]
    )
    func control(profile: ProtectionProfile, protected: String) throws {
        let keys = gcmKeys(profile)
        guard var sender = SRTPSender(keys, control: keys), var receiver = SRTPReceiver(keys, control: keys) else {
            throw Missing.openSSL
        }
        let place = sender.table.insert(0x4D61_7273)
        let stream = try #require(place)
        sender.table.streams[stream].control.use(0x5D3)
        let made = try sender.protectControl(hex(Self.plainControl))
        let taken = try receiver.unprotectControl(hex(protected))
        #expect(made == hex(protected))
        #expect(taken == hex(Self.plainControl))
    }

    // MARK: libsrtp

    /// A session of `Fixtures/srtp/libsrtp.txt`; its `make.py` says what the lines mean.
    struct Recorded: Sendable, CustomTestStringConvertible {
        var profile: ProtectionProfile
        var key: [UInt8]
        var salt: [UInt8]
        var packets: [(plain: [UInt8], protected: [UInt8])] = []
        var arrivals: [(index: Int, bit: Int, isTaken: Bool)] = []

        var testDescription: String { "\(profile)" }

        static func all() throws -> [Recorded] {
            let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "Fixtures/srtp/libsrtp.txt")
            var sessions: [Recorded] = []
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ")
                let last = sessions.count - 1
                switch words[0] {
                case "profile":
                    let profile = try #require(UInt16(words[1]).flatMap(ProtectionProfile.init))
                    sessions.append(Recorded(profile: profile, key: hex(words[2]), salt: hex(words[3])))
                case "take":
                    sessions[last].arrivals.append(
                        (try #require(Int(words[1])), try #require(Int(words[2])), words[3] == "taken")
                    )
                default: sessions[last].packets.append((hex(words[1]), hex(words[2])))
                }
            }
            return sessions
        }

        func master() throws -> MasterKey {
            let master = MasterKey(profile, key: key.span, salt: salt.span)
            return try #require(master)
        }
    }

    @Test("270 packets of three profiles are protected byte for byte as libsrtp does, over turns of the numbers")
    func protectsAsLibsrtp() throws {
        let sessions = try Recorded.all()
        #expect(sessions.map(\.profile) == ProtectionProfile.allCases && sessions.allSatisfy { $0.packets.count >= 70 })
        for session in sessions {
            var sender = try sender(session.master())
            for (plain, protected) in session.packets {
                let isControl = RTCPCompound.begins(plain.span)
                let made = isControl ? try sender.protectControl(plain) : try sender.protect(plain)
                #expect(made == protected, "\(session.profile)")
            }
        }
    }

    @Test("Out of order, twice and damaged, exactly those packets are taken that libsrtp takes")
    func takesAsLibsrtp() throws {
        for session in try Recorded.all() {
            var receiver = try receiver(session.master())
            for (step, arrival) in session.arrivals.enumerated() {
                let (plain, protected) = session.packets[arrival.index]
                var bytes = protected
                if arrival.bit >= 0 { bytes[arrival.bit / 8] ^= 0x80 >> UInt8(arrival.bit % 8) }
                let taken = receiver.take(bytes)
                #expect(taken == (arrival.isTaken ? plain : nil), "\(session.profile) arrival \(step)")
            }
        }
    }
}
