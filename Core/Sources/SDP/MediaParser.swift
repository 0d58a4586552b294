/// Reads one m-line and its attributes. The attributes of the session's part go through one too, of which `finished`
/// takes what an m-line does not say itself.
struct MediaParser {
    var media: MediaDescription
    private var hasDirection = false
    /// The msid of the first SSRC that has one, for m-lines without one of their own (GStreamer's).
    var sourceMSID: MSID?
    /// Where each payload type stands in `media.codecs`; 255 for nowhere.
    private var places = InlineArray<128, UInt8>(repeating: 255)

    init(_ media: MediaDescription) { self.media = media }

    /// `audio 9 UDP/TLS/RTP/SAVPF 111 63`.
    init(parsing line: Field) throws(SDPError) {
        var field = line
        guard let kind = field.word(), var port = field.word(), let proto = field.word() else {
            throw line.bad("m-line")
        }
        media = MediaDescription(
            kind: .init(try kind.token("kind of media", atMost: 32)),
            port: try port.until("/").number("port"),
            proto: try proto.token("protocol", atMost: 32)
        )
        guard media.proto.utf8.split(separator: UInt8(ascii: "/")).contains(where: { Substring($0) == "RTP" }) else {
            media.formats = try field.words(atMost: 16, "formats")
            return
        }
        while let word = field.word() {
            let payloadType: UInt8 = try word.number("payload type")
            guard payloadType < 128 else { throw line.bad("payload type") }
            guard places[Int(payloadType)] == 255 else { continue }
            places[Int(payloadType)] = UInt8(media.codecs.count)
            let known = Codec.fixed(payloadType)
            media.codecs.append(
                Codec(payloadType: payloadType, name: known?.name ?? "", clockRate: known?.clockRate ?? 0)
            )
        }
    }

    /// What stands behind `a=`.
    mutating func take(_ attribute: Field) throws(SDPError) {
        var value = attribute
        let name = value.until(":").text
        switch name {
        case "mid": media.mid = try value.identifier("mid")
        case "sendrecv", "sendonly", "recvonly", "inactive":
            media.direction = Direction(rawValue: name) ?? .sendrecv
            hasDirection = true
        case "bundle-only": media.isBundleOnly = true
        case "rtcp-mux": media.isRTCPMultiplexed = true
        case "rtcp-rsize": media.isRTCPReducedSize = true
        case "extmap-allow-mixed": media.allowsMixedExtensions = true
        case "rtpmap", "fmtp", "rtcp-fb": try takeCodec(name, &value)
        case "extmap": try takeExtension(&value)
        case "rid": try takeRID(&value)
        case "simulcast": try takeSimulcast(&value)
        case "msid": try takeMSID(&value)
        case "ssrc": try takeSource(&value)
        case "ssrc-group": try takeSourceGroup(&value)
        case "candidate", "end-of-candidates": takeCandidate(name, attribute)
        default: try takeTransport(name, value)
        }
    }

    /// The m-line, with what the session's part says where it says nothing itself.
    func finished(common: MediaParser) -> MediaDescription {
        var media = media
        if !hasDirection, common.hasDirection { media.direction = common.media.direction }
        media.allowsMixedExtensions = media.allowsMixedExtensions || common.media.allowsMixedExtensions
        if media.extensions.isEmpty { media.extensions = common.media.extensions }
        if media.msids.isEmpty, let sourceMSID { media.msids = [sourceMSID] }
        let transport = common.media.transport
        if media.transport.ice == nil { media.transport.ice = transport.ice }
        if media.transport.iceOptions.isEmpty { media.transport.iceOptions = transport.iceOptions }
        if media.transport.fingerprints.isEmpty { media.transport.fingerprints = transport.fingerprints }
        if media.transport.setup == nil { media.transport.setup = transport.setup }
        if var ice = media.transport.ice {
            // One of the two may stand in the session's part.
            if ice.userFragment.isEmpty { ice.userFragment = transport.ice?.userFragment ?? "" }
            if ice.password.isEmpty { ice.password = transport.ice?.password ?? "" }
            media.transport.ice = ice.userFragment.isEmpty || ice.password.isEmpty ? nil : ice
        }
        return media
    }

    private mutating func takeCodec(_ attribute: String, _ value: inout Field) throws(SDPError) {
        guard let target = value.word() else { throw value.bad(attribute) }
        if attribute == "rtcp-fb", target.text == "*" {
            let feedback = RTCPFeedback(value.text)
            guard !media.commonFeedback.contains(feedback) else { return }
            try media.commonFeedback.append(feedback, atMost: Limits.feedback, "feedback messages", value)
            return
        }
        let payloadType: UInt8 = try target.number("payload type")
        // One that the m-line does not list means nothing.
        guard payloadType < 128, places[Int(payloadType)] != 255 else { return }
        try takeCodec(attribute, value, at: Int(places[Int(payloadType)]))
    }

    private mutating func takeCodec(_ attribute: String, _ value: Field, at index: Int) throws(SDPError) {
        switch attribute {
        case "rtpmap":
            var value = value
            media.codecs[index].name = try value.until("/").token("codec", atMost: 64)
            media.codecs[index].clockRate = try value.until("/").number("clock rate")
            media.codecs[index].channels = value.isEmpty ? 1 : try value.number("count of channels")
        case "fmtp":
            let before = media.codecs[index].parameters
            let parameters = before.isEmpty ? value.text : before + ";" + value.text
            guard parameters.utf8.count <= Limits.parameterBytes else {
                throw value.tooMany("bytes of parameters", Limits.parameterBytes)
            }
            media.codecs[index].parameters = parameters
        default:
            let feedback = RTCPFeedback(value.text)
            guard !media.codecs[index].feedback.contains(feedback) else { return }
            try media.codecs[index].feedback.append(feedback, atMost: Limits.feedback, "feedback messages", value)
        }
    }

    private mutating func takeExtension(_ value: inout Field) throws(SDPError) {
        guard var target = value.word(), let uri = value.word() else { throw value.bad("extmap") }
        let number: UInt32 = try target.until("/").number("number of a header extension")
        // 4096 and up are proposals for more than fit (RFC 8285 §7); nobody makes them.
        guard let id = UInt8(exactly: number), id > 0 else { return }
        guard uri.text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { throw value.bad("extmap") }
        var direction: Direction?
        if !target.isEmpty {
            guard let named = Direction(rawValue: target.text) else { throw target.bad("direction of an extmap") }
            direction = named
        }
        let map = ExtensionMap(id: id, uri: uri.text, direction: direction)
        guard !media.extensions.contains(where: { $0.id == id }) else {
            throw .malformed("Line \(value.line) uses the header extension number \(id) twice.")
        }
        try media.extensions.append(map, atMost: Limits.extensions, "header extensions", value)
    }
}
