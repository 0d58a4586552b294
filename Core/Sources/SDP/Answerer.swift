/// Makes one m-line of the answer (RFC 8829 §5.3.1): what was offered, cut down to what the SFU does. Numbers stay as
/// offered, so they mean the same in both directions.
struct Answerer {
    let parameters: AnswerParameters
    let offered: MediaDescription

    /// The m-line turned down: no port, and nothing else that would mean anything.
    func rejected() -> (MediaDescription, NegotiatedMedia) {
        var media = MediaDescription(kind: offered.kind, port: 0, proto: offered.proto, mid: offered.mid)
        media.direction = .inactive
        media.allowsMixedExtensions = offered.allowsMixedExtensions
        media.formats = offered.formats
        media.codecs = offered.codecs.prefix(1).map {
            Codec(payloadType: $0.payloadType, name: $0.name, clockRate: $0.clockRate, channels: $0.channels)
        }
        return (media, negotiated(media, codecs: [], extensions: [], layers: []))
    }

    /// The m-line taken, or turned down when there is no codec in common.
    func answered() -> (MediaDescription, NegotiatedMedia) {
        let extensions = negotiatedExtensions()
        let usesTransport = extensions.contains { $0.known == .transportSequenceNumber }
        let codecs = negotiatedCodecs(usesTransportWide: usesTransport)
        guard !codecs.isEmpty else { return rejected() }

        let slot = offered.direction.receives ? parameters.slots[offered.mid] : nil
        let takes = offered.direction.sends && !parameters.refusedMIDs.contains(offered.mid)
        var media = MediaDescription(kind: offered.kind, port: 9, proto: offered.proto, mid: offered.mid)
        media.direction = Direction(sends: slot != nil, receives: takes)
        media.isRTCPMultiplexed = true
        media.isRTCPReducedSize = offered.isRTCPReducedSize
        media.allowsMixedExtensions = offered.allowsMixedExtensions
        media.transport = TransportParameters(
            ice: parameters.ice,
            iceOptions: offered.transport.iceOptions.filter { $0 == "trickle" },
            fingerprints: [parameters.fingerprint],
            setup: .passive
        )
        media.codecs = codecs.flatMap(answeredCodecs)
        media.extensions = offered.extensions.compactMap { map in
            guard extensions.contains(where: { $0.id == map.id }) else { return nil }
            return ExtensionMap(id: map.id, uri: map.uri, direction: map.direction?.reversed)
        }
        let layers = takes ? answerSimulcast(&media, payloadTypes: Set(media.codecs.map(\.payloadType))) : []
        if let slot { write(slot, to: &media) }
        return (media, negotiated(media, codecs: codecs, extensions: extensions, layers: layers))
    }

    private func write(_ slot: SlotSource, to media: inout MediaDescription) {
        media.msids = [slot.msid]
        media.sources = [Source(ssrc: slot.ssrc, cname: slot.cname)]
        guard let repair = slot.repairSSRC, media.codecs.contains(where: { $0.isNamed("rtx") }) else { return }
        media.sources.append(Source(ssrc: repair, cname: slot.cname))
        media.sourceGroups = [SourceGroup(semantics: "FID", ssrcs: [slot.ssrc, repair])]
    }

    private func negotiated(
        _ answer: MediaDescription,
        codecs: [NegotiatedCodec],
        extensions: [NegotiatedExtension],
        layers: [SimulcastLayer]
    ) -> NegotiatedMedia {
        NegotiatedMedia(
            mid: offered.mid,
            kind: offered.kind,
            isRejected: answer.isRejected,
            direction: answer.direction.reversed,
            codecs: codecs,
            extensions: extensions,
            usesTransportWideCongestionControl: codecs.contains {
                $0.feedback.contains(.transportWideCongestionControl)
            },
            layers: layers,
            sources: answer.direction.receives ? offered.sources : [],
            sourceGroups: answer.direction.receives ? offered.sourceGroups : [],
            msid: answer.direction.receives ? offered.msids.first : nil
        )
    }
}

// MARK: - Codecs

extension Answerer {
    /// What both ends can do, the preferred codecs first, the others as offered.
    private func negotiatedCodecs(usesTransportWide: Bool) -> [NegotiatedCodec] {
        var repairs: [UInt8: UInt8] = [:]
        for codec in offered.codecs where codec.isNamed("rtx") {
            guard let target = codec.associatedPayloadType, repairs[target] == nil else { continue }
            repairs[target] = codec.payloadType
        }
        let codecs = offered.codecs.compactMap { codec -> NegotiatedCodec? in
            guard let kind = CodecKind(codec, in: offered), !parameters.codecs.refused.contains(kind) else {
                return nil
            }
            return NegotiatedCodec(
                kind: kind,
                payloadType: codec.payloadType,
                repairPayloadType: repairs[codec.payloadType],
                feedback: feedback(for: codec, usesTransportWide: usesTransportWide)
            )
        }
        // RED without the Opus inside would be a payload type that nobody explained.
        let hasOpus = codecs.contains { $0.kind == .opus }
        let whole = codecs.filter { $0.kind != .opusRED || hasOpus }
        let preferred = parameters.codecs.preferred
        let first = preferred.flatMap { kind in whole.filter { $0.kind == kind } }
        return first + whole.filter { !preferred.contains($0.kind) }
    }

