/// One m-line and what stands under it.
public struct MediaDescription: Equatable, Sendable {
    /// What the m-line carries.
    public enum Kind: Equatable, Sendable {
        case audio
        case video
        /// A data channel, or what we have never heard of, by its name.
        case other(String)
    }

    public var kind: Kind
    /// Zero rejects the m-line, unless `isBundleOnly`.
    public var port: UInt16
    /// `UDP/TLS/RTP/SAVPF` and its like.
    public var proto: String
    /// What stands behind the protocol when that is not RTP: `webrtc-datachannel`.
    public var formats: [String]
    /// The payload types, in the order of preference.
    public var codecs: [Codec]
    /// Feedback that is offered for every payload type: `a=rtcp-fb:*`.
    public var commonFeedback: [RTCPFeedback]
    /// Empty when there is none.
    public var mid: String
    public var direction: Direction
    /// `a=bundle-only`: port 0 means no port of its own, not a rejection (RFC 9143 §6).
    public var isBundleOnly: Bool
    public var transport: TransportParameters
    public var isRTCPMultiplexed: Bool
    public var isRTCPReducedSize: Bool
    public var extensions: [ExtensionMap]
    /// `a=extmap-allow-mixed` of this m-line or of the session.
    public var allowsMixedExtensions: Bool
    public var rids: [RID]
    public var simulcast: Simulcast
    public var msids: [MSID]
    public var sources: [Source]
    public var sourceGroups: [SourceGroup]
    /// `candidate:…`, the attribute without `a=`. Never sent to: a lite agent answers where checks come from.
    public var candidates: [String]
    public var isEndOfCandidates: Bool

    public init(kind: Kind, port: UInt16, proto: String, mid: String = "", direction: Direction = .sendrecv) {
        self.kind = kind
        self.port = port
        self.proto = proto
        self.mid = mid
        self.direction = direction
        formats = []
        codecs = []
        commonFeedback = []
        isBundleOnly = false
        transport = TransportParameters()
        isRTCPMultiplexed = false
        isRTCPReducedSize = false
        extensions = []
        allowsMixedExtensions = false
        rids = []
        simulcast = Simulcast()
        msids = []
        sources = []
        sourceGroups = []
        candidates = []
        isEndOfCandidates = false
    }

    /// Whether who wrote it has no use for the m-line.
    public var isRejected: Bool { port == 0 && !isBundleOnly }

    /// Whether it carries RTP under DTLS-SRTP (RFC 5764 §8), the only kind of media here.
    public var isSecureRTP: Bool { ["UDP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP"].contains(proto) }

    /// Whether feedback of a kind is offered for a payload type.
    public func offers(_ feedback: RTCPFeedback, for codec: Codec) -> Bool {
        codec.feedback.contains(feedback) || commonFeedback.contains(feedback)
    }
}

extension MediaDescription.Kind {
    init(_ name: String) {
        switch name {
        case "audio": self = .audio
        case "video": self = .video
        default: self = .other(name)
        }
    }

    /// As the m-line has it.
    public var name: String {
        switch self {
        case .audio: "audio"
        case .video: "video"
        case .other(let name): name
        }
    }
}

/// A stream and the track in it (RFC 8830).
public struct MSID: Equatable, Sendable {
    /// `-` for no stream.
    public var stream: String
    /// Empty when it is not named.
    public var track: String

    public init(stream: String, track: String) {
        self.stream = stream
        self.track = track
    }
}

/// What is said about an SSRC (RFC 5576 §4.1).
public struct Source: Equatable, Sendable {
    public var ssrc: UInt32
    /// Empty when it is not named.
    public var cname: String

    public init(ssrc: UInt32, cname: String = "") {
        self.ssrc = ssrc
        self.cname = cname
    }
}

/// SSRCs that belong together (RFC 5576 §4.2): `FID` for a stream and its retransmissions (RFC 4588 §8.2).
public struct SourceGroup: Equatable, Sendable {
    public var semantics: String
    public var ssrcs: [UInt32]

    public init(semantics: String, ssrcs: [UInt32]) {
        self.semantics = semantics
        self.ssrcs = ssrcs
    }
}
