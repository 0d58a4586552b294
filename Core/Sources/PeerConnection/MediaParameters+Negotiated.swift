import RTP
import SDP
import Units

/// From the words of descriptions to those of the media plane.
extension MediaParameters {
    /// `slot` is what was named for the m-line, whether the client receives there or not.
    init(_ media: NegotiatedMedia, slot: SlotSource?) {
        let mid = StreamIdentifier(media.mid) ?? Self.nameless
        guard !media.isRejected else {
            self.init(mid: mid, kind: .none)
            return
        }
        let formats = media.codecs.map { PayloadFormat($0) }
        let hasRepair = formats.contains { $0.repairPayloadType != nil }
        self.init(
            mid: mid,
            kind: media.kind == .audio ? .audio : .video,
            isSending: media.direction.sends,
            isReceiving: media.direction.receives,
            formats: formats,
            extensions: Self.extensions(of: media),
            namedSources: media.sources.map { SSRC($0.ssrc) },
            layers: media.layers.compactMap { StreamIdentifier($0.rid) },
            usesTransportFeedback: media.usesTransportWideCongestionControl
        )
        guard media.direction.receives, let slot else { return }
        self.slot = SlotSources(ssrc: SSRC(slot.ssrc), repairSSRC: hasRepair ? slot.repairSSRC.map { SSRC($0) } : nil)
    }

    /// What stands for a mid where an offer of a single m-line has none. Nobody sends it.
    private static let nameless: StreamIdentifier = {
        guard let mid = StreamIdentifier("-") else { preconditionFailure("a token of one character") }
        return mid
    }()

    /// Only those that are used the way this m-line's media goes.
    private static func extensions(of media: NegotiatedMedia) -> RTP.ExtensionMap {
        var map = RTP.ExtensionMap()
        for used in media.extensions {
            let isUsed =
                media.direction.sends && used.direction.sends || media.direction.receives && used.direction.receives
            if isUsed { map[ExtensionKind(used.known)] = used.id }
        }
        return map
    }
}

extension PayloadFormat {
    init(_ codec: NegotiatedCodec) {
        let payload = PayloadCodec(codec.kind)
        self.init(
            codec: payload,
            payloadType: codec.payloadType,
            repairPayloadType: codec.repairPayloadType,
            clockRate: payload.isVideo ? 90_000 : 48_000,
            usesNACK: codec.feedback.contains(.nack),
            usesPLI: codec.feedback.contains(.pictureLossIndication),
            usesFIR: codec.feedback.contains(.fullIntraRequest),
            usesREMB: codec.feedback.contains(.receiverEstimatedMaximumBitrate)
        )
    }
}

extension PayloadCodec {
    init(_ kind: CodecKind) {
        switch kind {
        case .opus: self = .opus
        case .opusRED: self = .redundantAudio
        case .vp8: self = .vp8
        case .vp9(let profile): self = .vp9(profile: profile)
        case .av1(let profile): self = .av1(profile: profile)
        case .h264(let profile):
            switch profile {
            case .constrainedBaseline: self = .h264(profile: 0)
            case .baseline: self = .h264(profile: 1)
            case .main: self = .h264(profile: 2)
            case .constrainedHigh: self = .h264(profile: 3)
            case .high: self = .h264(profile: 4)
            }
        }
    }
}

extension ExtensionKind {
    init(_ known: HeaderExtension) {
        switch known {
        case .mid: self = .mid
        case .rid: self = .rid
        case .repairedRID: self = .repairedRID
        case .audioLevel: self = .audioLevel
        case .transportSequenceNumber: self = .transportSequence
        case .absoluteSendTime: self = .absoluteSendTime
        case .absoluteCaptureTime: self = .absoluteCaptureTime
        case .videoOrientation: self = .videoOrientation
        case .playoutDelay: self = .playoutDelay
        case .dependencyDescriptor: self = .dependencyDescriptor
        case .videoLayersAllocation: self = .videoLayersAllocation
        }
    }
}
