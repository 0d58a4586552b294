import STUN

/// Who an allocation belongs to: 128 bits of the SHA-256 of the participant's name in a username.
/// The credentials of one participant differ in their expiry; this does not.
public struct UserKey: Hashable, Sendable, BitwiseCopyable {
    public let high: UInt64
    public let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The key of a participant, as named to `RESTCredentials.username`.
    public init(participant: String) {
        let bytes = Array(participant.utf8)
        self.init(participant: bytes.span)
    }

    /// The key of what stands behind the first colon of a username.
    init(participant: Span<UInt8>) {
        let digest = Digest.sha256(participant)
        func word(_ start: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in start..<(start &+ 8) { word = word << 8 | UInt64(digest[index]) }
            return word
        }
        self.init(high: word(0), low: word(8))
    }
}
