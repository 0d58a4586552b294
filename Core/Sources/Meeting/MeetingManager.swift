public import Units

/// The dictionary of rooms: hands each client to its room's `SignalManager`.
///
/// A pure value. The shell (the server's one `MeetingService` actor) calls one method an input, in the order things happened,
/// and performs the returned effects in order after the call. Time and randomness come in as arguments, so that a whole
/// server can be run from a seed.
///
/// Inputs: `opened`, `receive`, `heard`, `closed` for connections; `enter`, `renegotiate` for those by HTTP; `loaded`, `stored` for what the storage answers;
/// `sfuAnswered`, `sfuRefused`, `sfuConnected`, `sfuTrack`, `sfuSpeaking` for what the media server says; `tick` at `nextDeadline` or once a second; `drain` once.
public struct MeetingManager: Sendable {
    /// What the shell injects.
    public struct Configuration: Sendable {
        /// Members of one room at most.
        public var roomLimit: Int
        /// The largest meeting that runs from person to person; larger ones go by the SFU, with 0 all of them.
        public var meshLimit: Int
        /// A keyed hash; only hashes of tokens, devices and addresses are kept.
        public var hash: @Sendable (String) -> TokenHash
        /// How long the credentials in `iceServers` are good for; members get new ones at half of it. Nil: for ever.
        public var iceServersLife: Duration?
        /// The ICE servers for a participant on a connection, from the time given on; built in this one place.
        public var iceServers: @Sendable (ParticipantID, ConnectionID, UnixMilliseconds) -> [ICEServer]

        public init(
            roomLimit: Int,
            meshLimit: Int,
            hash: @escaping @Sendable (String) -> TokenHash,
            iceServersLife: Duration? = nil,
            iceServers: @escaping @Sendable (ParticipantID, ConnectionID, UnixMilliseconds) -> [ICEServer]
        ) {
            self.roomLimit = roomLimit
            self.meshLimit = meshLimit
            self.hash = hash
            self.iceServersLife = iceServersLife
            self.iceServers = iceServers
        }
    }

    let configuration: Configuration
    var rooms: [RoomName: SignalManager] = [:]
    var lobbies: [RoomName: Lobby] = [:]
    /// `hello`s that wait until their room is read from the disk.
    var loading: [RoomName: [ParkedHello]] = [:]
    var connections: [ConnectionID: Connection] = [:]
    /// How often each network has said `hello` lately; at most `Limits.greetingNetworks`.
    var greetings: [TokenHash: TokenBucket] = [:]
    /// Who came by HTTP, while the SFU reads his offer.
    var entering: [ParticipantID: Entering] = [:]
    var tickets = TicketSource()
    /// Which room waits for a ticket.
    var ticketRooms: [Ticket: RoomName] = [:]
    /// The rooms of those whom the SFU knows.
    var mediaRooms: [ParticipantID: RoomName] = [:]
    public private(set) var isDraining = false
    /// What was ignored or refused, for the metrics.
    public internal(set) var counters = Counters()

    public init(configuration: Configuration) { self.configuration = configuration }

    /// Things worth counting that nobody is told about.
    public struct Counters: Equatable, Sendable {
        public var unknownMessages: UInt64 = 0
        public var malformedMessages: UInt64 = 0
        public var rateLimitedMessages: UInt64 = 0

        public init() {}
    }
}

/// A WebSocket as the manager knows it.
struct Connection: Equatable, Sendable {
    enum Place: Equatable, Sendable {
        /// Has not said `hello`; closed at the deadline.
        case greeting(deadline: Timestamp)
        /// Has said `hello`; its room is being read.
        case loading(RoomName)
        /// Came by HTTP; the SFU reads his offer.
        case entering(RoomName, ParticipantID)
        case guest(RoomName, ParticipantID)
        case member(RoomName, ParticipantID)
        /// Was told goodbye; whatever it still says is ignored.
        case leaving
    }

    let address: TokenHash
    let isLimited: Bool
    var place: Place
    /// Broke the rules and is being closed: what it still says is ignored, but its seat stays bound until `closed`.
    var isClosing = false
    var bucket = TokenBucket(Limits.messageRate)
    var lastMalformed: Timestamp?
    var rateLimited = 0
    var lastRateAnswer: Timestamp?
}

/// A `hello` whose room is not in memory yet.
struct ParkedHello: Equatable, Sendable {
    let connection: ConnectionID
    let id: Int64?
    let hello: ClientMessage.Hello
    let name: DisplayName
    /// What came instead of a `hello` by HTTP.
    let request: HeadlessRequest?
}

