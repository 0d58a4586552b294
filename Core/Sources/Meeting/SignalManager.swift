internal import Units

/// One room: its members, their state, what they say to each other. One per room, made and kept by `MeetingManager`.
///
/// A value: every method is one input, returns the effects of it, and does nothing else. Who speaks is always given by the
/// caller, who knows it from the connection; nothing a client says about itself is believed.
/// The guests of the lobby are not in here (T-AUTH-5): `Lobby` keeps them, and nothing of a room is sent to one.
struct SignalManager: Sendable {
    /// What every room of this server has in common.
    let configuration: MeetingManager.Configuration
    var settings: RoomSettings
    var bans: [BanRecord]
    /// In the order of joining; at most `configuration.roomLimit`.
    var seats: [Seat] = []
    /// The latest messages, public and private, oldest first.
    var chat: [ChatRecord]
    /// Messages on their way to the disk, by ticket.
    var pendingChat: [Ticket: PendingChat] = [:]
    /// Messages that the disk refused, newest last; only so that a resend of one is not acknowledged as stored.
    var notStored: [ChatRecord] = []
    /// Rises with every message that changes something; never goes back while the room is in memory.
    var seq: UInt64
    var log: ReplayLog
    /// Whether media goes from person to person or by the SFU.
    var topology: Topology
    /// The members' links to the SFU. Whoever has none here has said nothing to it yet.
    var media: [ParticipantID: MediaLink] = [:]
    var loudest = LoudestFew()

    var name: RoomName { settings.name }
    var isEmpty: Bool { seats.isEmpty }

    /// - Parameter seq: where `seq` starts: higher than it was when the room was in memory before, so that a `lastSeq` of
    ///   an earlier run of the server is never taken for one of this. The wall clock's milliseconds serve.
    init(configuration: MeetingManager.Configuration, record: RoomRecord, graceEnds: Timestamp, seq: UInt64) {
        self.seq = seq
        log = ReplayLog(after: seq)
        self.configuration = configuration
        settings = record.settings
        bans = record.bans
        chat = record.chat
        let held = record.seats.compactMap { Seat($0, graceEnds: graceEnds) }
        seats = held
        topology = Topology(meshLimit: configuration.meshLimit, members: held.count)
        // A disk that refused writes may have forgotten the host's seat.
        if !seats.contains(where: { $0.role == .host }), let heir { seats[heir].role = .host }
    }

    func index(of participant: ParticipantID) -> Int? { seats.firstIndex { $0.id == participant } }

    func seat(_ participant: ParticipantID) -> Seat? { seats.first { $0.id == participant } }

    var connectedHosts: [ConnectionID] { seats.compactMap { $0.role == .host ? $0.connection : nil } }

    var info: ServerMessage.RoomInfo {
        .init(
            name: name,
            topology: topology.mode,
            epoch: topology.committedEpoch,
            locked: settings.locked,
            lobby: settings.lobby,
            relayOnly: settings.relayOnly,
            startedAt: settings.startedAt,
            limit: configuration.roomLimit
        )
    }
}

/// A chat message that is being written.
struct PendingChat: Equatable, Sendable {
    let record: ChatRecord
    /// The `id` of the sender's latest request for it.
    var re: Int64?
}

// MARK: - Delivery

extension SignalManager {
    /// Sends a message that changes something: with a `seq`, kept for those who are reconnecting.
    ///
    /// - Parameter asker: the member whose request `re` this answers, if one does; he gets it too, with `re`.
    mutating func emit(
        _ message: ServerMessage,
        to audience: ReplayLog.Audience = .everybody,
        answering re: Int64? = nil,
        of asker: ParticipantID? = nil
    ) -> [Effect] {
        seq += 1
        log.append(seq: seq, message, to: audience)
        var receivers: [ConnectionID] = []
        var answered: ConnectionID?
        for seat in seats where audience.includes(seat.id) {
            guard let connection = seat.connection else { continue }
            if re != nil, seat.id == asker { answered = connection } else { receivers.append(connection) }
        }
        var effects: [Effect] = []
        if let answered { effects.append(.send(message, seq: seq, re: re, to: [answered])) }
        if !receivers.isEmpty { effects.append(.send(message, seq: seq, re: nil, to: receivers)) }
        return effects
    }

    /// Tells one member something that is whole each time: with a `seq`, but not kept. Who comes back is told the state anew.
    mutating func tell(_ message: ServerMessage, to index: Int, re: Int64? = nil) -> [Effect] {
        guard let connection = seats[index].connection else { return [] }
        seq += 1
        return [.send(message, seq: seq, re: re, to: [connection])]
    }

    /// Tells everybody how a member is now.
    mutating func emitUpdate(of index: Int, answering re: Int64? = nil) -> [Effect] {
        emit(.updated(seats[index].participant), answering: re, of: seats[index].id)
    }

    /// Refuses a member's request.
    func refuse(
        _ index: Int,
        _ code: ErrorCode,
        _ sentence: String,
        retry: Retry = .none,
        re: Int64?
    ) -> [Effect] {
        guard let connection = seats[index].connection else { return [] }
        return [.send(.error(code, message: sentence, retry: retry), seq: nil, re: re, to: [connection])]
    }
}
