public import RTP
import Units
import Wire

/// Why a packet is not taken. It is dropped and counted by this; nothing else has changed.
public enum UnprotectError: Error, Equatable, Sendable {
    /// No RTP header, no RTCP, shorter than header and tag, or a padding count that cannot be.
    case malformed
    /// `Limits.receivedStreams` SSRCs are in use.
    case tooManyStreams
    /// A packet with this index was taken before.
    case replayed
    /// The index lies so far behind the highest of its SSRC that nobody knows whether it was taken.
    case tooOld
    /// The tag is wrong: another key, changed on the way, forged, or the wrong roll-over counter.
    case notAuthentic
    /// SRTCP without encryption, which nothing agreed on.
    case notEncrypted
}

/// Takes what one peer sends: checks and decrypts SRTP and SRTCP with the keys of one direction (RFC 3711, RFC 7714).
///
/// Nothing is remembered of a packet before it is known to be authentic: a forged one moves no window and takes no
/// SSRC's place. Owns its ciphers; nothing is allocated per packet, only when an SSRC is new.
public struct SRTPReceiver: ~Copyable, Sendable {
    private let profile: ProtectionProfile
    private let packets: PacketCipher
    private let control: PacketCipher
    var table = StreamTable(limit: Limits.receivedStreams)

    /// Nil when OpenSSL has no memory or not the algorithm.
    public init?(_ key: MasterKey) {
        guard let packets = SessionKeys(key, control: false), let control = SessionKeys(key, control: true) else {
            return nil
        }
        self.init(packets, control: control)
    }

    init?(_ packetKeys: SessionKeys, control controlKeys: SessionKeys) {
        guard let packets = PacketCipher(packetKeys, encrypts: false),
            let control = PacketCipher(controlKeys, encrypts: false)
        else { return nil }
        profile = packetKeys.profile
        self.packets = packets
        self.control = control
    }

    /// Decrypts an SRTP packet where it stands; all of `packet` is it. What comes back tells where header, payload and
    /// padding stand, its `length` how many bytes of `packet` are left.
    ///
    /// When it throws, the bytes are of no use any more.
    public mutating func unprotect(_ packet: inout MutableSpan<UInt8>) throws(UnprotectError) -> RTPPacket {
        // Why it is none makes no difference to who sent it.
        guard packet.count <= Limits.packet, let header = try? RTPHeader(parsing: packet.span) else { throw .malformed }
        let end = packet.count &- profile.overhead
        guard end >= header.length else { throw .malformed }
        let ssrc = header.ssrc.rawValue
        let known = table.find(ssrc)
        if known == nil, table.isFull { throw .tooManyStreams }
        var index = UInt64(header.sequenceNumber.rawValue)
        if let known {
            index = table.streams[known].index(of: header.sequenceNumber.rawValue)
            guard index <= Limits.largestIndex else { throw .tooOld }
            try Self.check(table.streams[known].packets.verdict(index))
        }
        if !profile.isAEAD {
            let tag = packets.tag(packet.span.extracting(0..<end), RollOver.bytes(of: index).span)
            guard PacketCipher.isEqual(tag, packet.span, at: end) else { throw .notAuthentic }
        }
        guard packets.open(packets.vector(ssrc: ssrc, index: index), header.length..<end, in: &packet) else {
            throw .notAuthentic
        }
        guard let stream = known ?? table.insert(ssrc) else { throw .tooManyStreams }
        table.streams[stream].packets.use(index)
        // Authentic, so its index is used; but its sender cannot count its padding.
        guard let whole = try? RTPPacket(header, of: packet.span.extracting(0..<end)) else { throw .malformed }
        return whole
    }

    /// Decrypts an SRTCP packet where it stands; all of `packet` is it. Answers how many bytes of it are the RTCP
    /// packet.
    public mutating func unprotectControl(_ packet: inout MutableSpan<UInt8>) throws(UnprotectError) -> Int {
        guard packet.count >= 8 &+ profile.controlOverhead, packet.count <= Limits.packet,
            packet[0] >> 6 == 2, RTCPCompound.begins(packet.span)
        else { throw .malformed }
        let end = packet.count &- profile.controlOverhead
        let wordStart = profile.isAEAD ? packet.count &- 4 : end
        let word = packet.span.uint32(at: wordStart)
        guard word & 0x8000_0000 != 0 else { throw .notEncrypted }
        let index = UInt64(word & 0x7FFF_FFFF)
        let ssrc = packet.span.uint32(at: 4)
        let known = table.find(ssrc)
        if known == nil, table.isFull { throw .tooManyStreams }
        if let known { try Self.check(table.streams[known].control.verdict(index)) }
        let vector = control.vector(ssrc: ssrc, index: index)
        if profile.isAEAD {
            let clear = ControlHeader.vouchedFor(packet.span, word)
            guard control.open(vector, clear: clear.span, 8..<end, in: &packet) else { throw .notAuthentic }
        } else {
            let tag = control.tag(packet.span.extracting(0..<(end &+ 4)))
            guard PacketCipher.isEqual(tag, packet.span, at: end &+ 4) else { throw .notAuthentic }
            guard control.open(vector, clear: Span(), 8..<end, in: &packet) else { throw .notAuthentic }
        }
        guard let stream = known ?? table.insert(ssrc) else { throw .tooManyStreams }
        table.streams[stream].control.use(index)
        return end
    }

    /// SSRCs in use.
    public var streamCount: Int { table.count }

    private static func check(_ verdict: IndexVerdict) throws(UnprotectError) {
        switch verdict {
        case .fresh: return
        case .used: throw .replayed
        case .tooOld: throw .tooOld
        }
    }
}