/// Numbers writes.
struct TicketSource: Equatable, Sendable {
    private var last: UInt64 = 0

    mutating func next() -> Ticket {
        last += 1
        return Ticket(last)
    }
}

// MARK: - Connections

extension MeetingManager {
    /// A WebSocket was accepted.
    ///
    /// - Parameters:
    ///   - address: the keyed hash of the client's network: its IPv4 address, its IPv6 /64.
    ///   - isLimited: false for an address that speaks for many (a proxy on this machine).
    public mutating func opened(
        _ connection: ConnectionID,
        address: TokenHash,
        isLimited: Bool = true,
        at moment: Moment
    ) {
        let deadline = moment.now + Limits.helloDeadline
        connections[connection] = Connection(
            address: address,
            isLimited: isLimited,
            place: .greeting(deadline: deadline)
        )
    }

    /// Whether one more `hello` from the connection's network is within the rate. When the table is full it is begun anew:
    /// who filled it has spent as many addresses, and everybody else starts with a full bucket.
    mutating func mayGreet(_ connection: ConnectionID, at moment: Moment) -> Bool {
        guard let known = connections[connection], known.isLimited else { return true }
        if greetings.count >= Limits.greetingNetworks, greetings[known.address] == nil { greetings = [:] }
        return greetings[known.address, default: TokenBucket(Limits.greetingRate)].take(now: moment.now)
    }

    /// A text frame came, of at most 64 KiB.
    public mutating func receive(
        _ text: [UInt8],
        from connection: ConnectionID,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard let known = connections[connection], known.place != .leaving, !known.isClosing else { return [] }
        if let refusal = overRate(connection, at: moment) { return refusal }
        let effects = heard(from: connection)
        do {
            let (id, message) = try ClientMessage.parse(text)
            let before = roomOfMember(connection)
            let answer = handle(message, id: id, from: connection, at: moment, random: &random)
            guard message.mayConcernMedia else { return effects + answer }
            let concerned = Set([before, roomOfMember(connection)].compactMap(\.self))
            return effects + arranged(answer, concerned, at: moment)
        } catch {
            return effects + malformed(error, from: connection, at: moment)
        }
    }

    /// Something came that is no message: a pong. What was sent before the ping has arrived.
    public mutating func heard(from connection: ConnectionID) -> [Effect] {
        guard case .member(let room, let participant) = connections[connection]?.place else { return [] }
        return rooms[room]?.heard(from: participant) ?? []
    }

    /// The WebSocket is gone. Sessions by HTTP end with `hangUp`.
    ///
    /// - Parameters:
    ///   - wasClean: the client said goodbye itself (close frame), so it has read what was sent before.
    ///   - isGoingAway: it did so with close code 1001: a browser whose page is closed or reloaded.
    public mutating func closed(
        _ connection: ConnectionID,
        wasClean: Bool,
        isGoingAway: Bool = false,
        at moment: Moment
    ) -> [Effect] {
        var effects = wasClean ? heard(from: connection) : []
        guard let place = connections.removeValue(forKey: connection)?.place else { return effects }
        switch place {
        case .greeting, .leaving, .entering: break
        case .loading(let room): loading[room]?.removeAll { $0.connection == connection }
        case .guest(let room, let guest): effects += guestGone(guest, from: room, at: moment)
        case .member(let room, let participant):
            let grace = isGoingAway ? Limits.graceOfClosedPage : Limits.grace
            effects +=
                rooms[room]?.disconnected(participant, connection: connection, grace: grace, at: moment) ?? []
            return arranged(effects, [room], at: moment)
        }
        return effects
    }

    /// Too much too fast: the answer tells so once a second; who does not stop is closed. Nil when within the rate.
    private mutating func overRate(_ connection: ConnectionID, at moment: Moment) -> [Effect]? {
        guard connections[connection]?.bucket.take(now: moment.now) == false else { return nil }
        counters.rateLimitedMessages &+= 1
        connections[connection]?.rateLimited += 1
        if connections[connection]?.rateLimited ?? 0 > Limits.rateLimitedBeforeClose {
            return close(connection, .policyViolation)
        }
        if let last = connections[connection]?.lastRateAnswer, moment.now - last < Limits.rateLimitedAnswerEvery {
            return []
        }
        connections[connection]?.lastRateAnswer = moment.now
        return reply(
            .error(.rateLimited, message: "Too many messages at once. Slow down.", retry: .later),
            to: connection
        )
    }

