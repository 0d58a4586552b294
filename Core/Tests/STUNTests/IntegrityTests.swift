import Testing
import Units
import Wire

@testable import STUN

@Suite("STUN message integrity")
struct IntegrityTests {
    private static let shortTerm = Array("VOkJxbRl1RmTxUk/WvJxBt".utf8)
    private static let username = Array("マトリックス".utf8)
    private static let realm = Array("example.org".utf8)
    /// After OpaqueString.
    private static let password = Array("TheMatrIX".utf8)

    private func key(_ algorithm: PasswordAlgorithm, password: [UInt8] = Self.password) -> LongTermKey {
        LongTermKey(algorithm, username: Self.username.span, realm: Self.realm.span, password: password.span)
    }

    @Test(
        "The MACs of RFC 5769 §2.1 to §2.3 are right under their password and under no other",
        arguments: [Vectors.request, Vectors.responseV4, Vectors.responseV6]
    )
    func shortTerm(bytes: [UInt8]) throws {
        let parsed = try Parsed(bytes)
        #expect(parsed.algorithm == .sha1)
        #expect(parsed.hasIntegrity(.sha1, key: Self.shortTerm))
        #expect(!parsed.hasIntegrity(.sha1, key: Self.shortTerm + [0x20]))
        #expect(!parsed.hasIntegrity(.sha256, key: Self.shortTerm))
        #expect(!parsed.hasIntegrity(.sha1, key: []))
    }

    @Test("The MAC of RFC 5769 §2.4 is right under the long-term key made by MD5")
    func longTerm() throws {
        let parsed = try Parsed(Vectors.longTerm)
        #expect(parsed.verifies(key(.md5), .sha1))
        #expect(!parsed.verifies(key(.sha256), .sha1))
        #expect(!parsed.verifies(key(.md5, password: Array("TheMatriX".utf8)), .sha1))
    }

    @Test("USERHASH and MAC of RFC 8489 B.1 (erratum 6268) are right under the key made by SHA-256")
    func longTermSHA256() throws {
        let parsed = try Parsed(Vectors.longTermSHA256)
        #expect(parsed.algorithm == .sha256)
        #expect(parsed.verifies(key(.sha256), .sha256))
        #expect(!parsed.verifies(key(.md5), .sha256))
        let hash = Userhash.value(username: Self.username.span, realm: Self.realm.span)
        #expect(parsed.value(.userhash) == (0..<32).map { hash[$0] })
        let named = parsed.message.attribute(.passwordAlgorithm, in: parsed.bytes.span)
            .flatMap { parsed.message.passwordAlgorithm(of: $0, in: parsed.bytes.span) }
        #expect(named == .sha256)
    }

    @Test("Every single changed bit before the end of the MAC makes it wrong or the message none")
    func bits() {
        for bytes in [Vectors.request, Vectors.longTerm] {
            let key = bytes == Vectors.request ? Self.shortTerm : Array(0..<16)
            let end = bytes == Vectors.request ? bytes.count - 8 : bytes.count
            for bit in 0..<(end * 8) {
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let parsed = try? Parsed(changed) else { continue }  // no message any more
                #expect(!parsed.hasIntegrity(.sha1, key: key), "bit \(bit)")
            }
        }
    }

