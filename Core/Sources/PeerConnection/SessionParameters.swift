public import DTLS
public import ICE
public import RTP

/// What an offer led to: a text for the client and parameters for the media plane.
public struct Negotiated: Sendable {
    /// The answer's description.
    public let answer: String
    public let session: SessionParameters
}

/// One agreed session in the media plane's words; goes to the worker that owns the transport.
public struct SessionParameters: Sendable {
    /// Ours. Others than before only when `isRestart`.
    public let local: LocalCredentials
    public let remote: RemoteCredentials
    /// The client restarts ICE (RFC 8839 §4.4.1.1.1).
    public let isRestart: Bool
    /// One of them has to be that of the client's certificate.
    public let fingerprints: [CertificateHash]
    /// The client has another certificate than before, so DTLS starts anew (RFC 8842 §4).
    public let isNewAssociation: Bool
    /// One for each m-line of the offer, in its order; those turned down have no formats.
    public let lines: [MediaParameters]

    public init(
        local: LocalCredentials,
        remote: RemoteCredentials,
        isRestart: Bool = false,
        fingerprints: [CertificateHash],
        isNewAssociation: Bool = false,
        lines: [MediaParameters] = []
    ) {
        self.local = local
        self.remote = remote
        self.isRestart = isRestart
        self.fingerprints = fingerprints
        self.isNewAssociation = isNewAssociation
        self.lines = lines
    }
}
