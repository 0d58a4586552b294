public import Units

/// What changed for a transport's DTLS.
public enum DTLSEvent: Sendable {
    case none
    /// The handshake is done with the expected certificate. Once for each transport.
    case established(SRTPKeyingMaterial, on: FiveTuple)
    /// A handshake failed; another may still succeed, so the session goes on.
    case attemptFailed(DTLSFailure)
    /// No handshake will succeed any more.
    case failed
    /// The other end said goodbye.
    case closed
}

/// Why a handshake failed.
public enum DTLSFailure: Equatable, Sendable {
    /// The ends found no common ground, or the certificate was not the expected one.
    case refused
    /// It took longer than `Limits.handshake`.
    case timeout
    /// It was done, but without keys for SRTP.
    case noKeys
}

/// What was dropped before OpenSSL saw it, and why.
public struct DTLSCounters: Equatable, Sendable, BitwiseCopyable {
    /// Datagrams that are no row of whole records.
    public var malformed = 0
    /// Handshake messages that announce more than `Limits` allow, or lie outside of what they announce.
    public var oversized = 0
    /// Records of a time that is over, or that never comes: no handshake follows another.
    public var badEpoch = 0
    /// Encrypted records that came too early to be kept.
    public var early = 0
    /// Records that belong to no handshake: data before its end, an alert from elsewhere, one hello too many.
    public var unexpected = 0
    /// Handshakes that failed.
    public var failures = 0

    public init() {}

    /// Adds what another transport counted.
    public mutating func add(_ other: DTLSCounters) {
        malformed &+= other.malformed
        oversized &+= other.oversized
        badEpoch &+= other.badEpoch
        early &+= other.early
        unexpected &+= other.unexpected
        failures &+= other.failures
    }
}
