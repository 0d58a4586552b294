/// Part of a description that says something new about its transport: candidates as they are found, or new ICE credentials
/// (RFC 8840 §9, `application/trickle-ice-sdpfrag`).
public struct SessionFragment: Equatable, Sendable {
    /// The bundled m-lines; empty when nothing is said of them.
    public var bundle: [String]
    public var isICELite: Bool
    /// The m-lines it speaks of, with their ICE attributes; what is said once for all of them stands with each.
    public var media: [MediaDescription]
    /// Nil when it names no credentials, or only half of them.
    public var ice: ICEParameters?

    /// Reads what a client sent, in a time that grows with its length only. What is no part of a fragment is passed over.
    public init(parsing text: String) throws(SDPError) {
        guard text.utf8.count <= Limits.fragmentBytes else {
            throw .tooLarge("The fragment has more than \(Limits.fragmentBytes) bytes.")
        }
        var common = MediaParser(MediaDescription(kind: .other(""), port: 0, proto: ""))
        var parsers: [MediaParser] = []
        var bundle: [String] = []
        isICELite = false
        for (index, line) in text.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            guard let (type, field) = try SessionDescription.line(line, index + 1) else { continue }
            switch type {
            case UInt8(ascii: "m"):
                guard parsers.count < Limits.mediaCount else { throw field.tooMany("m-lines", Limits.mediaCount) }
                parsers.append(try MediaParser(parsing: field))
            case UInt8(ascii: "a"):
                if !parsers.isEmpty {
                    try parsers[parsers.count - 1].take(field)
                } else if field.text == "ice-lite" {
                    isICELite = true
                } else if field.text.hasPrefix("group:BUNDLE ") {
                    var value = field
                    _ = value.word()
                    bundle = try value.words(atMost: Limits.mediaCount, "mids in a group")
                } else {
                    try common.take(field)
                }
            default: break
            }
        }
        self.bundle = bundle
        media = parsers.map { $0.finished(common: common) }
        let session = common.finished(common: common).transport.ice
        ice = media.lazy.compactMap(\.transport.ice).first ?? session
    }

    /// What an answer says of its transport, for a client that has restarted ICE: the credentials and candidates.
    public init(of answer: SessionDescription) {
        bundle = answer.bundle ?? []
        isICELite = answer.isICELite
        media = answer.media.filter { !$0.isRejected }.prefix(1).map { $0 }
        ice = media.first?.transport.ice
    }

    /// As it goes over the wire, lines ending with CRLF.
    public var text: String {
        var lines: [String] = []
        if isICELite { lines.append("a=ice-lite") }
        if !bundle.isEmpty { lines.append("a=group:BUNDLE \(bundle.joined(separator: " "))") }
        if media.isEmpty, let ice { lines += Self.lines(ice) }
        for line in media {
            let formats = line.formats + line.codecs.map { String($0.payloadType) }
            lines.append("m=\(([line.kind.name, String(line.port), line.proto] + formats).joined(separator: " "))")
            if !line.mid.isEmpty { lines.append("a=mid:\(line.mid)") }
            if let ice = line.transport.ice { lines += Self.lines(ice) }
            lines += line.candidates.map { "a=\($0)" }
            if line.isEndOfCandidates { lines.append("a=end-of-candidates") }
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    private static func lines(_ ice: ICEParameters) -> [String] {
        ["a=ice-ufrag:\(ice.userFragment)", "a=ice-pwd:\(ice.password)"]
    }
}

extension SessionDescription {
    /// The same description with other ICE credentials and no candidates: what a client that restarts ICE by a fragment
    /// would have offered.
    public func restarted(_ ice: ICEParameters) -> SessionDescription {
        var description = self
        for index in description.media.indices {
            description.media[index].transport.ice = ice
            description.media[index].candidates = []
            description.media[index].isEndOfCandidates = false
        }
        return description
    }
}
