import DTLS
import ICE
import RTP
public import SDP

/// The control plane's side of one link between a client and the SFU: offers go in, answers and what the media plane has
/// to know come out (RFC 8829 §5).
///
/// Keeps what has to stay the same from offer to offer: our credentials until the client restarts ICE, the SSRCs of each
/// slot, and the meaning of everything that was agreed (`SessionState`).
public struct Negotiator: Sendable {
    private let worker: UInt16
    private let fingerprint: CertificateFingerprint
    private let candidates: [String]
    private let sessionID: UInt64
    private var generator: KeyedGenerator
    private var local: LocalCredentials
    private var slots: SlotNames
    private var state = SessionState()

    /// `worker`: who owns the transport, 0 to 4,095. `fingerprint`: SHA-256 of our certificate, 32 bytes. `candidates`:
    /// `Candidate.text` of each. `sessionID` is for the `o=` line. The generator has to be a cryptographic one.
    public init(
        worker: UInt16,
        fingerprint: [UInt8],
        candidates: [String],
        sessionID: UInt64,
        using generator: inout some RandomNumberGenerator
    ) {
        guard let fingerprint = CertificateFingerprint(.sha256, fingerprint) else {
            preconditionFailure("our own certificate's SHA-256 has 32 bytes")
        }
        self.worker = worker
        self.fingerprint = fingerprint
        self.candidates = candidates
        self.sessionID = sessionID
        self.generator = KeyedGenerator(using: &generator)
        local = LocalCredentials(worker: worker, using: &self.generator)
        slots = SlotNames(cname: String(self.generator.next(), radix: 36))
    }

    /// Answers an offer. What it throws has a sentence for the client, and leaves everything as it was agreed before.
    public mutating func answer(_ offer: String) throws(SDPError) -> Negotiated {
        let description = try SessionDescription(parsing: offer)
        var next = self
        next.slots.name(description, using: &next.generator)
        let made = try next.answer(description)
        self = next
        return Negotiated(answer: made.description.text, session: session(made))
    }

    private mutating func answer(_ offer: SessionDescription) throws(SDPError) -> Answer {
        let before = state
        let made = try state.answer(offer, parameters)
        guard made.transport.isRestart else { return made }
        // Only now it is known that our credentials have to be others (RFC 8445 §9).
        local = LocalCredentials(worker: worker, using: &generator)
        state = before
        return try state.answer(offer, parameters)
    }

    private var parameters: AnswerParameters {
        AnswerParameters(
            ice: ICEParameters(userFragment: local.userFragment, password: local.passwordText),
            fingerprint: fingerprint,
            candidates: candidates,
            sessionID: sessionID,
            slots: slots.sources
        )
    }

    private func session(_ answer: Answer) -> SessionParameters {
        let ice = answer.transport.ice
        guard let remote = RemoteCredentials(userFragment: ice.userFragment, password: ice.password) else {
            preconditionFailure("descriptions have the same limits as credentials")
        }
        return SessionParameters(
            local: local,
            remote: remote,
            isRestart: answer.transport.isRestart,
            fingerprints: answer.transport.fingerprints.compactMap { CertificateHash($0.bytes) },
            isNewAssociation: answer.transport.isNewAssociation,
            lines: answer.media.map { MediaParameters($0, slot: slots.sources[$0.mid]) }
        )
    }
}
