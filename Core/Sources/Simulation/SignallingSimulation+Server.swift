internal import Meeting

// The server's shell: what the real one does with sockets and SQLite, done with an agenda.
extension SignallingSimulation {
    mutating func start() {
        run += 1
        sfu = SimulatedSFU()
        let configuration = MeetingManager.Configuration(
            roomLimit: roomLimit,
            meshLimit: meshLimit,
            hash: { TokenHash(Array($0.utf8)) },
            iceServersLife: .milliseconds(Self.iceServersLife),
            iceServers: { participant, _, wall in
                let username = "\(wall + Self.iceServersLife):\(participant)"
                return [ICEServer(urls: ["turn:198.51.100.4:3478"], username: username)]
            }
        )
        manager = MeetingManager(configuration: configuration)
        isCommitScheduled = false
        schedule(.tick(run: run), in: 1_000)
        for room in rooms {
            guard let record = disk.rooms[room], !record.seats.isEmpty else { continue }
            load(room)
        }
    }

    /// The process is killed: what was in memory and in the write queue is gone, every connection is reset.
    mutating func crash() {
        guard manager != nil, !isQuiet else { return }
        outcome.crashes += 1
        manager = nil
        sfu = SimulatedSFU()
        disk.crash()
        for connection in links.keys.sorted() {
            guard links[connection]?.isOpenAtServer == true else { continue }
            links[connection]?.isOpenAtServer = false
            links[connection]?.held = []
            sendDown(.close, to: connection)
        }
        schedule(.restart, in: 100 + random.below(3_000))
    }

    mutating func handle(_ event: Event) {
        switch event {
        case .act(let client): act(client)
        case .dial(let client): dial(client)
        case .opened(let connection): opened(connection)
        case .up(let connection, let text): receive(text, from: connection)
        case .pong(let connection):
            guard links[connection]?.isOpenAtServer == true else { return }
            transition(.other) { manager, _ in manager.heard(from: connection) }
        case .closedByClient(let connection, let wasClean): closed(connection, wasClean: wasClean)
        case .down(let connection, let item): arrive(item, on: connection)
        case .load(let room, let run): if run == self.run, manager != nil { load(room) }
        case .commit(let run): if run == self.run, manager != nil { commit() }
        case .tick(let run):
            guard run == self.run, manager != nil else { return }
            let moment = moment
            transition(.other) { manager, random in manager.tick(at: moment, random: &random) }
            speak()
            schedule(.tick(run: run), in: 1_000)
        case .sfu(let event, let run): if run == self.run, manager != nil { handle(event) }
        case .renegotiate(let client, let attempt): renegotiate(client, attempt)
        case .fillDisk(let isFull): disk.isFull = isFull && !isQuiet
        case .crash: crash()
        case .restart: if manager == nil { start() }
        }
    }

    private mutating func opened(_ connection: ConnectionID) {
        guard let client = links[connection]?.client, links[connection]?.isOpenAtClient == true else { return }
        guard manager != nil else {
            sendDown(.close, to: connection)
            return
        }
        links[connection]?.isOpenAtServer = true
        let moment = moment
        manager?.opened(connection, address: TokenHash([UInt8(truncatingIfNeeded: client)]), at: moment)
    }

    private mutating func receive(_ text: [UInt8], from connection: ConnectionID) {
        guard links[connection]?.isOpenAtServer == true else { return }
        trace(text)
        let moment = moment
        let message = try? ClientMessage.parse(text).message
        transition(.message(message, connection)) { manager, random in
            manager.receive(text, from: connection, at: moment, random: &random)
        }
    }

    private mutating func closed(_ connection: ConnectionID, wasClean: Bool) {
        guard links[connection]?.isOpenAtServer == true else { return }
        links[connection]?.isOpenAtServer = false
        let moment = moment
        transition(.other) { manager, _ in manager.closed(connection, wasClean: wasClean, at: moment) }
        if links[connection]?.isOpenAtClient == false { links[connection] = nil }
    }

    private mutating func load(_ room: RoomName) {
        let (record, moment) = (disk.rooms[room], moment)
        transition(.loaded(room)) { manager, random in
            manager.loaded(room, record: record, at: moment, random: &random)
        }
    }

    private mutating func commit() {
        isCommitScheduled = false
        let (tickets, isOnDisk) = disk.commit()
        for connection in links.keys.sorted() {
            guard let until = links[connection]?.heldUntil, until <= disk.answered else { continue }
            let held = links[connection]?.held ?? []
            links[connection]?.heldUntil = nil
            links[connection]?.held = []
            for item in held { sendDown(item, to: connection) }
        }
        for ticket in tickets {
            transition(.other) { manager, _ in manager.stored(ticket, isOnDisk: isOnDisk) }
        }
    }

    // MARK: Effects

    mutating func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .send(let message, let seq, let re, let receivers):
                for receiver in receivers { send(.message(message, seq: seq, re: re), to: receiver) }
            case .hold(let connection):
                if !disk.queue.isEmpty { links[connection]?.heldUntil = disk.answered + disk.queue.count }
            case .ping(let connection): send(.ping, to: connection)
            case .close(let connection, _): send(.close, to: connection)
            case .store(let changes, let ticket):
                disk.queue.append((changes, ticket))
                guard !isCommitScheduled else { continue }
                isCommitScheduled = true
                schedule(.commit(run: run), in: 1 + random.below(20))
            case .departed: break
            case .sfu(let order): perform(order)
            case .load(let room): schedule(.load(room, run: run), in: random.below(30))
            }
        }
    }

    private mutating func send(_ item: Downstream, to connection: ConnectionID) {
        guard links[connection]?.isOpenAtServer == true else { return }
        checkAllowed(item, on: connection)
        if links[connection]?.heldUntil == nil {
            sendDown(item, to: connection)
        } else {
            links[connection]?.held.append(item)
        }
    }

    private mutating func sendDown(_ item: Downstream, to connection: ConnectionID) {
        guard let link = links[connection] else { return }
        let time = max(link.lastDown, now + delay())
        links[connection]?.lastDown = time
        agenda.add(.down(connection, item), at: time)
    }
}
