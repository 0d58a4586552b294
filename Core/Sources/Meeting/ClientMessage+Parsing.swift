internal import Wire

/// A message that is refused before anybody acts on it. The connection lives; see `MeetingManager.malformed`.
public struct MalformedMessage: Error, Equatable, Sendable {
    /// The message's `id`, when at least that could be read.
    public var id: Int64?
    /// What is wrong, in a sentence for the developer of the client.
    public var reason: String
}

extension ClientMessage {
    /// Reads one text frame. Total: throws for anything that is not a message, never traps.
    ///
    /// Called by `MeetingManager.receive` with bytes from outside, of a frame of at most 64 KiB.
    public static func parse(_ text: [UInt8]) throws(MalformedMessage) -> (id: Int64?, message: ClientMessage) {
        let value: JSONValue
        do { value = try JSONValue(parsing: text) } catch {
            throw MalformedMessage(id: nil, reason: sentence(for: error))
        }
        guard let object = value.object else { throw MalformedMessage(id: nil, reason: "A message is a JSON object.") }
        let fields = Fields(object: object, id: object["id"]?.integer)
        return (fields.id, try message(of: fields))
    }

    private static func sentence(for error: JSONError) -> String {
        switch error {
        case .malformed(let offset): "The message is not JSON at byte \(offset)."
        case .duplicateKey: "A key stands twice in one object of the message."
        case .tooDeep: "The message is nested too deeply."
        case .tooMany: "The message has too many values."
        }
    }

    private static func message(of fields: Fields) throws(MalformedMessage) -> ClientMessage {
        if let id = fields.object["id"], id != .null, id.integer == nil { throw fields.wrong("id", "a whole number") }
        switch try fields.string("type", bytes: 64) {
        case "hello": return .hello(try Hello(fields))
        case "offer": return .offer(try Negotiation(fields))
        case "answer": return .answer(try Negotiation(fields))
        case "candidate": return .candidate(try Trickle(fields))
        case "state": return .state(try StateChange(fields))
        case "want": return .want(try WantedTrack.list(fields), neg: try fields.optionalInteger("neg"))
        case "chat": return try chat(fields)
        case "react": return .react(emoji: try fields.string("emoji", bytes: 32))
        case "moderate": return .moderate(try Moderation(fields))
        case "leave": return .leave
        case "ping": return .ping
        default: return .unknown
        }
    }

    private static func chat(_ fields: Fields) throws(MalformedMessage) -> ClientMessage {
        let text = try fields.string("text", bytes: Limits.chatBytes)
        guard (1...Limits.chatCharacters).contains(text.count), text.contains(where: { !$0.isWhitespace }) else {
            throw fields.wrong("text", "1 to \(Limits.chatCharacters) characters")
        }
        let clientId = try fields.string("clientId", bytes: Limits.clientIdBytes)
        guard !clientId.isEmpty else { throw fields.wrong("clientId", "the sender's own id of the message") }
        return .chat(text: text, to: try fields.participant("to"), clientId: clientId)
    }
}

/// The members of a message, read with limits. Every refusal names the field.
struct Fields {
    let object: JSONObject
    let id: Int64?

    func wrong(_ key: String, _ expected: String) -> MalformedMessage {
        MalformedMessage(id: id, reason: "The field \"\(key)\" must be \(expected).")
    }

    /// A member that is there and not `null`.
    func value(_ key: String) -> JSONValue? {
        guard let value = object[key], value != .null else { return nil }
        return value
    }

    func string(_ key: String, bytes limit: Int) throws(MalformedMessage) -> String {
        guard let text = try optionalString(key, bytes: limit) else { throw wrong(key, "a string") }
        return text
    }

    func optionalString(_ key: String, bytes limit: Int) throws(MalformedMessage) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, text.utf8.count <= limit else {
            throw wrong(key, "a string of at most \(limit) bytes")
        }
        return text
    }

    func integer(_ key: String) throws(MalformedMessage) -> Int64 {
        guard let number = try optionalInteger(key) else { throw wrong(key, "a whole number") }
        return number
    }

    func optionalInteger(_ key: String) throws(MalformedMessage) -> Int64? {
        guard let value = value(key) else { return nil }
        guard let number = value.integer, number >= 0, number <= 1 << 53 else {
            throw wrong(key, "a whole number from 0 to 2^53")
        }
        return number
    }

    func optionalBool(_ key: String) throws(MalformedMessage) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let truth = value.bool else { throw wrong(key, "true or false") }
        return truth
    }

    func optionalOnOff(_ key: String) throws(MalformedMessage) -> OnOff? {
        guard let value = value(key) else { return nil }
        guard let state = value.string.flatMap(OnOff.init(rawValue:)) else { throw wrong(key, "\"on\" or \"off\"") }
        return state
    }

    func participant(_ key: String) throws(MalformedMessage) -> ParticipantID? {
        try optionalString(key, bytes: 64).map { ParticipantID($0) }
    }

    func requiredParticipant(_ key: String) throws(MalformedMessage) -> ParticipantID {
        guard let participant = try participant(key) else { throw wrong(key, "a participant's id") }
        return participant
    }
}

