/// A payload type and what it stands for: `a=rtpmap`, `a=fmtp` and `a=rtcp-fb` together.
public struct Codec: Equatable, Sendable {
    /// 0 to 127.
    public var payloadType: UInt8
    /// As it was written; compare with `isNamed`. Empty when there was no `a=rtpmap` and the number says nothing.
    public var name: String
    /// Hertz of the RTP timestamp.
    public var clockRate: UInt32
    /// 1 for video.
    public var channels: UInt8
    /// What `a=fmtp` says, as it was written.
    public var parameters: String
    public var feedback: [RTCPFeedback]

    public init(
        payloadType: UInt8,
        name: String = "",
        clockRate: UInt32 = 0,
        channels: UInt8 = 1,
        parameters: String = "",
        feedback: [RTCPFeedback] = []
    ) {
        self.payloadType = payloadType
        self.name = name
        self.clockRate = clockRate
        self.channels = channels
        self.parameters = parameters
        self.feedback = feedback
    }

    /// Names of codecs are compared without case (RFC 8866 §6.6).
    public func isNamed(_ other: String) -> Bool { name.lowercased() == other.lowercased() }

    /// The value of one of the `name=value` parameters between semicolons; nil when it is not there.
    public func parameter(_ name: String) -> Substring? {
        for part in parameters.utf8.split(separator: UInt8(ascii: ";")) {
            let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = pair.first, Substring(key).trimmed.lowercased() == name else { continue }
            return pair.count == 2 ? Substring(pair[1]).trimmed : ""
        }
        return nil
    }

    /// The payload type that this one repairs: `apt` of RFC 4588 §8.6.
    public var associatedPayloadType: UInt8? { parameter("apt").flatMap { UInt8($0) } }

    /// What a payload type of RFC 3551 §6 stands for without `a=rtpmap`.
    static func fixed(_ payloadType: UInt8) -> (name: String, clockRate: UInt32)? {
        switch payloadType {
        case 0: ("PCMU", 8_000)
        case 8: ("PCMA", 8_000)
        case 9: ("G722", 8_000)
        case 13: ("CN", 8_000)
        default: nil
        }
    }
}

extension Substring {
    /// Without spaces at either end.
    var trimmed: Substring {
        var text = self
        while text.utf8.first == 32 { text.removeFirst() }
        while text.utf8.last == 32 { text.removeLast() }
        return text
    }
}

/// A message that a receiver of media may send back (RFC 4585 §4.2).
public enum RTCPFeedback: Hashable, Sendable {
    case nack
    case pictureLossIndication
    case fullIntraRequest
    /// draft-alvestrand-rmcat-remb.
    case receiverEstimatedMaximumBitrate
    /// draft-holmer-rmcat-transport-wide-cc-extensions.
    case transportWideCongestionControl
    case other(String)

    /// Some clients write a space behind.
    init(_ text: String) {
        let text = String(text[...].trimmed)
        switch text {
        case "nack": self = .nack
        case "nack pli": self = .pictureLossIndication
        case "ccm fir": self = .fullIntraRequest
        case "goog-remb": self = .receiverEstimatedMaximumBitrate
        case "transport-cc": self = .transportWideCongestionControl
        default: self = .other(text)
        }
    }

    /// As `a=rtcp-fb` has it behind the payload type.
    var text: String {
        switch self {
        case .nack: "nack"
        case .pictureLossIndication: "nack pli"
        case .fullIntraRequest: "ccm fir"
        case .receiverEstimatedMaximumBitrate: "goog-remb"
        case .transportWideCongestionControl: "transport-cc"
        case .other(let text): text
        }
    }
}
