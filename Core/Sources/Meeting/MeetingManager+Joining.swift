internal import Units

// From `hello` to a seat, a place in the lobby, or a refusal.
extension MeetingManager {
    /// A `hello` on a connection that had said nothing before.
    mutating func greet(
        _ hello: ClientMessage.Hello,
        request: HeadlessRequest?,
        id: Int64?,
        from connection: ConnectionID,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard !isDraining else {
            return refuse(connection, .serverDraining, "This server is about to restart.", retry: .now, re: id)
        }
        guard mayGreet(connection, at: moment) else {
            return refuse(
                connection,
                .rateLimited,
                "Too many people join from your network at once. Try again in a moment.",
                retry: .later,
                re: id
            )
        }
        guard let room = RoomName(hello.room) else {
            return refuse(connection, .badRoom, "A room's name has 1 to 64 characters of a-z, 0-9 and -.", re: id)
        }
        guard let name = DisplayName(hello.name) else {
            return refuse(connection, .badName, "A name has 1 to 64 visible characters.", re: id)
        }
        guard hello.token == nil else {
            return refuse(connection, .badToken, "This server takes no join tokens.", re: id)
        }
        let parked = ParkedHello(connection: connection, id: id, hello: hello, name: name, request: request)
        guard rooms[room] != nil else { return park(parked, room) }
        let effects = enter(parked, room, at: moment, random: &random)
        forgetIfEmpty(room)
        return effects
    }

    private mutating func park(_ parked: ParkedHello, _ room: RoomName) -> [Effect] {
        let isLoading = loading[room] != nil
        guard isLoading || rooms.count + loading.count < Limits.rooms,
            loading[room]?.count ?? 0 < Limits.loadingPerRoom
        else {
            return refuse(
                parked.connection,
                .rateLimited,
                "This server is busy. Try again in a moment.",
                retry: .later,
                re: parked.id
            )
        }
        connections[parked.connection]?.place = .loading(room)
        loading[room, default: []].append(parked)
        return isLoading ? [] : [.load(room)]
    }

    /// The storage has read a room (nil: it knows none of that name), at the start or for an effect `load`.
    ///
    /// Seats that were held when the server stopped are held for a grace from now on.
    public mutating func loaded(
        _ name: RoomName,
        record: RoomRecord?,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        if rooms[name] == nil {
            let record =
                record
                ?? RoomRecord(settings: RoomSettings(name: name, startedAt: moment.wall, lastUsedAt: moment.wall))
            rooms[name] = SignalManager(
                configuration: configuration,
                record: record,
                graceEnds: moment.now + Limits.grace,
                seq: UInt64(clamping: moment.wall)
            )
        }
        var effects: [Effect] = []
        for parked in loading.removeValue(forKey: name) ?? [] {
            guard connections[parked.connection]?.place == .loading(name) else { continue }
            connections[parked.connection]?.place = .greeting(deadline: moment.now + Limits.helloDeadline)
            effects += enter(parked, name, at: moment, random: &random)
        }
        forgetIfEmpty(name)
        return arranged(effects, [name], at: moment)
    }

    /// The storage could not read the room: the callers are told, the room stays closed.
    public mutating func loadFailed(_ name: RoomName, at moment: Moment) -> [Effect] {
        var effects: [Effect] = []
        for parked in loading.removeValue(forKey: name) ?? [] {
            guard connections[parked.connection]?.place == .loading(name) else { continue }
            connections[parked.connection]?.place = .greeting(deadline: moment.now + Limits.helloDeadline)
            effects += refuse(
                parked.connection,
                .serverError,
                "The server cannot read this meeting's data. Its host must look.",
                retry: .later,
                re: parked.id
            )
        }
        return effects
    }

    /// The caller forgets the room afterwards if nobody came in; never in here: more may be waiting to enter it.
    private mutating func enter(
        _ parked: ParkedHello,
        _ room: RoomName,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        if let resume = parked.hello.resume {
            return self.resume(parked, token: configuration.hash(resume), room, at: moment, random: &random)
        }
        guard let address = connections[parked.connection]?.address else { return [] }
        let caller = Caller(
            connection: parked.connection,
            name: parked.name,
            kind: parked.hello.kind,
            device: parked.hello.device.map { configuration.hash("device:" + $0) },
            address: address,
            helloID: parked.id,
            access: parked.request?.access ?? .signalling
        )
        if let refusal = rooms[room]?.refusal(of: caller) {
            return refuse(caller.connection, refusal.code, refusal.sentence, retry: refusal.retry, re: parked.id)
        }
        if rooms[room]?.mustWait(caller, wall: moment.wall) ?? false {
            guard parked.request == nil else {
                return refuse(
                    caller.connection,
                    .notAllowed,
                    "This meeting has a lobby, and nobody can wait in it who comes by HTTP.",
                    retry: .later,
                    re: nil
                )
            }
            return wait(caller, room, at: moment, random: &random)
        }
        let id = ParticipantID(random: &random)
        if let request = parked.request { return ask(request, of: caller, as: id, room, random: &random) }
        return seat(caller, as: id, room, re: parked.id, at: moment, random: &random)
    }

    /// Gives a caller a seat.
    mutating func seat(
        _ caller: Caller,
        as id: ParticipantID,
        _ room: RoomName,
        re: Int64?,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        connections[caller.connection]?.place = .member(room, id)
        let token = randomText(characters: 52, &random)
        return rooms[room]?.join(
            caller,
            as: id,
            resume: token,
            answering: re,
            waiting: lobbies[room]?.seenByHosts ?? [],
            at: moment
        ) ?? []
    }

    private mutating func resume(
        _ parked: ParkedHello,
        token: TokenHash,
        _ room: RoomName,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard let index = rooms[room]?.seatIndex(resumedBy: token, now: moment.now),
            let seat = rooms[room]?.seats[index]
        else {
            return refuse(
                parked.connection,
                .stale,
                "Your seat was given up. Join again.",
                retry: .now,
                re: parked.id
            )
        }
        if let old = seat.connection { connections[old]?.place = .leaving }
        connections[parked.connection]?.place = .member(room, seat.id)
        let newToken = randomText(characters: 52, &random)
        return rooms[room]?.resume(
            index,
            on: parked.connection,
            usedToken: token,
            newToken: newToken,
            lastSeq: parked.hello.lastSeq,
            answering: parked.id,
            waiting: lobbies[room]?.seenByHosts ?? [],
            at: moment
        ) ?? []
    }
}
