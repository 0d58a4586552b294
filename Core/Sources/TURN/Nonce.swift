import STUN
import Units
import Wire

/// Makes nonces and knows its own again, without a table (RFC 8489 §9.2): the time, and a MAC of the time and the client
/// under a key that all workers share. A nonce is good for one client address, port and transport.
///
/// ```
/// [obMatJos2 + features, when there are some] + base64( time, 4 bytes ‖ HMAC-SHA256, the first 14 bytes )
/// ```
struct NonceMint {
    enum Verdict: Equatable {
        case good(SecurityFeatures)
        /// Not ours, another client's, too old, or changed.
        case stale
    }

    /// Characters without a cookie.
    static let length = 24

    private let key: [UInt8]
    private let lifetime: UInt64

    init(key: [UInt8], lifetime: Duration) {
        precondition(key.count >= 16, "nonces that anybody can make")
        self.key = key
        self.lifetime = lifetime.wholeNanoseconds / 1_000_000_000
    }

    /// Writes a nonce for a client, with a cookie when features are to be told.
    func write(
        _ features: SecurityFeatures,
        for path: FiveTuple,
        at now: Timestamp,
        with writer: inout ByteWriter,
        to room: inout MutableSpan<UInt8>
    ) {
        if features != [] { NonceCookie.write(features, with: &writer, to: &room) }
        let time = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000_000)
        let value = value(time, features, path)
        Base64.encode(value.span, with: &writer, to: &room)
    }

    /// Whether a nonce is one that this client got and that is still good.
    func verdict(on nonce: Span<UInt8>, from path: FiveTuple, at now: Timestamp) -> Verdict {
        let features = NonceCookie.features(of: nonce)
        let start = features == nil ? 0 : NonceCookie.length
        guard nonce.count == start &+ Self.length else { return .stale }
        var bytes = InlineArray<18, UInt8>(repeating: 0)
        var room = bytes.mutableSpan
        var writer = ByteWriter()
        guard Base64.decode(nonce.extracting(start...), with: &writer, to: &room) else { return .stale }
        var reader = ByteReader(bytes.span)
        guard let time = reader.readUInt32(bytes.span) else { return .stale }
        let value = value(time, features ?? [], path)
        guard Digest.areEqual(value.span, bytes.span) else { return .stale }
        // A nonce of the future has an age of years.
        let age = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000_000) &- time
        return UInt64(age) < lifetime ? .good(features ?? []) : .stale
    }

    /// The time and the MAC. The features are in the MAC, so that nobody can take the cookie off.
    private func value(_ time: UInt32, _ features: SecurityFeatures, _ path: FiveTuple) -> InlineArray<18, UInt8> {
        var input = InlineArray<27, UInt8>(repeating: 0)
        var room = input.mutableSpan
        var writer = ByteWriter()
        writer.write(time, to: &room)
        writer.write(features.rawValue, to: &room)
        writer.write(path.client.address.high, to: &room)
        writer.write(path.client.address.low, to: &room)
        writer.write(path.client.port, to: &room)
        writer.write(path.transport.rawValue, to: &room)
        let mac = Digest.hmacSHA256(key: key.span, room.span)
        return InlineArray { $0 < 4 ? UInt8(truncatingIfNeeded: time >> UInt32(24 - 8 * $0)) : mac[$0 - 4] }
    }
}