    private mutating func malformed(
        _ error: MalformedMessage,
        from connection: ConnectionID,
        at moment: Moment
    ) -> [Effect] {
        counters.malformedMessages &+= 1
        let last = connections[connection]?.lastMalformed
        connections[connection]?.lastMalformed = moment.now
        let answer = reply(.error(.badMessage, message: error.reason, retry: .none), re: error.id, to: connection)
        guard let last, moment.now - last < Limits.malformedWindow else { return answer }
        return answer + close(connection, .policyViolation)
    }

    /// Closes a connection that broke the rules. The shell reports `closed` when it is gone; until then a member's seat
    /// stays bound, afterwards it is held like any other.
    private mutating func close(_ connection: ConnectionID, _ code: CloseCode) -> [Effect] {
        connections[connection]?.isClosing = true
        return [.close(connection, code: code)]
    }

    func reply(_ message: ServerMessage, re: Int64? = nil, to connection: ConnectionID) -> [Effect] {
        [.send(message, seq: nil, re: re, to: [connection])]
    }

    /// Refuses a caller; the connection lives and may try again.
    func refuse(
        _ connection: ConnectionID,
        _ code: ErrorCode,
        _ sentence: String,
        retry: Retry = .none,
        re: Int64?
    ) -> [Effect] {
        reply(.error(code, message: sentence, retry: retry), re: re, to: connection)
    }
}

// MARK: - Messages

extension MeetingManager {
    private mutating func handle(
        _ message: ClientMessage,
        id: Int64?,
        from connection: ConnectionID,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        if message == .ping { return reply(.pong, re: id, to: connection) }
        if message == .unknown {
            counters.unknownMessages &+= 1
            return []
        }
        switch connections[connection]?.place {
        case .greeting:
            guard case .hello(let hello) = message else {
                return refuse(connection, .badMessage, "Say \"hello\" first.", re: id)
            }
            return greet(hello, request: nil, id: id, from: connection, at: moment, random: &random)
        case .loading:
            return refuse(connection, .badMessage, "The answer to your \"hello\" is on its way.", re: id)
        case .guest(let room, let guest):
            guard message == .leave else {
                return refuse(connection, .notAllowed, "You are waiting to be let in.", re: id)
            }
            return guestGone(guest, from: room, at: moment) + goodbye(connection, .left, re: id)
        case .member(let room, let participant):
            return handle(message, id: id, of: participant, in: room, on: connection, at: moment, random: &random)
        case .leaving, .entering, nil: return []
        }
    }

    private mutating func handle(
        _ message: ClientMessage,
        id: Int64?,
        of participant: ParticipantID,
        in room: RoomName,
        on connection: ConnectionID,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        switch message {
        case .hello: return refuse(connection, .badMessage, "You have said \"hello\" already.", re: id)
        case .leave: return leave(participant, room, connection: connection, id: id, at: moment, random: &random)
        case .moderate(let order):
            return moderate(order, id: id, by: participant, in: room, on: connection, at: moment, random: &random)
        default:
            let before = tickets
            let effects =
                rooms[room]?.receive(
                    message,
                    from: participant,
                    id: id,
                    tickets: &tickets,
                    at: moment,
                    random: &random
                ) ?? []
            if tickets != before { note(effects, of: room) }
            return effects
        }
    }

    /// Remembers which room waits for the tickets in these effects.
    private mutating func note(_ effects: [Effect], of room: RoomName) {
        for case .store(_, let ticket?) in effects { ticketRooms[ticket] = room }
    }

    private mutating func leave(
        _ participant: ParticipantID,
        _ room: RoomName,
        connection: ConnectionID,
        id: Int64?,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard let index = rooms[room]?.index(of: participant) else { return [] }
        var effects = goodbye(connection, .left, re: id)
        effects += rooms[room]?.free(index, .left, at: moment) ?? []
        return effects + settle(room, at: moment, random: &random)
    }

    /// The last message to a connection, then its close.
    mutating func goodbye(_ connection: ConnectionID, _ reason: ByeReason, re: Int64? = nil, retry: Retry = .none)
        -> [Effect]
    {
        connections[connection]?.place = .leaving
        return [
            .send(.bye(reason, retry: retry), seq: nil, re: re, to: [connection]),
            .close(connection, code: reason == .draining ? .serviceRestart : .normal),
        ]
    }