extension ClientMessage.Hello {
    init(_ fields: Fields) throws(MalformedMessage) {
        room = try fields.string("room", bytes: 16_384)
        name = try fields.string("name", bytes: 16_384)
        token = try fields.optionalString("token", bytes: Limits.tokenBytes)
        resume = try fields.optionalString("resume", bytes: Limits.tokenBytes)
        lastSeq = try fields.optionalInteger("lastSeq").map { UInt64($0) }
        device = try fields.optionalString("device", bytes: 128)
        kind = try fields.optionalString("kind", bytes: 64).flatMap(ClientKind.init(rawValue:)) ?? .browser
    }
}

extension ClientMessage.Negotiation {
    init(_ fields: Fields) throws(MalformedMessage) {
        peer = try fields.requiredParticipant("to")
        neg = try fields.integer("neg")
        sdp = try fields.string("sdp", bytes: Limits.sdpBytes)
        guard Self.isWithinLimits(sdp) else {
            throw fields.wrong(
                "sdp",
                "at most \(Limits.sdpMediaSections) m-lines and lines of at most \(Limits.sdpLineBytes) bytes"
            )
        }
        tracks = try Self.tracks(fields)
    }

    private static func isWithinLimits(_ sdp: String) -> Bool {
        var sections = 0
        for line in sdp.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            guard line.count <= Limits.sdpLineBytes else { return false }
            if line.starts(with: "m=".utf8) { sections += 1 }
        }
        return sections <= Limits.sdpMediaSections
    }

    private static func tracks(_ fields: Fields) throws(MalformedMessage) -> [ClientMessage.TrackBinding] {
        guard let value = fields.value("tracks") else { return [] }
        guard let object = value.object, object.members.count <= Limits.tracks else {
            throw fields.wrong("tracks", "an object of at most \(Limits.tracks) entries")
        }
        var tracks: [ClientMessage.TrackBinding] = []
        for member in object.members {
            guard member.key.utf8.count <= 32, let source = member.value.string.flatMap(Source.init(rawValue:)) else {
                throw fields.wrong("tracks", "from mid to microphone, camera, screen or screenAudio")
            }
            tracks.append(.init(mid: member.key, source: source))
        }
        return tracks
    }
}

extension ClientMessage.Trickle {
    init(_ fields: Fields) throws(MalformedMessage) {
        peer = try fields.requiredParticipant("to")
        neg = try fields.integer("neg")
        switch fields.object["candidate"] {
        case .some(.null): candidate = .end
        case .some(.string(let line)) where line.utf8.count <= Limits.candidateBytes: candidate = .line(line)
        case .some(.object(let object)):
            let inner = Fields(object: object, id: fields.id)
            candidate = .full(
                candidate: try inner.string("candidate", bytes: Limits.candidateBytes),
                sdpMid: try inner.optionalString("sdpMid", bytes: 64),
                sdpMLineIndex: try inner.optionalInteger("sdpMLineIndex"),
                usernameFragment: try inner.optionalString("usernameFragment", bytes: 256)
            )
        default:
            throw fields.wrong("candidate", "a candidate of at most \(Limits.candidateBytes) bytes, or null")
        }
    }
}

extension ClientMessage.StateChange {
    init(_ fields: Fields) throws(MalformedMessage) {
        microphone = try fields.optionalOnOff("microphone")
        camera = try fields.optionalOnOff("camera")
        screen = try fields.optionalOnOff("screen")
        hand = try fields.optionalBool("hand")
        away = try fields.optionalBool("away")
    }
}

extension ClientMessage.WantedTrack {
    static func list(_ fields: Fields) throws(MalformedMessage) -> [ClientMessage.WantedTrack] {
        guard let elements = fields.value("video")?.array, elements.count <= Limits.wants else {
            throw fields.wrong("video", "a list of at most \(Limits.wants) tracks")
        }
        var list: [ClientMessage.WantedTrack] = []
        for element in elements {
            guard let object = element.object else { throw fields.wrong("video", "a list of objects") }
            list.append(try ClientMessage.WantedTrack(Fields(object: object, id: fields.id)))
        }
        return list
    }

    private init(_ fields: Fields) throws(MalformedMessage) {
        let track = try fields.string("track", bytes: 96)
        guard let slash = track.lastIndex(of: "/"),
            let source = Source(rawValue: String(track[track.index(after: slash)...]))
        else { throw fields.wrong("track", "participant/source") }
        participant = ParticipantID(String(track[..<slash]))
        self.source = source
        width = try Self.pixels("width", fields)
        height = try Self.pixels("height", fields)
        priority = try fields.optionalInteger("priority")
    }

    /// Tile sizes are whole or fractional pixels; anything over 16,384 is no screen.
    private static func pixels(_ key: String, _ fields: Fields) throws(MalformedMessage) -> Int64 {
        guard let pixels = fields.value(key)?.double, pixels >= 0, pixels <= 16_384 else {
            throw fields.wrong(key, "a number of pixels")
        }
        return Int64(pixels.rounded())
    }
}

extension ClientMessage.Moderation {
    init(_ fields: Fields) throws(MalformedMessage) {
        let text = try fields.string("action", bytes: 64)
        guard let action = ModerationAction(rawValue: text) else { throw fields.wrong("action", "an action we know") }
        self.action = action
        participant = try fields.participant("participant")
        on = try fields.optionalBool("on")
    }
}
