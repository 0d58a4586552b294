/// A number that stands for an RTP header extension in an m-line (RFC 8285 §5).
public struct ExtensionMap: Equatable, Sendable {
    /// 1 to 14 in the one-byte form, to 255 in the two-byte form.
    public var id: UInt8
    public var uri: String
    /// Which way it is used, as who wrote it sees it; nil: the way the m-line's media goes.
    public var direction: Direction?

    public init(id: UInt8, uri: String, direction: Direction? = nil) {
        self.id = id
        self.uri = uri
        self.direction = direction
    }
}

/// The header extensions that the SFU reads or writes. The raw value is the name that descriptions have.
public enum HeaderExtension: String, CaseIterable, Sendable {
    /// RFC 9143 §15: which m-line a packet is of.
    case mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
    /// RFC 8852: which simulcast layer.
    case rid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    /// RFC 8852: which simulcast layer a retransmission repairs.
    case repairedRID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
    /// RFC 6464: how loud.
    case audioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    /// Sequence number over everything on a transport.
    case transportSequenceNumber = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    /// For clients without the one above; both together confuse their estimate.
    case absoluteSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    case absoluteCaptureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
    case videoOrientation = "urn:3gpp:video-orientation"
    case playoutDelay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
    /// The AV1 RTP specification's appendix A.
    case dependencyDescriptor =
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
    case videoLayersAllocation = "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"
}
