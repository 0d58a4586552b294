import STUN
import Wire

/// Credentials that last for minutes and need no table: the username says until when and for whom, the password is a MAC of
/// it under a secret that signalling and TURN share ("A REST API for access to TURN services", draft-uberti-behave-turn-rest).
///
/// Signalling makes them for `iceServers`; `TURNServer` recomputes the password from the username.
public struct RESTCredentials: Sendable, Equatable {
    /// `<expiry, Unix seconds>:<participant>`.
    public let username: String
    /// Base64 of HMAC-SHA1(secret, username).
    public let password: String

    /// Makes the credentials of a participant that are good for an Allocate until `expiry` (Unix seconds).
    public init(participant: String, expiry: UInt64, secret: [UInt8]) {
        username = "\(expiry):\(participant)"
        let name = Array(username.utf8)
        let password = Self.password(of: name.span, secret: secret.span)
        self.password = String(decoding: (0..<password.count).map { password[$0] }, as: UTF8.self)
    }

    /// Whether a password belongs to a username. For tests and for others than `TURNServer`, which never sees a password.
    public static func isValid(username: String, password: String, secret: [UInt8]) -> Bool {
        let name = Array(username.utf8)
        let given = Array(password.utf8)
        let right = Self.password(of: name.span, secret: secret.span)
        return Digest.areEqual(right.span, given.span)
    }

    /// The 28 characters of a username's password.
    static func password(of username: Span<UInt8>, secret: Span<UInt8>) -> InlineArray<28, UInt8> {
        let mac = Digest.hmacSHA1(key: secret, username)
        var password = InlineArray<28, UInt8>(repeating: 0)
        var room = password.mutableSpan
        var writer = ByteWriter()
        Base64.encode(mac.span, with: &writer, to: &room)
        return password
    }
}

/// A username taken apart.
struct RESTUsername {
    /// Unix seconds.
    let expiry: UInt64
    let user: UserKey

    /// Nil unless it is digits, a colon and a participant.
    init?(_ bytes: Span<UInt8>) {
        var expiry: UInt64 = 0
        var index = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: ":") {
            guard index < 12, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
            expiry = expiry &* 10 &+ UInt64(bytes[index] &- UInt8(ascii: "0"))
            index &+= 1
        }
        guard index > 0, index &+ 1 < bytes.count else { return nil }
        self.expiry = expiry
        user = UserKey(participant: bytes.extracting((index &+ 1)...))
    }
}
