import RTP
import Units
import Wire

/// Why a packet was not protected. No index was used.
public enum ProtectError: Error, Equatable, Sendable {
    /// What stands in the room is no RTP header of that length, or no RTCP packet.
    case malformed
    /// The room is too small for the packet and its tag, or the packet is larger than `Limits.packet`.
    case noRoom
    /// `Limits.sentStreams` SSRCs are in use.
    case tooManyStreams
    /// A packet of this SSRC had the same index. Sending another would give away both and the key stream (RFC 3711
    /// §9.1, RFC 7714 §8.2), so whoever forwards has to give it a new sequence number.
    case indexUsed
    /// The index lies so far behind the highest of its SSRC that nobody knows whether it was used.
    case indexTooOld
    /// The SSRC has used its last index (2^48 - 1; SRTCP 2^31 - 1). Only new keys help, which means a new DTLS session.
    case indicesExhausted
    /// OpenSSL failed.
    case cipher
}

/// Protects what one peer is sent: SRTP and SRTCP with the keys of one direction (RFC 3711, RFC 7714).
///
/// No index is used twice for an SSRC, whatever it is asked. Sequence numbers may come out of order, and each SSRC's
/// roll-over counter starts at zero with its first packet: a forwarder starts in the lower half of the numbers, or a
/// receiver that misses the first packets could take the wrong turn.
///
/// Owns its ciphers; nothing is allocated per packet, only when an SSRC is new.
///
/// ```
/// SRTP   | RTP header, extensions |      payload, encrypted      | tag: AEAD 16, CM 10 |
/// SRTCP  | header, SSRC (8 bytes) | rest, encrypted | AEAD tag 16 | E, index (4) | CM tag 10 |
/// ```
public struct SRTPSender: ~Copyable, Sendable {
    private let profile: ProtectionProfile
    private let packets: PacketCipher
    private let control: PacketCipher
    var table = StreamTable(limit: Limits.sentStreams)

    /// Nil when OpenSSL has no memory or not the algorithm.
    public init?(_ key: MasterKey) {
        guard let packets = SessionKeys(key, control: false), let control = SessionKeys(key, control: true) else {
            return nil
        }
        self.init(packets, control: control)
    }

    init?(_ packetKeys: SessionKeys, control controlKeys: SessionKeys) {
        guard let packets = PacketCipher(packetKeys, encrypts: true),
            let control = PacketCipher(controlKeys, encrypts: true)
        else { return nil }
        profile = packetKeys.profile
        self.packets = packets
        self.control = control
    }

    /// Protects an RTP packet into `out`, whose first `header` bytes are its header already; encryption is the only
    /// copy.
    ///
    /// `prefix` goes before the payload: a rewritten payload descriptor, a retransmission's number, or nothing.
    /// `payload` lies in another slot than `out`. Answers how many bytes the packet has.
    public mutating func protect(
        header: Int,
        prefix: Span<UInt8> = Span(),
        payload: Span<UInt8>,
        into out: inout MutableSpan<UInt8>
    ) throws(ProtectError) -> Int {
        let end = header &+ prefix.count &+ payload.count
        // A header that is none is the forwarder's mistake, whatever is wrong with it.
        guard header >= RTPHeader.fixedLength, header <= out.count,
            let parsed = try? RTPHeader(parsing: out.span.extracting(0..<header)), parsed.length == header
        else { throw .malformed }
        let total = end &+ profile.overhead
        guard total <= out.count, total <= Limits.packet else { throw .noRoom }
        let ssrc = parsed.ssrc.rawValue
        let stream = try stream(ssrc)
        let index = table.streams[stream].index(of: parsed.sequenceNumber.rawValue)
        guard index <= Limits.largestIndex else { throw .indicesExhausted }
        switch table.streams[stream].packets.verdict(index) {
        case .fresh: break
        case .used: throw .indexUsed
        case .tooOld: throw .indexTooOld
        }
        guard packets.seal(packets.vector(ssrc: ssrc, index: index), header: header, prefix, payload, to: &out) else {
            throw .cipher
        }
        if !profile.isAEAD {
            let tag = packets.tag(out.span.extracting(0..<end), RollOver.bytes(of: index).span)
            for place in 0..<10 { out[end &+ place] = tag[place] }
        }
        table.streams[stream].packets.use(index)
        return total
    }

    /// Protects the RTCP packet in the first `count` bytes of `room`, where it stands. Answers how many bytes it has
    /// now.
    public mutating func protectControl(
        count: Int,
        in room: inout MutableSpan<UInt8>
    ) throws(ProtectError) -> Int {
        guard count >= 8, count <= room.count, RTCPCompound.begins(room.span) else { throw .malformed }
        let total = count &+ profile.controlOverhead
        guard total <= room.count, total <= Limits.packet else { throw .noRoom }
        let ssrc = room.span.uint32(at: 4)
        let stream = try stream(ssrc)
        // The first packet has index 1, as everybody's.
        let index = table.streams[stream].control.highest &+ 1
        guard index <= Limits.largestControlIndex else { throw .indicesExhausted }
        let word = UInt32(truncatingIfNeeded: index) | 0x8000_0000
        let vector = control.vector(ssrc: ssrc, index: index)
        if profile.isAEAD {
            let clear = ControlHeader.vouchedFor(room.span, word)
            guard control.seal(vector, clear: clear.span, 8..<count, in: &room) else { throw .cipher }
            room.set(word, at: count &+ 16)
        } else {
            guard control.seal(vector, clear: Span(), 8..<count, in: &room) else { throw .cipher }
            room.set(word, at: count)
            let tag = control.tag(room.span.extracting(0..<(count &+ 4)))
            for place in 0..<10 { room[count &+ 4 &+ place] = tag[place] }
        }
        table.streams[stream].control.use(index)
        return total
    }

    /// SSRCs in use.
    public var streamCount: Int { table.count }

    private mutating func stream(_ ssrc: UInt32) throws(ProtectError) -> Int {
        if let known = table.find(ssrc) { return known }
        guard let new = table.insert(ssrc) else { throw .tooManyStreams }
        return new
    }
}

/// The upper 32 bits of an index of SRTP, which HMAC vouches for although they are not sent (RFC 3711 §4.2).
enum RollOver {
    static func bytes(of index: UInt64) -> InlineArray<4, UInt8> {
        InlineArray { UInt8(truncatingIfNeeded: index >> UInt64(40 &- 8 &* $0)) }
    }
}

/// What AEAD vouches for in an SRTCP packet without encrypting it (RFC 7714 §9.2): the first eight bytes, and the word
/// with the index.
enum ControlHeader {
    static func vouchedFor(_ bytes: Span<UInt8>, _ word: UInt32) -> InlineArray<12, UInt8> {
        InlineArray { $0 < 8 ? bytes[$0] : UInt8(truncatingIfNeeded: word >> UInt32(88 &- 8 &* $0)) }
    }
}
