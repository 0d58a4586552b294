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
        password = ""
    }
}
