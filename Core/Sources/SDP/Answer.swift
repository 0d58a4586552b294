/// The answer to an offer, and what was agreed on in terms that the media plane understands.
public struct Answer: Equatable, Sendable {
    /// `description.text` goes to the client.
    public let description: SessionDescription
    public let transport: NegotiatedTransport
    /// One for each m-line of the offer, in its order.
    public let media: [NegotiatedMedia]
}

/// The client's side of ICE and DTLS.
public struct NegotiatedTransport: Equatable, Sendable {
    public let ice: ICEParameters
    /// Whether the credentials are others than in the offer before (RFC 8839 §4.4.1.1.1): the server needs new ones too.
    public let isRestart: Bool
    /// The certificate's hash, by each algorithm that was offered; one that matches is enough.
    public let fingerprints: [CertificateFingerprint]
    /// Whether the certificate is another than in the offer before, which means DTLS from the start (RFC 8842 §4).
    public let isNewAssociation: Bool
}

/// One m-line as agreed.
public struct NegotiatedMedia: Equatable, Sendable {
    public let mid: String
    public let kind: MediaDescription.Kind
    /// Whether it was turned down; nothing else of it means anything then.
    public let isRejected: Bool
    /// Which way media goes, as the client sees it: a publication is where it sends, a slot where it receives.
    public let direction: Direction
    /// In the order of the answer.
    public let codecs: [NegotiatedCodec]
    public let extensions: [NegotiatedExtension]
    public let usesTransportWideCongestionControl: Bool
    /// The layers that the client sends, the order being that of `a=simulcast`; empty without simulcast.
    public let layers: [SimulcastLayer]
    /// SSRCs that the client named for what it sends, if it did.
    public let sources: [Source]
    public let sourceGroups: [SourceGroup]
    /// The stream and track that the client named for what it sends.
    public let msid: MSID?

    /// The number of a header extension that both ends know here; nil when it is not used.
    public func id(of known: HeaderExtension) -> UInt8? { extensions.first { $0.known == known }?.id }
}

/// A payload type both ends know.
public struct NegotiatedCodec: Equatable, Sendable {
    public let kind: CodecKind
    public let payloadType: UInt8
    /// The payload type of its retransmissions (RFC 4588).
    public let repairPayloadType: UInt8?
    public let feedback: [RTCPFeedback]
}

/// A header extension both ends know.
public struct NegotiatedExtension: Equatable, Sendable {
    public let known: HeaderExtension
    public let id: UInt8
    /// As the client sees it.
    public let direction: Direction
}

/// A layer that the client sends.
public struct SimulcastLayer: Equatable, Sendable {
    public let rid: String
    /// It exists, but the client sends nothing of it for now. Packets say more than this: layers come and go.
    public let isPaused: Bool
}
