/// One session of offers and answers between a client and this server: the client offers, the server answers, as often as
/// it takes (RFC 8829 §5). Here it is seen to that nothing changes its meaning on the way: an m-line its mid or kind, a
/// payload type its format, a header extension its number.
///
/// Call `answer` for every offer, in order. What it throws leaves the state as it was: the session goes on as agreed before.
public struct SessionState: Sendable {
    /// An m-line as it was last offered.
    private struct Line {
        var mid: String
        var kind: MediaDescription.Kind
        var isRejected: Bool
    }

    /// What a payload type was first offered as.
    private struct Format: Equatable {
        var name: String
        var clockRate: UInt32
        var channels: UInt8
        var kind: CodecKind?
        var associated: UInt8?
    }

    private struct ExtensionKey: Hashable {
        var mid: String
        var id: UInt8
    }

    private var lines: [Line] = []
    private var formats: [UInt8: Format] = [:]
    private var extensions: [ExtensionKey: String] = [:]
    private var transport: (ice: ICEParameters, fingerprints: [CertificateFingerprint])?
    private var version: UInt64 = 0

    public init() {}

    /// Answers an offer. Throws when it is not to be answered, with a sentence that says why.
    public mutating func answer(
        _ offer: SessionDescription,
        _ parameters: AnswerParameters
    ) throws(SDPError) -> Answer {
        let check = try OfferCheck(offer)
        let offered = try check.transport()
        var next = self
        try next.follow(check)
        let made = zip(offer.media, check.isUsable).map { media, isUsable in
            let answerer = Answerer(parameters: parameters, offered: media)
            return isUsable ? answerer.answered() : answerer.rejected()
        }
        let agreed = NegotiatedTransport(
            ice: offered.ice,
            isRestart: transport.map { $0.ice != offered.ice } ?? false,
            fingerprints: offered.fingerprints,
            isNewAssociation: transport.map { $0.fingerprints != offered.fingerprints } ?? false
        )
        next.transport = offered
        next.version &+= 1
        next.settle(made.map(\.1))
        self = next
        return Answer(
            description: description(offer, made.map(\.0), parameters),
            transport: agreed,
            media: made.map(\.1)
        )
    }

    private func description(
        _ offer: SessionDescription,
        _ media: [MediaDescription],
        _ parameters: AnswerParameters
    ) -> SessionDescription {
        var media = media
        let taken = media.indices.filter { !media[$0].isRejected }
        // Candidates are those of the bundle's transport, so they stand with its first m-line (RFC 9143 §7.4).
        if let first = taken.first {
            media[first].candidates = parameters.candidates
            media[first].isEndOfCandidates = true
        }
        var groups: [Group] = []
        if let bundle = offer.bundle {
            let mids = bundle.filter { mid in taken.contains { media[$0].mid == mid } }
            if !mids.isEmpty { groups = [Group(semantics: "BUNDLE", mids: mids)] }
        }
        return SessionDescription(
            origin: Origin(sessionID: parameters.sessionID, version: version),
            groups: groups,
            isICELite: true,
            allowsMixedExtensions: offer.allowsMixedExtensions,
            media: media
        )
    }

    /// Remembers which m-lines the answer turned down: they may be used again.
    private mutating func settle(_ media: [NegotiatedMedia]) {
        for index in media.indices { lines[index].isRejected = media[index].isRejected }
    }
}

// MARK: - What may not change

extension SessionState {
    private mutating func follow(_ check: OfferCheck) throws(SDPError) {
        try followLines(check.offer.media)
        for media in check.usable {
            for codec in media.codecs { try follow(codec, in: media) }
            for map in media.extensions { try follow(map, in: media) }
        }
    }

    /// m-lines stay where they are; one that was turned down may be used again for the same kind (RFC 8829 §5.2.2).
    private mutating func followLines(_ media: [MediaDescription]) throws(SDPError) {
        guard media.count >= lines.count else {
            throw .changed("The offer has \(media.count) m-lines; the one before had \(lines.count), and none can go.")
        }
        for (index, new) in media.enumerated() {
            guard index < lines.count else {
                lines.append(Line(mid: new.mid, kind: new.kind, isRejected: false))
                continue
            }
            let old = lines[index]
            guard new.kind == old.kind else {
                throw .changed("m-line \(index) was \(old.kind.name) and cannot become \(new.kind.name).")
            }
            guard new.mid == old.mid || old.isRejected else {
                throw .changed("m-line \(index) had the mid \(old.mid) and cannot change it to \(new.mid).")
            }
            guard new.mid == old.mid || !lines.contains(where: { $0.mid == new.mid }) else {
                throw .changed("The mid \(new.mid) moved to another m-line.")
            }
            if new.mid != old.mid { extensions = extensions.filter { $0.key.mid != old.mid } }
            lines[index].mid = new.mid
        }
    }

    /// On one transport a payload type means one thing (RFC 9143 §9.1), for as long as the session lasts.
    private mutating func follow(_ codec: Codec, in media: MediaDescription) throws(SDPError) {
        guard !codec.name.isEmpty else { return }
        let format = Format(
            name: codec.name.lowercased(),
            clockRate: codec.clockRate,
            channels: codec.channels,
            kind: CodecKind(codec, in: media),
            associated: codec.associatedPayloadType
        )
        let old = formats.updateValue(format, forKey: codec.payloadType)
        guard let old, old != format else { return }
        throw .changed(
            "Payload type \(codec.payloadType) stood for \(old.name) and cannot stand for another \(format.name)."
        )
    }

    private mutating func follow(_ map: ExtensionMap, in media: MediaDescription) throws(SDPError) {
        let old = extensions.updateValue(map.uri, forKey: ExtensionKey(mid: media.mid, id: map.id))
        guard let old, old != map.uri else { return }
        throw .changed(
            "Header extension number \(map.id) of the m-line \(media.mid) stood for another extension before."
        )
    }
}
