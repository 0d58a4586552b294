/// The attributes about simulcast, SSRCs and streams.
extension MediaParser {
    mutating func takeRID(_ value: inout Field) throws(SDPError) {
        guard let id = value.word(), let direction = value.word() else { throw value.bad("rid") }
        let name = try id.identifier("rid")
        guard direction.text == "send" || direction.text == "recv" else { throw value.bad("rid") }
        // Some browsers write a rid twice; the first counts.
        guard !media.rids.contains(where: { $0.id == name }) else { return }
        let rid = RID(id: name, isSent: direction.text == "send", restrictions: value.text)
        try media.rids.append(rid, atMost: Limits.rids, "rids", value)
    }

    /// `send q;~h,x;f recv a`, the directions in either order (RFC 8853 §5.1).
    mutating func takeSimulcast(_ value: inout Field) throws(SDPError) {
        var seen: Set<String> = []
        while let direction = value.word() {
            guard var list = value.word() else { throw value.bad("simulcast") }
            var layers: [Simulcast.Layer] = []
            while !list.isEmpty {
                var names = list.until(";")
                var alternatives: [Simulcast.Alternative] = []
                while !names.isEmpty {
                    let alternative = try Self.alternative(names.until(","))
                    guard seen.count < Limits.rids else { throw value.tooMany("rids", Limits.rids) }
                    if seen.insert(alternative.rid).inserted { alternatives.append(alternative) }
                }
                if !alternatives.isEmpty { layers.append(Simulcast.Layer(alternatives)) }
            }
            switch direction.text {
            case "send": media.simulcast.sent = layers
            case "recv": media.simulcast.received = layers
            default: throw value.bad("simulcast")
            }
        }
    }

    private static func alternative(_ name: Field) throws(SDPError) -> Simulcast.Alternative {
        let text = name.text
        guard text.hasPrefix("~") else { return Simulcast.Alternative(rid: try name.identifier("rid")) }
        let rid = Field(text.dropFirst().utf8, line: name.line)
        return Simulcast.Alternative(rid: try rid.identifier("rid"), isPaused: true)
    }

    mutating func takeMSID(_ value: inout Field) throws(SDPError) {
        try media.msids.append(try MSID(parsing: &value), atMost: Limits.msids, "msids", value)
    }

    /// `a=ssrc:1 cname:x`; of what else is said about an SSRC only its msid, where the m-line has none.
    mutating func takeSource(_ value: inout Field) throws(SDPError) {
        guard let number = value.word() else { throw value.bad("SSRC") }
        let ssrc: UInt32 = try number.number("SSRC")
        var cname = ""
        switch value.until(":").text {
        case "cname": cname = try value.token("cname")
        case "msid": if sourceMSID == nil { sourceMSID = try MSID(parsing: &value) }
        default: break
        }
        // Lines about the same SSRC follow each other.
        if let last = media.sources.indices.last, media.sources[last].ssrc == ssrc {
            if !cname.isEmpty { media.sources[last].cname = cname }
        } else if let index = media.sources.firstIndex(where: { $0.ssrc == ssrc }) {
            if !cname.isEmpty { media.sources[index].cname = cname }
        } else {
            try media.sources.append(Source(ssrc: ssrc, cname: cname), atMost: Limits.sources, "SSRCs", value)
        }
    }

    mutating func takeSourceGroup(_ value: inout Field) throws(SDPError) {
        guard let semantics = value.word() else { throw value.bad("ssrc-group") }
        var ssrcs: [UInt32] = []
        while let word = value.word() {
            try ssrcs.append(
                try word.number("SSRC"),
                atMost: Limits.groupMembers,
                "SSRCs in a group",
                value
            )
        }
        let group = SourceGroup(semantics: try semantics.token("ssrc-group"), ssrcs: ssrcs)
        try media.sourceGroups.append(group, atMost: Limits.groups, "ssrc-groups", value)
    }

    /// Kept as it is; those over the limit are passed over, so that a client with many interfaces is served.
    mutating func takeCandidate(_ name: String, _ attribute: Field) {
        if name == "end-of-candidates" {
            media.isEndOfCandidates = true
        } else if media.candidates.count < Limits.candidates {
            media.candidates.append(attribute.text)
        }
    }
}

extension MSID {
    fileprivate init(parsing field: inout Field) throws(SDPError) {
        guard let stream = field.word() else { throw field.bad("msid") }
        self.init(stream: try stream.token("msid"), track: try field.word()?.token("msid") ?? "")
    }
}

/// The attributes about ICE and DTLS. Others are passed over.
extension MediaParser {
    mutating func takeTransport(_ name: String, _ value: Field) throws(SDPError) {
        switch name {
        case "ice-ufrag":
            let text = try value.token("ice-ufrag", atMost: Limits.iceCredentialBytes)
            guard text.utf8.count >= 4 else { throw value.bad("ice-ufrag") }
            media.transport.ice = ICEParameters(userFragment: text, password: media.transport.ice?.password ?? "")
        case "ice-pwd":
            let text = try value.token("ice-pwd", atMost: Limits.iceCredentialBytes)
            guard text.utf8.count >= 22 else { throw value.bad("ice-pwd") }
            let userFragment = media.transport.ice?.userFragment ?? ""
            media.transport.ice = ICEParameters(userFragment: userFragment, password: text)
        case "ice-options":
            var value = value
            media.transport.iceOptions = try value.words(atMost: 8, "ICE options")
        case "fingerprint": try takeFingerprint(value)
        case "setup":
            guard let setup = DTLSSetup(rawValue: value.text) else { throw value.bad("setup") }
            media.transport.setup = setup
        default: break
        }
    }

    private mutating func takeFingerprint(_ value: Field) throws(SDPError) {
        var value = value
        guard let name = value.word(), let hex = value.word() else { throw value.bad("fingerprint") }
        guard let algorithm = CertificateFingerprint.Algorithm(rawValue: name.text.lowercased()) else { return }
        guard let fingerprint = CertificateFingerprint(algorithm, try Self.hexadecimal(hex)) else {
            throw value.bad("fingerprint")
        }
        let fingerprints = media.transport.fingerprints
        guard !fingerprints.contains(fingerprint) else { return }
        try media.transport.fingerprints.append(fingerprint, atMost: Limits.fingerprints, "fingerprints", value)
    }

    /// `AB:CD:…`.
    private static func hexadecimal(_ field: Field) throws(SDPError) -> [UInt8] {
        var field = field
        var bytes: [UInt8] = []
        while !field.isEmpty {
            let pair = field.until(":").text
            guard pair.utf8.count == 2, pair.allSatisfy(\.isHexDigit), bytes.count < 64,
                let byte = UInt8(pair, radix: 16)
            else { throw field.bad("fingerprint") }
            bytes.append(byte)
        }
        return bytes
    }
}
