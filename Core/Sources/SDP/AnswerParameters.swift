/// What the server wants of a session: everything in an answer that does not come from the offer.
public struct AnswerParameters: Sendable {
    /// Our side of ICE.
    public var ice: ICEParameters
    /// The hash of our certificate.
    public var fingerprint: CertificateFingerprint
    /// Our candidates, `candidate:…` each; all there are, an `end-of-candidates` follows.
    public var candidates: [String]
    /// A number for the session's `o=` line; the version is counted by `SessionState`.
    public var sessionID: UInt64
    public var codecs: CodecPolicy
    /// What is sent on an m-line that the client receives on, by mid. One that is not there stays silent.
    public var slots: [String: SlotSource]
    /// m-lines that the client would send on and must not, by mid.
    public var refusedMIDs: Set<String>

    public init(
        ice: ICEParameters,
        fingerprint: CertificateFingerprint,
        candidates: [String],
        sessionID: UInt64,
        codecs: CodecPolicy = CodecPolicy(),
        slots: [String: SlotSource] = [:],
        refusedMIDs: Set<String> = []
    ) {
        self.ice = ice
        self.fingerprint = fingerprint
        self.candidates = candidates
        self.sessionID = sessionID
        self.codecs = codecs
        self.slots = slots
        self.refusedMIDs = refusedMIDs
    }
}

/// Which codecs are taken, and in which order they are answered: the first is what a client sends.
public struct CodecPolicy: Sendable {
    /// Those that come first when they are offered, the best first. The rest follows as offered.
    public var preferred: [CodecKind]
    /// Those that are not taken although the SFU could forward them.
    public var refused: Set<CodecKind>
    /// Asks senders of Opus to send little in silence (RFC 7587 §3.1.3).
    public var usesDiscontinuousTransmission: Bool

    /// VP8 and Opus are what everybody can decode.
    public init(
        preferred: [CodecKind] = [.opus, .vp8],
        refused: Set<CodecKind> = [],
        usesDiscontinuousTransmission: Bool = true
    ) {
        self.preferred = preferred
        self.refused = refused
        self.usesDiscontinuousTransmission = usesDiscontinuousTransmission
    }
}

/// What goes out on one m-line of the client's: a slot whose content changes without a new description.
public struct SlotSource: Equatable, Sendable {
    public var ssrc: UInt32
    /// The SSRC of retransmissions (RFC 4588); nil where there are none.
    public var repairSSRC: UInt32?
    public var cname: String
    public var msid: MSID

    public init(ssrc: UInt32, repairSSRC: UInt32? = nil, cname: String, msid: MSID) {
        self.ssrc = ssrc
        self.repairSSRC = repairSSRC
        self.cname = cname
        self.msid = msid
    }
}
