extension SessionDescription {
    /// The description as it goes over the wire, lines ending with CRLF (RFC 8866 §5).
    public var text: String {
        var lines = DescriptionWriter()
        lines.write("v=0")
        lines.write("o=- \(origin.sessionID) \(origin.version) IN IP4 127.0.0.1")
        lines.write("s=-")
        lines.write("t=0 0")
        for group in groups { lines.write("a=group:\(([group.semantics] + group.mids).joined(separator: " "))") }
        if isICELite { lines.write("a=ice-lite") }
        if allowsMixedExtensions { lines.write("a=extmap-allow-mixed") }
        for line in media { lines.write(line, isMixedSaid: allowsMixedExtensions) }
        return lines.text
    }
}

/// Puts lines behind each other.
private struct DescriptionWriter {
    private(set) var text = ""

    mutating func write(_ line: String) { text += line + "\r\n" }

    mutating func write(_ media: MediaDescription, isMixedSaid: Bool) {
        let formats = media.formats + media.codecs.map { String($0.payloadType) }
        write("m=\(([media.kind.name, String(media.port), media.proto] + formats).joined(separator: " "))")
        write("c=IN IP4 0.0.0.0")
        if !media.mid.isEmpty { write("a=mid:\(media.mid)") }
        if media.isBundleOnly { write("a=bundle-only") }
        write("a=\(media.direction.rawValue)")
        write(media.transport)
        if media.isRTCPMultiplexed { write("a=rtcp-mux") }
        if media.isRTCPReducedSize { write("a=rtcp-rsize") }
        if media.allowsMixedExtensions, !isMixedSaid { write("a=extmap-allow-mixed") }
        for map in media.extensions {
            write("a=extmap:\(map.id)\(map.direction.map { "/" + $0.rawValue } ?? "") \(map.uri)")
        }
        writeCodecs(of: media)
        writeStreams(of: media)
        for candidate in media.candidates { write("a=\(candidate)") }
        if media.isEndOfCandidates { write("a=end-of-candidates") }
    }

    private mutating func write(_ transport: TransportParameters) {
        if let ice = transport.ice {
            write("a=ice-ufrag:\(ice.userFragment)")
            write("a=ice-pwd:\(ice.password)")
        }
        if !transport.iceOptions.isEmpty { write("a=ice-options:\(transport.iceOptions.joined(separator: " "))") }
        for fingerprint in transport.fingerprints {
            write("a=fingerprint:\(fingerprint.algorithm.rawValue) \(fingerprint.text)")
        }
        if let setup = transport.setup { write("a=setup:\(setup.rawValue)") }
    }

    private mutating func writeCodecs(of media: MediaDescription) {
        for codec in media.codecs {
            if !codec.name.isEmpty {
                let channels = codec.channels == 1 ? "" : "/\(codec.channels)"
                write("a=rtpmap:\(codec.payloadType) \(codec.name)/\(codec.clockRate)\(channels)")
            }
            for feedback in codec.feedback { write("a=rtcp-fb:\(codec.payloadType) \(feedback.text)") }
            if !codec.parameters.isEmpty { write("a=fmtp:\(codec.payloadType) \(codec.parameters)") }
        }
        for feedback in media.commonFeedback { write("a=rtcp-fb:* \(feedback.text)") }
    }

    private mutating func writeStreams(of media: MediaDescription) {
        for rid in media.rids {
            let restrictions = rid.restrictions.isEmpty ? "" : " " + rid.restrictions
            write("a=rid:\(rid.id) \(rid.isSent ? "send" : "recv")\(restrictions)")
        }
        let simulcast = [("send", media.simulcast.sent), ("recv", media.simulcast.received)]
        let lists = simulcast.filter { !$0.1.isEmpty }.map { "\($0.0) \(Self.text(of: $0.1))" }
        if !lists.isEmpty { write("a=simulcast:\(lists.joined(separator: " "))") }
        for msid in media.msids { write("a=msid:\(msid.stream)\(msid.track.isEmpty ? "" : " " + msid.track)") }
        for group in media.sourceGroups {
            write("a=ssrc-group:\(([group.semantics] + group.ssrcs.map { String($0) }).joined(separator: " "))")
        }
        for source in media.sources {
            write("a=ssrc:\(source.ssrc)\(source.cname.isEmpty ? "" : " cname:" + source.cname)")
        }
    }

    private static func text(of layers: [Simulcast.Layer]) -> String {
        layers.map { layer in
            layer.alternatives.map { ($0.isPaused ? "~" : "") + $0.rid }.joined(separator: ",")
        }.joined(separator: ";")
    }
}