    @Test("A MAC is written as it is verified, alone, behind the other one, and before a fingerprint")
    func written() throws {
        let secret: [UInt8] = [1, 2, 3]
        for algorithms in [[IntegrityAlgorithm.sha1], [.sha256], [.sha1, .sha256]] {
            let bytes = STUNTests.written(.request, TransactionID(high: 1, low: 2)) { writer, span in
                writer.write(.lifetime, UInt32(600), to: &span)
                for algorithm in algorithms { writer.writeIntegrity(algorithm, key: secret.span, to: &span) }
                writer.writeFingerprint(to: &span)
            }
            let parsed = try Parsed(try #require(bytes))
            for algorithm in algorithms { #expect(parsed.hasIntegrity(algorithm, key: secret)) }
            #expect(parsed.algorithm == algorithms.last && parsed.fingerprint == .valid)
        }
    }

    @Test("A MAC that does not fit leaves no message")
    func noRoom() {
        let bytes = STUNTests.written(.request, TransactionID(high: 1, low: 2), size: 43) { writer, span in
            writer.writeIntegrity(.sha1, key: Self.shortTerm.span, to: &span)
        }
        #expect(bytes == nil)
    }

    @Test(
        "MESSAGE-INTEGRITY-SHA256 may be cut to 16, 20, 24 or 28 bytes and to nothing else",
        arguments: [0, 4, 8, 12, 15, 16, 18, 20, 24, 28, 30, 32, 36]
    )
    func truncated(count: Int) throws {
        let secret: [UInt8] = [9]
        let whole = try #require(
            STUNTests.written(.request, TransactionID(high: 1, low: 2), size: 200) { writer, span in
                // The MAC is over the length with what is left of it.
                writer.write(.messageIntegritySHA256, [UInt8](repeating: 0, count: count).span, to: &span)
            }
        )
        let mac = Digest.hmacSHA256(key: secret.span, whole.span.extracting(..<20))
        let cut =
            whole[..<24] + (0..<count).map { $0 < 32 ? mac[$0] : 0 } + Array(repeating: 0, count: (4 - count % 4) % 4)
        let isAllowed = [16, 20, 24, 28, 32].contains(count)
        #expect(try Parsed(Array(cut)).hasIntegrity(.sha256, key: secret) == isAllowed)
    }

    @Test("What follows the MAC is neither vouched for nor seen")
    func after() throws {
        let secret: [UInt8] = [1]
        let bytes = STUNTests.written(.request, TransactionID(high: 1, low: 2)) { writer, span in
            writer.writeIntegrity(.sha1, key: secret.span, to: &span)
            writer.write(.lifetime, UInt32(0), to: &span)
        }
        let parsed = try Parsed(try #require(bytes))
        #expect(parsed.hasIntegrity(.sha1, key: secret) && parsed.value(.lifetime) == nil)
    }

    @Test("A nonce cookie carries its features, the registry's bit 0 leftmost")
    func cookie() {
        for (features, text) in [
            (SecurityFeatures.passwordAlgorithms, "obMatJos2gAAA"), (.usernameAnonymity, "obMatJos2QAAA"),
            ([.passwordAlgorithms, .usernameAnonymity], "obMatJos2wAAA"), ([], "obMatJos2AAAA"),
        ] {
            var room = [UInt8](repeating: 0, count: 13)
            var span = room.mutableSpan
            var writer = ByteWriter()
            NonceCookie.write(features, with: &writer, to: &span)
            #expect(String(decoding: room, as: UTF8.self) == text && writer.count == NonceCookie.length)
            #expect(NonceCookie.features(of: room.span) == features)
        }
        for text in ["", "obMatJos2", "obMatJos3gAAA", "obMatJos2g*AA", "obMatJos2gA=="] {
            #expect(NonceCookie.features(of: Array(text.utf8).span) == nil)
        }
    }

    @Test("Digests are those that others compute")
    func digests() {
        let text = Array("what do ya want for nothing?".utf8)
        let key = Array("Jefe".utf8)
        let sha1 = Digest.hmacSHA1(key: key.span, text.span.extracting(..<5), text.span.extracting(5...))
        // RFC 2202 §3 and RFC 4231 §4.3, RFC 1321 A.5, FIPS 180-4's "abc".
        #expect((0..<20).map { sha1[$0] } == Vectors.bytes("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"))
        let sha256 = Digest.hmacSHA256(key: key.span, text.span)
        #expect(
            (0..<32).map { sha256[$0] }
                == Vectors.bytes("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        )
        let abc = Array("abc".utf8)
        let md5 = Digest.md5(abc.span)
        #expect((0..<16).map { md5[$0] } == Vectors.bytes("900150983cd24fb0d6963f7d28e17f72"))
        let hash = Digest.sha256(abc.span)
        #expect(
            (0..<32).map { hash[$0] }
                == Vectors.bytes("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        )
        let equal = Digest.areEqual(abc.span, Array("abc".utf8).span)
        let shorter = Digest.areEqual(abc.span, abc.span.extracting(..<2))
        let other = Digest.areEqual(abc.span, Array("abd".utf8).span)
        #expect(equal && !shorter && !other)
    }
}
