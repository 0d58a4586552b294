extension SessionDescription {
    /// Reads what a client sent, in a time that grows with its length only. Lines end with CRLF or LF; lines and
    /// attributes that mean nothing here are passed over.
    public init(parsing text: String) throws(SDPError) {
        guard text.utf8.count <= Limits.descriptionBytes else {
            throw .tooLarge("The description has more than \(Limits.descriptionBytes) bytes.")
        }
        var parser = SessionParser()
        var rest = text[...].utf8
        var number = 0
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 10) ?? rest.endIndex
            let line = rest[..<end]
            rest = end == rest.endIndex ? rest[end...] : rest[rest.index(after: end)...]
            number += 1
            guard let (type, field) = try Self.line(line, number) else { continue }
            try parser.take(type, field)
        }
        self = try parser.finish()
    }

    /// A line without its end, taken apart; nil for an empty one.
    static func line(_ line: Substring.UTF8View, _ number: Int) throws(SDPError) -> (type: UInt8, Field)? {
        var line = line
        if line.last == 13 { line.removeLast() }
        try check(line, number)
        guard let type = line.popFirst(), line.popFirst() != nil else { return nil }
        return (type, Field(line, line: number))
    }

    /// Lines are `<letter>=<text>` without control characters; only empty ones are forgiven.
    private static func check(_ line: Substring.UTF8View, _ number: Int) throws(SDPError) {
        guard line.count <= Limits.lineBytes else {
            throw .tooLarge("Line \(number) has more than \(Limits.lineBytes) bytes.")
        }
        guard !line.isEmpty else { return }
        guard line.dropFirst().first == UInt8(ascii: "="), line.allSatisfy({ $0 >= 32 || $0 == 9 }) else {
            throw .malformed("Line \(number) is no line of a session description.")
        }
    }
}

/// What has been read so far: the session's part, then one m-line after the other.
private struct SessionParser {
    private var origin: Origin?
    private var isStarted = false
    private var groups: [Group] = []
    private var isICELite = false
    /// What the session's part says about every m-line.
    private var common = MediaParser(MediaDescription(kind: .other(""), port: 0, proto: ""))
    private var media: [MediaDescription] = []
    private var current: MediaParser?

    mutating func take(_ type: UInt8, _ field: Field) throws(SDPError) {
        guard isStarted || type == UInt8(ascii: "v") else { throw .malformed("A description begins with v=0.") }
        switch type {
        case UInt8(ascii: "v"):
            guard !isStarted, field.text == "0" else { throw .malformed("A description has one version, which is 0.") }
            isStarted = true
        case UInt8(ascii: "o"): if current == nil { origin = try Origin(parsing: field) }
        case UInt8(ascii: "m"): try startMedia(field)
        case UInt8(ascii: "a"): try takeAttribute(field)
        default: break
        }
    }

    private mutating func startMedia(_ field: Field) throws(SDPError) {
        finishMedia()
        guard media.count < Limits.mediaCount else { throw field.tooMany("m-lines", Limits.mediaCount) }
        current = try MediaParser(parsing: field)
    }

    private mutating func takeAttribute(_ field: Field) throws(SDPError) {
        if current != nil {
            try current?.take(field)
            return
        }
        var value = field
        switch value.until(":").text {
        case "group":
            guard let semantics = value.word() else { throw value.bad("group") }
            let mids = try value.words(atMost: Limits.mediaCount, "mids in a group")
            let group = Group(semantics: try semantics.token("group"), mids: mids)
            try groups.append(group, atMost: Limits.groups, "groups", field)
        case "ice-lite": isICELite = true
        default: try common.take(field)
        }
    }

    private mutating func finishMedia() {
        guard let parser = current else { return }
        media.append(parser.finished(common: common))
        current = nil
    }

    mutating func finish() throws(SDPError) -> SessionDescription {
        finishMedia()
        guard let origin else { throw .malformed("A description has an o= line.") }
        var mids: Set<String> = []
        for line in media where !line.mid.isEmpty && !mids.insert(line.mid).inserted {
            throw .malformed("Two m-lines have the mid \(line.mid).")
        }
        return SessionDescription(
            origin: origin,
            groups: groups,
            isICELite: isICELite,
            allowsMixedExtensions: common.media.allowsMixedExtensions,
            media: media
        )
    }
}

extension Origin {
    fileprivate init(parsing field: Field) throws(SDPError) {
        var field = field
        guard field.word() != nil, let id = field.word(), let version = field.word() else {
            throw field.bad("origin")
        }
        self.init(sessionID: try id.number("session id"), version: try version.number("version"))
    }
}
