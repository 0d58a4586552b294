internal import Units

// Members without a WebSocket: who publishes by WHIP or watches by WHEP. To the manager each is a connection like any other,
// that the shell numbers and ends with `hangUp`; it says nothing, and of what is sent to it the shell heeds
// `iceServers` and then `answer` (he is in), `error` (refused, or the offer was), and the `close` that ends it.
extension MeetingManager {
    /// Somebody comes by HTTP with his offer.
    ///
    /// He is seated only when the SFU has taken the offer: a refusal of any kind leaves nothing behind. The shell calls
    /// `hangUp` after a refusal.
    ///
    /// - Parameters:
    ///   - connection: a new one; `opened` is not called for it.
    ///   - address: as with `opened`.
    public mutating func enter(
        _ request: HeadlessRequest,
        on connection: ConnectionID,
        address: TokenHash,
        isLimited: Bool,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        opened(connection, address: address, isLimited: isLimited, at: moment)
        return greet(request.hello, request: request, id: nil, from: connection, at: moment, random: &random)
    }

    /// A headless member's later offer: an ICE restart. Answered as the first one, or refused; then what was agreed goes on.
    public mutating func renegotiate(
        _ connection: ConnectionID,
        sdp: String,
        tracks: [ClientMessage.TrackBinding],
        at moment: Moment
    ) -> [Effect] {
        guard case .member(let name, let id) = connections[connection]?.place, let room = rooms[name],
            let index = room.index(of: id), let link = room.media[id]
        else { return refuse(connection, .stale, "This session is over.", re: nil) }
        let offer = ClientMessage.Negotiation(peer: .sfu, neg: (link.offeredNeg ?? 0) + 1, sdp: sdp, tracks: tracks)
        let effects = rooms[name]?.receiveForSFU(.offer(offer), from: index, id: nil, at: moment) ?? []
        return arranged(effects, [name], at: moment)
    }

    /// A session by HTTP is over: by DELETE, or because it was refused or ended before. Always the last input of a connection.
    public mutating func hangUp(
        _ connection: ConnectionID,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard case .member(let name, let id) = connections[connection]?.place else {
            return closed(connection, wasClean: false, at: moment)
        }
        connections[connection] = nil
        guard let index = rooms[name]?.index(of: id) else { return [] }
        let effects = rooms[name]?.free(index, .left, at: moment) ?? []
        return arranged(effects + settle(name, at: moment, random: &random), [name], at: moment)
    }

    /// A caller by HTTP who may come in: the SFU is asked first.
    mutating func ask(
        _ request: HeadlessRequest,
        of caller: Caller,
        as id: ParticipantID,
        _ room: RoomName,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        if case .watch(let participant?) = request.purpose, rooms[room]?.index(of: participant) == nil {
            return refuse(caller.connection, .noSuchParticipant, "That person is not in this meeting.", re: nil)
        }
        connections[caller.connection]?.place = .entering(room, id)
        entering[id] = Entering(caller: caller, room: room, secret: randomText(characters: 52, &random))
        return [.sfu(.offer(id, room, neg: Entering.neg, sdp: request.sdp, tracks: request.tracks, re: nil))]
    }

    /// The SFU has taken the offer of somebody who is entering; nil when he is not.
    mutating func seatEntering(
        _ id: ParticipantID,
        sdp: String,
        lines: [SFULine],
        at moment: Moment
    ) -> [Effect]? {
        guard let entry = entering.removeValue(forKey: id) else { return nil }
        let (caller, name) = (entry.caller, entry.room)
        guard connections[caller.connection]?.place == .entering(name, id), !isDraining else {
            forgetIfEmpty(name)
            return [.sfu(.close(id))]
        }
        connections[caller.connection]?.place = .greeting(deadline: moment.now + Limits.helloDeadline)
        // The room may have changed since he asked.
        if let refusal = rooms[name].map({ $0.refusal(of: caller) }) ?? Self.gone {
            forgetIfEmpty(name)
            return [.sfu(.close(id))]
                + refuse(caller.connection, refusal.code, refusal.sentence, retry: refusal.retry, re: nil)
        }
        connections[caller.connection]?.place = .member(name, id)
        mediaRooms[id] = name
        let effects = rooms[name]?.joinHeadless(caller, as: id, secret: entry.secret, sdp: sdp, lines, at: moment) ?? []
        return arranged(effects, [name], at: moment)
    }

    private static var gone: (code: ErrorCode, sentence: String, retry: Retry)? {
        (.stale, "The meeting has just ended. Try again.", .now)
    }

    /// The SFU has not taken the offer of somebody who is entering; nil when he is not.
    mutating func refuseEntering(_ id: ParticipantID, _ code: ErrorCode, _ sentence: String) -> [Effect]? {
        guard let entry = entering.removeValue(forKey: id) else { return nil }
        forgetIfEmpty(entry.room)
        guard connections[entry.caller.connection]?.place == .entering(entry.room, id) else { return [] }
        return refuse(entry.caller.connection, code, sentence, retry: code == .badMessage ? .none : .later, re: nil)
    }
}

/// Somebody who comes by HTTP, while the SFU reads his offer.
struct Entering: Equatable, Sendable {
    /// The number of everybody's first offer.
    static let neg: Int64 = 1

    let caller: Caller
    let room: RoomName
    /// Stands for a resume token, and is never told.
    let secret: String
}
