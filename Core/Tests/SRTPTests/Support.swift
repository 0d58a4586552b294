import RTP
import Testing

@testable import SRTP

/// The same numbers for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

/// Bytes from hexadecimal digits; spaces are ignored.
func hex(_ text: some StringProtocol) -> [UInt8] {
    let digits = text.utf8.compactMap { digit -> UInt8? in
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// An RTP packet without extensions.
func packet(_ number: Int, ssrc: UInt32 = 0xA0B0_C0D0, payload: [UInt8] = [1, 2, 3, 4]) -> [UInt8] {
    [0x80, 96, UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number), 0, 0, 0, 1]
        + (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * $0)) } + payload
}

/// A receiver report without reports.
func report(ssrc: UInt32 = 0xA0B0_C0D0, more: [UInt8] = []) -> [UInt8] {
    [0x80, 201, 0, UInt8(1 + more.count / 4)] + (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * $0)) } + more
}

func masterKey(_ profile: ProtectionProfile, seed: UInt64 = 1) throws -> MasterKey {
    var random = SeededGenerator(seed: seed)
    let key = random.bytes(profile.keyLength)
    let salt = random.bytes(profile.saltLength)
    let master = MasterKey(profile, key: key.span, salt: salt.span)
    return try #require(master)
}

enum Missing: Error { case openSSL }

func sender(_ key: MasterKey) throws -> SRTPSender {
    guard let sender = SRTPSender(key) else { throw Missing.openSSL }
    return sender
}

func receiver(_ key: MasterKey) throws -> SRTPReceiver {
    guard let receiver = SRTPReceiver(key) else { throw Missing.openSSL }
    return receiver
}

extension SRTPSender {
    /// Protects a whole packet; its payload goes through in two parts when `split` says where.
    mutating func protect(_ packet: [UInt8], split: Int = 0) throws -> [UInt8] {
        let header = try RTPHeader(parsing: packet.span).length
        var out = Array(packet[..<header]) + [UInt8](repeating: 0xEE, count: packet.count - header + 40)
        var room = out.mutableSpan
        let payload = packet.span.extracting(header...)
        let count = try protect(
            header: header,
            prefix: payload.extracting(..<split),
            payload: payload.extracting(split...),
            into: &room
        )
        return Array(out[..<count])
    }

    mutating func protectControl(_ packet: [UInt8]) throws -> [UInt8] {
        var out = packet + [UInt8](repeating: 0xEE, count: 40)
        var room = out.mutableSpan
        let count = try protectControl(count: packet.count, in: &room)
        return Array(out[..<count])
    }
}

extension SRTPReceiver {
    mutating func unprotect(_ packet: [UInt8]) throws(UnprotectError) -> [UInt8] {
        var bytes = packet
        var span = bytes.mutableSpan
        let count = try unprotect(&span).length
        return Array(bytes[..<count])
    }

    mutating func unprotectControl(_ packet: [UInt8]) throws(UnprotectError) -> [UInt8] {
        var bytes = packet
        var span = bytes.mutableSpan
        let count = try unprotectControl(&span)
        return Array(bytes[..<count])
    }

    /// Whichever of both the second byte says.
    mutating func take(_ packet: [UInt8]) -> [UInt8]? {
        RTCPCompound.begins(packet.span) ? try? unprotectControl(packet) : try? unprotect(packet)
    }
}
