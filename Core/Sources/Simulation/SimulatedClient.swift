internal import Meeting

/// A browser that follows the protocol: what it knows of the meeting comes from messages alone.
struct SimulatedClient {
    enum Presence: Equatable {
        /// Not in a meeting and not trying.
        case away
        /// Trying to get in, or back.
        case dialling
        case waiting
        case inside
    }

    let room: RoomName
    let name: String
    let device: String?
    var presence = Presence.away
    /// The connections on which it has said `hello`, newest last; more than one while two race.
    var connections: [ConnectionID] = []
    var attempts = 0

    /// What a page keeps; a reload forgets all but the token.
    var id: ParticipantID?
    var token: String?
    var lastSeq: UInt64?
    var participants: [ServerMessage.Participant] = []
    var chat: [ChatRecord] = []
    /// Ids of messages that came with `stored: false`.
    var notStored: [String] = []
    var guests: [ParticipantID] = []
    var iceServers: [ICEServer] = []
    var media = SimulatedMedia()

    /// Written, not acknowledged: sent again after every reconnect.
    var unacknowledged: [(clientId: String, text: String, to: ParticipantID?)] = []
    var written = 0
    var requests: Int64 = 0
    /// What it noticed that the protocol does not allow.
    var complaints: [String] = []

    /// Until when it may open allocations, and as whom: the two parts of its TURN username.
    var credential: (until: UnixMilliseconds, participant: ParticipantID)? {
        let parts = iceServers.first?.username?.split(separator: ":") ?? []
        guard parts.count == 2, let until = UnixMilliseconds(parts[0]) else { return nil }
        return (until, ParticipantID(String(parts[1])))
    }

    var role: Role? { participants.first { $0.id == id }?.role }

    /// The page was reloaded.
    mutating func reload() {
        lastSeq = nil
        media.reset()
        forgetMeeting()
    }

    /// Out for good.
    mutating func leave() {
        presence = .away
        token = nil
        id = nil
        unacknowledged = []
        reload()
    }

    private mutating func forgetMeeting() {
        participants = []
        chat = []
        notStored = []
        guests = []
    }
}

// MARK: - Reading

extension SimulatedClient {
    /// A message of the connection it holds.
    mutating func read(_ message: ServerMessage, seq: UInt64?, re: Int64?) {
        checkOrder(message, seq)
        complaints += media.read(message, as: id)
        switch message {
        case .welcome(let welcome):
            forgetMeeting()
            media.begin(welcome.room)
            presence = .inside
            (id, token, participants, chat) = (welcome.you, welcome.resume, welcome.participants, welcome.chat)
            guests = welcome.waiting.map(\.id)
            iceServers = welcome.iceServers
        case .resumed(let you, _, let resume, let servers, _):
            if you != id { complain("resumed as somebody else") }
            presence = .inside
            token = resume
            iceServers = servers
        case .iceServers(let servers): iceServers = servers
        case .joined(let participant):
            if participants.contains(where: { $0.id == participant.id }) {
                complain("\(participant.name) joined twice")
            }
            participants.append(participant)
        case .updated(let participant):
            guard let index = participants.firstIndex(where: { $0.id == participant.id }) else {
                complain("an update of somebody unknown")
                return
            }
            participants[index] = participant
        case .left(let participant, _):
            if !participants.contains(where: { $0.id == participant.id }) { complain("somebody unknown left") }
            participants.removeAll { $0.id == participant.id }
        case .chat(let record, let stored): read(record, stored: stored, re: re)
        case .lobby(let waiting): guests = waiting.map(\.id)
        case .link(let peer, _, _) where !participants.contains { $0.id == peer }: complain("a link to nobody")
        case .offer(let from, _) where from == id: complain("an offer from myself")
        case .error(.badMessage, let sentence, _): complain("the server did not understand: \(sentence)")
        default: break
        }
    }

    private mutating func checkOrder(_ message: ServerMessage, _ seq: UInt64?) {
        guard let seq else { return }
        switch message {
        case .welcome: lastSeq = seq
        case .resumed: if seq != lastSeq { complain("resumed from elsewhere") }
        default:
            if let lastSeq, seq <= lastSeq { complain("\(message.type) \(seq) after \(lastSeq)") }
            lastSeq = seq
        }
    }

    private mutating func read(_ record: ChatRecord, stored: Bool, re: Int64?) {
        let mine = record.from == id
        if let to = record.to, to != id, !mine { complain("a private message between others") }
        if mine { unacknowledged.removeAll { $0.clientId == record.clientId } }
        if chat.contains(where: { $0.id == record.id }) {
            if re == nil { complain("\(record.text) came twice") }
            return
        }
        chat.append(record)
        if !stored { notStored.append(record.id) }
    }

    private mutating func complain(_ sentence: String) { complaints.append(sentence) }
}
