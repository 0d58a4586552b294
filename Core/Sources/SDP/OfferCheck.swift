/// What an offer has to have so that this server can answer it, whatever was said before in the session.
struct OfferCheck {
    let offer: SessionDescription
    /// Whether each m-line can be taken; the others are turned down.
    private(set) var isUsable: [Bool]

    /// Refuses an offer that no answer of ours could fit. m-lines that we cannot use are left to be rejected one by one.
    init(_ offer: SessionDescription) throws(SDPError) {
        self.offer = offer
        let bundle = offer.bundle.map { Set($0) }
        isUsable = offer.media.map { media in
            !media.isRejected && media.isSecureRTP && (media.kind == .audio || media.kind == .video)
                && (bundle?.contains(media.mid) ?? true)
        }
        try checkShape(hasBundle: bundle != nil)
        for (media, isUsable) in zip(offer.media, isUsable) where isUsable { try Self.check(media) }
        try checkOneTransport()
    }

    /// The m-lines that can be taken.
    var usable: [MediaDescription] { zip(offer.media, isUsable).filter(\.1).map(\.0) }

    private func checkShape(hasBundle: Bool) throws(SDPError) {
        guard !offer.media.isEmpty else { throw .unsupported("The offer has no m-line.") }
        if offer.isICELite {
            throw .unsupported("Both ends are ICE lite; one has to send connectivity checks.")
        }
        if !hasBundle, usable.count > 1 {
            throw .unsupported("The offer does not bundle its m-lines; this server has one transport for all (BUNDLE).")
        }
        for media in offer.media where media.mid.isEmpty && offer.media.count > 1 {
            throw .unsupported("An m-line has no mid, so nobody could say which is meant.")
        }
    }

    private static func check(_ media: MediaDescription) throws(SDPError) {
        guard media.isRTCPMultiplexed else {
            throw .unsupported("The m-line \(media.mid) has no rtcp-mux; RTCP on its own port is not served.")
        }
        switch media.transport.setup {
        case .actpass, .active, nil: break
        case .passive, .holdconn:
            throw .unsupported("The m-line \(media.mid) leaves the start of DTLS to the server, which never starts.")
        }
    }

    /// Bundled m-lines have one transport, so they cannot contradict each other (RFC 9143 §7.1.3).
    private func checkOneTransport() throws(SDPError) {
        var mid: [UInt8: HeaderExtension] = [:]
        var transport: TransportParameters?
        for media in usable {
            let said = media.transport
            if let ice = said.ice, let before = transport?.ice, ice != before {
                throw .unsupported("The m-line \(media.mid) has ICE credentials of its own, although it is bundled.")
            }
            if !said.fingerprints.isEmpty, let before = transport?.fingerprints, said.fingerprints != before {
                throw .unsupported("The m-line \(media.mid) has a certificate of its own, although it is bundled.")
            }
            if transport == nil { transport = said }
            for map in media.extensions {
                guard let known = HeaderExtension(rawValue: map.uri), Self.isForBinding(known) else { continue }
                // Which m-line a packet is of is read before that m-line's own numbers are known.
                if let before = mid[map.id], before != known { throw Self.twoMeanings(map.id) }
                mid[map.id] = known
            }
        }
        for media in usable {
            for map in media.extensions {
                guard let bound = mid[map.id], bound.rawValue != map.uri else { continue }
                throw Self.twoMeanings(map.id)
            }
        }
    }

    private static func isForBinding(_ known: HeaderExtension) -> Bool {
        known == .mid || known == .rid || known == .repairedRID
    }

    private static func twoMeanings(_ id: UInt8) -> SDPError {
        .unsupported("The header extension number \(id) tells m-lines or layers apart, but not everywhere.")
    }

    /// The credentials and certificate of the transport: those of the first m-line that is taken.
    func transport() throws(SDPError) -> (ice: ICEParameters, fingerprints: [CertificateFingerprint]) {
        let all = isUsable.contains(true) ? usable : offer.media
        guard let ice = all.lazy.compactMap(\.transport.ice).first else {
            throw .unsupported("The offer has no ICE user fragment and password.")
        }
        guard let fingerprints = all.lazy.map(\.transport.fingerprints).first(where: { !$0.isEmpty }) else {
            throw .unsupported(
                "The offer has no fingerprint by SHA-1 or SHA-2, so nobody could be told from a stranger."
            )
        }
        return (ice, fingerprints)
    }
}
