internal import Wire

extension ServerMessage {
    /// The message as one JSON text, UTF-8. `seq` orders what changes state; `re` names the request it answers.
    ///
    /// Called once a message, however many receive it.
    public func text(seq: UInt64? = nil, re: Int64? = nil) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { json in
            json.field("type", type)
            json.field("seq", seq)
            json.field("re", re)
            write(&json)
        }
        return writer.bytes
    }

    /// The `type` on the wire.
    public var type: String {
        switch self {
        case .welcome: "welcome"
        case .waiting: "waiting"
        case .resumed: "resumed"
        case .joined: "joined"
        case .updated: "updated"
        case .left: "left"
        case .offer: "offer"
        case .answer: "answer"
        case .candidate: "candidate"
        case .link: "link"
        case .want: "want"
        case .topology: "topology"
        case .need: "need"
        case .slots: "slots"
        case .given: "given"
        case .demand: "demand"
        case .speaking: "speaking"
        case .chat: "chat"
        case .reaction: "reaction"
        case .moderated: "moderated"
        case .lobby: "lobby"
        case .iceServers: "iceServers"
        case .notice: "notice"
        case .bye: "bye"
        case .error: "error"
        case .pong: "pong"
        }
    }

    private func write(_ json: inout JSONWriter) {
        switch self {
        case .welcome(let welcome): welcome.write(&json)
        case .waiting(let you, let position, let now):
            json.object("you") { $0.field("id", you.description) }
            json.field("position", position)
            json.field("now", now)
        case .resumed(let you, let role, let resume, let iceServers, let now):
            json.you(you, role)
            json.resumption(resume, iceServers, now: now)
        case .joined(let participant), .updated(let participant):
            json.object("participant", participant.write)
        case .left(let participant, let reason):
            json.object("participant", participant.write)
            json.field("reason", reason.rawValue)
        case .offer(let from, let negotiation), .answer(let from, let negotiation):
            json.field("from", from.description)
            negotiation.write(&json)
        case .candidate(let from, let trickle):
            json.field("from", from.description)
            trickle.write(&json)
        case .link(let peer, let polite, let fresh):
            json.field("with", peer.description)
            json.field("polite", polite)
            json.field("fresh", fresh ? true : nil)
        case .want(let from, let tracks):
            json.field("from", from.description)
            json.array("video", tracks) { json, track in json.object(track.write) }
        case .topology(let epoch, let mode, let phase):
            json.field("epoch", epoch)
            json.field("mode", mode.rawValue)
            json.field("phase", phase.rawValue)
        case .need(let audio, let video):
            json.field("audio", audio)
            json.field("video", video)
        case .slots(let slots): json.slots(slots)
        case .given(let tracks):
            json.array("video", tracks) { json, track in json.object(track.write) }
        case .demand(let tracks):
            json.array("video", tracks) { json, track in json.object(track.write) }
        case .speaking(let participants):
            json.array("participants", participants) { json, participant in json.string(participant.description) }
        case .chat(let message, let stored):
            message.write(&json)
            json.field("stored", stored ? nil : false)
        case .reaction(let participant, let emoji):
            json.field("participant", participant.description)
            json.field("emoji", emoji)
        case .moderated(let moderated): moderated.write(&json)
        case .lobby(let guests): json.waiting(guests)
        case .iceServers(let servers): json.iceServers(servers)
        case .notice(let code, let message):
            json.field("code", code)
            json.field("message", message)
        case .bye(let reason, let retry):
            json.field("reason", reason.rawValue)
            json.field("retry", retry.rawValue)
        case .error(let code, let message, let retry):
            json.field("code", code.rawValue)
            json.field("message", message)
            json.field("retry", retry.rawValue)
        case .pong: break
        }
    }
}

extension JSONWriter {
    fileprivate mutating func you(_ id: ParticipantID, _ role: Role) {
        object("you") { json in
            json.field("id", id.description)
            json.field("role", role.rawValue)
        }
    }

    /// What `welcome` and `resumed` have in common.
    fileprivate mutating func resumption(_ token: String, _ servers: [ICEServer], now: UnixMilliseconds) {
        iceServers(servers)
        field("resume", token)
        field("graceMs", Limits.grace.components.seconds * 1_000)
        field("now", now)
    }

    fileprivate mutating func iceServers(_ servers: [ICEServer]) {
        array("iceServers", servers) { json, server in
            json.object { json in
                json.array("urls", server.urls) { json, url in json.string(url) }
                json.field("username", server.username)
                json.field("credential", server.credential)
            }
        }
    }

    fileprivate mutating func waiting(_ guests: [ServerMessage.WaitingGuest]) {
        array("waiting", guests) { json, guest in
            json.object { json in
                json.field("id", guest.id.description)
                json.field("name", guest.name)
                json.field("since", guest.since)
            }
        }
    }
}

extension ServerMessage.Welcome {
    fileprivate func write(_ json: inout JSONWriter) {
        json.you(you, role)
        json.object("room", room.write)
        json.array("participants", participants) { json, participant in json.object(participant.write) }
        json.array("chat", chat) { json, message in json.object(message.write) }
        json.waiting(waiting)
        json.resumption(resume, iceServers, now: now)
    }
}

extension ServerMessage.RoomInfo {
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("name", name.description)
        json.field("topology", topology.rawValue)
        json.field("epoch", epoch)
        json.field("locked", locked)
        json.field("lobby", lobby)
        json.field("relayOnly", relayOnly)
        json.field("startedAt", startedAt)
        json.field("limit", limit)
    }
}

extension ServerMessage.Participant {
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("id", id.description)
        json.field("name", name)
        json.field("role", role.rawValue)
        json.field("kind", kind.rawValue)
        json.field("state", isConnected ? "connected" : "reconnecting")
        json.field("microphone", microphone.rawValue)
        json.field("camera", camera.rawValue)
        json.field("screen", screen.rawValue)
        json.field("hand", handAt != nil)
        if let handAt { json.field("handAt", handAt) } else { json.null("handAt") }
        json.field("away", away)
        json.field("joinedAt", joinedAt)
    }
}

extension ServerMessage.Moderated {
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("action", action.rawValue)
        json.field("by", by.description)
        json.field("participant", participant?.description)
        json.field("on", on)
        guard let room else { return }
        json.object("room") { json in
            json.field("locked", room.locked)
            json.field("lobby", room.lobby)
            json.field("relayOnly", room.relayOnly)
        }
    }
}

extension ChatRecord {
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("from", from.description)
        json.field("name", name)
        json.field("to", to?.description)
        json.field("text", text)
        json.field("at", at)
        json.field("clientId", clientId)
    }
}

extension ClientMessage.Negotiation {
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("neg", neg)
        json.field("sdp", sdp)
        json.object("tracks") { json in
            for track in tracks { json.field(named: track.mid, track.source.rawValue) }
        }
    }
}

extension ClientMessage.Trickle {
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("neg", neg)
        switch candidate {
        case .end: json.null("candidate")
        case .line(let line): json.field("candidate", line)
        case .full(let candidate, let sdpMid, let sdpMLineIndex, let usernameFragment):
            json.object("candidate") { json in
                json.field("candidate", candidate)
                json.field("sdpMid", sdpMid)
                json.field("sdpMLineIndex", sdpMLineIndex)
                json.field("usernameFragment", usernameFragment)
            }
        }
    }
}

extension ClientMessage.WantedTrack {
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("track", "\(participant)/\(source.rawValue)")
        json.field("width", width)
        json.field("height", height)
        json.field("priority", priority)
    }
}
