import RTP
import Units

/// Watches that no index of SRTP or SRTCP is used twice for an SSRC: with GCM, that would give the keys away.
struct IndexAudit {
    private struct Stream: Hashable {
        var ssrc: UInt32
        var isControl: Bool
    }

    private var streams: [Stream: (highest: Int64, seen: Set<Int64>)] = [:]

    /// False when the protected packet's index was there before. What is no media is fine.
    mutating func admits(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 12, bytes[0] >> 6 == 2 else { return true }
        let isControl = RTCPCompound.begins(bytes)
        let stream = Stream(ssrc: Self.word(bytes, isControl ? 4 : 8), isControl: isControl)
        var known = streams[stream] ?? (highest: -1, seen: [])
        streams[stream] = nil
        defer { streams[stream] = known }
        if isControl { return known.seen.insert(Int64(Self.word(bytes, bytes.count - 4))).inserted }
        let sequence = SequenceNumber(UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
        let number =
            known.highest < 0 ? Int64(sequence.rawValue) + 65_536 : sequence.extended(near: known.highest)
        known.highest = max(known.highest, number)
        return known.seen.insert(number).inserted
    }

    private static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt32 {
        UInt32(bytes[offset]) << 24 | UInt32(bytes[offset + 1]) << 16 | UInt32(bytes[offset + 2]) << 8
            | UInt32(bytes[offset + 3])
    }
}
