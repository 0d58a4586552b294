public import Units

/// One m-line as both ends agreed on it, in the media plane's words. Made by the negotiation, read by the router.
public struct MediaParameters: Sendable {
    public enum Kind: Hashable, Sendable, BitwiseCopyable {
        case audio, video
        /// Neither, or turned down: nothing goes over it.
        case none
    }

    /// Stable for the life of the session.
    public var mid: StreamIdentifier
    public var kind: Kind
    /// The client sends here: a publication.
    public var isSending: Bool
    /// The client receives here: a slot.
    public var isReceiving: Bool
    /// In the order of the answer.
    public var formats: [PayloadFormat]
    /// The numbers of the header extensions on this m-line.
    public var extensions: ExtensionMap
    /// SSRCs that the client named for what it sends; empty when it tells them by mid and rid only.
    public var namedSources: [SSRC]
    /// The rids that the client sends, in the order of `a=simulcast`; empty without simulcast.
    public var layers: [StreamIdentifier]
    /// What the server sends with; nil when the client does not receive here.
    public var slot: SlotSources?
    /// Feedback is transport-wide (transport-cc) here.
    public var usesTransportFeedback: Bool

    public init(
        mid: StreamIdentifier,
        kind: Kind,
        isSending: Bool = false,
        isReceiving: Bool = false,
        formats: [PayloadFormat] = [],
        extensions: ExtensionMap = ExtensionMap(),
        namedSources: [SSRC] = [],
        layers: [StreamIdentifier] = [],
        slot: SlotSources? = nil,
        usesTransportFeedback: Bool = false
    ) {
        self.mid = mid
        self.kind = kind
        self.isSending = isSending
        self.isReceiving = isReceiving
        self.formats = formats
        self.extensions = extensions
        self.namedSources = namedSources
        self.layers = layers
        self.slot = slot
        self.usesTransportFeedback = usesTransportFeedback
    }
}

/// What the server sends on a slot. The SSRCs stay when the slot's content changes.
public struct SlotSources: Hashable, Sendable, BitwiseCopyable {
    public var ssrc: SSRC
    /// The SSRC of retransmissions; nil where there are none.
    public var repairSSRC: SSRC?

    public init(ssrc: SSRC, repairSSRC: SSRC? = nil) {
        self.ssrc = ssrc
        self.repairSSRC = repairSSRC
    }
}
