/// The header extensions this server understands; SDP gives each a number per session (RFC 8285 §5).
public enum ExtensionKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// The m-line a packet belongs to (RFC 9143 §15).
    case mid
    /// The simulcast layer a packet belongs to (RFC 8852).
    case rid
    /// The simulcast layer whose packet this one repeats (RFC 8852).
    case repairedRID
    /// How loud the packet is (RFC 6464).
    case audioLevel
    /// The number of transport-wide congestion control (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    case transportSequence
    case absoluteSendTime
    case absoluteCaptureTime
    /// Coordination of video orientation (3GPP TS 26.114).
    case videoOrientation
    case playoutDelay
    case videoLayersAllocation
    /// The AV1 RTP specification's, used with every codec.
    case dependencyDescriptor

    /// What SDP calls it.
    public var uri: String {
        switch self {
        case .mid: "urn:ietf:params:rtp-hdrext:sdes:mid"
        case .rid: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
        case .repairedRID: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
        case .audioLevel: "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
        case .transportSequence: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
        case .absoluteSendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
        case .absoluteCaptureTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
        case .videoOrientation: "urn:3gpp:video-orientation"
        case .playoutDelay: "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
        case .videoLayersAllocation: "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"
        case .dependencyDescriptor:
            "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
        }
    }

    /// The extension that SDP calls `uri`; nil for one that this server does not know.
    public init?(uri: String) {
        guard let kind = Self.allCases.first(where: { $0.uri == uri }) else { return nil }
        self = kind
    }
}