    /// What the SFU makes use of. REMB only where there is nothing better.
    private func feedback(for codec: Codec, usesTransportWide: Bool) -> [RTCPFeedback] {
        let transportWide = RTCPFeedback.transportWideCongestionControl
        let usesTransportWide = usesTransportWide && offered.offers(transportWide, for: codec)
        var wanted: [RTCPFeedback] = [.nack]
        if offered.kind == .video { wanted += [.pictureLossIndication, .fullIntraRequest] }
        wanted.append(usesTransportWide ? transportWide : .receiverEstimatedMaximumBitrate)
        return wanted.filter { offered.offers($0, for: codec) }
    }

    /// The payload type and that of its retransmissions, as they stand in the answer.
    private func answeredCodecs(_ codec: NegotiatedCodec) -> [Codec] {
        guard let original = offered.codecs.first(where: { $0.payloadType == codec.payloadType }) else { return [] }
        var answer = original
        answer.feedback = codec.feedback
        answer.parameters = answeredParameters(original, codec.kind)
        guard let repair = codec.repairPayloadType,
            var retransmission = offered.codecs.first(where: { $0.payloadType == repair })
        else { return [answer] }
        retransmission.feedback = []
        retransmission.parameters = "apt=\(codec.payloadType)"
        return [answer, retransmission]
    }

    /// Those that say what a stream is. Limits of the client's decoder are not repeated: they would limit what it sends.
    private func answeredParameters(_ codec: Codec, _ kind: CodecKind) -> String {
        func repeated(_ names: [String]) -> [String] {
            names.compactMap { name in codec.parameter(name).map { "\(name)=\($0)" } }
        }
        switch kind {
        case .vp8: return ""
        case .vp9: return repeated(["profile-id"]).joined(separator: ";")
        case .av1: return repeated(["level-idx", "profile", "tier"]).joined(separator: ";")
        case .h264:
            return repeated(["level-asymmetry-allowed", "packetization-mode", "profile-level-id"]).joined(
                separator: ";"
            )
        case .opusRED: return codec.parameters
        case .opus:
            let isQuiet = parameters.codecs.usesDiscontinuousTransmission && codec.parameter("usedtx") != "0"
            return
                (repeated(["minptime", "stereo", "sprop-stereo"]) + ["useinbandfec=1"]
                + (isQuiet ? ["usedtx=1"] : [])).joined(separator: ";")
        }
    }
}

// MARK: - Header extensions and simulcast

extension Answerer {
    /// Known ones with a number that fits the form both ends write, abs-send-time only without a better clock.
    private func negotiatedExtensions() -> [NegotiatedExtension] {
        let largest: UInt8 = offered.allowsMixedExtensions ? 255 : 14
        let known = offered.extensions.compactMap { map -> NegotiatedExtension? in
            // Number 15 ends an extension block in the one-byte form (RFC 8285 §4.2).
            guard let known = HeaderExtension(rawValue: map.uri), map.id <= largest, map.id != 15 else { return nil }
            let direction = map.direction ?? .sendrecv
            return direction == .inactive ? nil : NegotiatedExtension(known: known, id: map.id, direction: direction)
        }
        let once = known.indices.filter { index in !known[..<index].contains { $0.known == known[index].known } }
            .map { known[$0] }
        let offersFeedback = offered.codecs.contains { offered.offers(.transportWideCongestionControl, for: $0) }
        let usesTransportWide = offersFeedback && once.contains { $0.known == .transportSequenceNumber }
        return once.filter { map in
            switch map.known {
            case .absoluteSendTime: !usesTransportWide
            case .transportSequenceNumber: usesTransportWide
            default: true
            }
        }
    }

    /// Takes every layer that is offered (RFC 8853 §5.3.2), in the offered order, the first of alternatives. Paused ones
    /// stay so: a browser takes an answer without `~` as an order to send.
    private func answerSimulcast(_ media: inout MediaDescription, payloadTypes: Set<UInt8>) -> [SimulcastLayer] {
        let rids = offered.rids.filter(\.isSent).compactMap { rid -> RID? in
            guard let restrictions = Self.restrictions(of: rid, payloadTypes: payloadTypes) else { return nil }
            return RID(id: rid.id, isSent: false, restrictions: restrictions)
        }
        let layers = offered.simulcast.sent.compactMap { layer in
            layer.alternatives.first { alternative in rids.contains { $0.id == alternative.rid } }
        }
        let isSimulcast = !offered.simulcast.sent.isEmpty
        media.rids = rids.filter { rid in !isSimulcast || layers.contains { $0.rid == rid.id } }
        media.simulcast.received = layers.map { Simulcast.Layer([$0]) }
        return layers.map { SimulcastLayer(rid: $0.rid, isPaused: $0.isPaused) }
    }

    /// The restrictions with payload types that are not taken left out; nil when none of its payload types is left.
    private static func restrictions(of rid: RID, payloadTypes: Set<UInt8>) -> String? {
        var parts: [String] = []
        for part in rid.restrictions.split(separator: ";") {
            let text = part.trimmed
            guard text.hasPrefix("pt=") else {
                parts.append(String(text))
                continue
            }
            let kept = text.dropFirst(3).split(separator: ",").compactMap { UInt8($0) }.filter(payloadTypes.contains)
            guard !kept.isEmpty else { return nil }
            parts.append("pt=\(kept.map { String($0) }.joined(separator: ","))")
        }
        return parts.joined(separator: ";")
    }
}