    /// A room without members, guests and unwritten messages leaves the memory; the disk has the rest.
    mutating func forgetIfEmpty(_ name: RoomName) {
        guard let room = rooms[name], room.isEmpty, room.pendingChat.isEmpty, lobbies[name]?.isEmpty ?? true,
            !entering.values.contains(where: { $0.room == name })
        else { return }
        rooms[name] = nil
        lobbies[name] = nil
    }
}

// MARK: - Time, storage, the end

extension MeetingManager {
    /// The storage has written (or failed to write) what `ticket` names.
    public mutating func stored(_ ticket: Ticket, isOnDisk: Bool) -> [Effect] {
        guard let name = ticketRooms.removeValue(forKey: ticket) else { return [] }
        let effects = rooms[name]?.stored(ticket, isOnDisk: isOnDisk) ?? []
        forgetIfEmpty(name)
        return effects
    }

    /// Time has passed. Call at `nextDeadline` or every second; more often does no harm.
    public mutating func tick(at moment: Moment, random: inout some RandomNumberGenerator) -> [Effect] {
        var effects: [Effect] = []
        for (connection, known) in connections.sorted(by: { $0.key < $1.key }) {
            guard case .greeting(let deadline) = known.place, deadline <= moment.now else { continue }
            effects += reply(.error(.badMessage, message: "No \"hello\" came in time.", retry: .now), to: connection)
            effects += close(connection, .policyViolation)
            connections[connection]?.place = .leaving
        }
        for name in rooms.keys.sorted() where rooms[name]?.nextDeadline.map({ $0 <= moment.now }) ?? false {
            effects += rooms[name]?.renewIceServers(at: moment) ?? []
            let ended = (rooms[name]?.expire(at: moment) ?? []) + (rooms[name]?.expireHeadless(at: moment) ?? [])
            for case .close(let connection, _) in ended { connections[connection]?.place = .leaving }
            var follows = ended
            if !ended.isEmpty { follows += settle(name, at: moment, random: &random) }
            effects += arranged(follows, [name], at: moment)
        }
        return effects
    }

    /// When `tick` has something to do next; nil when nothing is due.
    public var nextDeadline: Timestamp? {
        var deadline = rooms.values.compactMap(\.nextDeadline).min()
        for connection in connections.values {
            guard case .greeting(let greetingEnds) = connection.place else { continue }
            deadline = min(deadline ?? greetingEnds, greetingEnds)
        }
        return deadline
    }

    /// The server stops: everybody is told to come back, nobody new is let in. Seats stay on disk.
    public mutating func drain(at moment: Moment) -> [Effect] {
        isDraining = true
        var effects: [Effect] = []
        for (connection, known) in connections.sorted(by: { $0.key < $1.key }) where known.place != .leaving {
            effects += goodbye(connection, .draining, retry: .now)
            // Nobody is told of the others: all are sent away. The SFU hears of those whose seats end.
            switch known.place {
            case .member(let room, let participant):
                let told =
                    rooms[room]?.disconnected(participant, connection: connection, grace: Limits.grace, at: moment)
                    ?? []
                let orders = told.filter { if case .sfu = $0 { true } else { false } }
                effects += arranged(orders, [], at: moment)
                forgetIfEmpty(room)
            case .guest(let room, let guest):
                _ = lobbies[room]?.take(guest)
                forgetIfEmpty(room)
            case .greeting, .loading, .entering, .leaving: break
            }
        }
        return effects
    }
}

// MARK: - What others may know

/// What the pre-join page may show of a room.
public struct RoomGlance: Equatable, Sendable {
    public var count: Int
    /// Names of those inside; empty when the room is locked or has a lobby.
    public var names: [String]
    public var isLocked: Bool
    public var hasLobby: Bool
}

extension MeetingManager {
    /// What a stranger may know of a room before joining it.
    public func glance(at name: RoomName) -> RoomGlance {
        guard let room = rooms[name] else { return RoomGlance(count: 0, names: [], isLocked: false, hasLobby: false) }
        let isClosed = room.settings.locked || room.settings.lobby
        return RoomGlance(
            count: room.seats.count,
            names: isClosed ? [] : room.seats.map(\.name.description),
            isLocked: room.settings.locked,
            hasLobby: room.settings.lobby
        )
    }

    /// Figures for the metrics.
    public var figures: (rooms: Int, members: Int, guests: Int, connections: Int) {
        (
            rooms.count, rooms.values.reduce(0) { $0 + $1.seats.count },
            lobbies.values.reduce(0) { $0 + $1.guests.count }, connections.count
        )
    }
}
