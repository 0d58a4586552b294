internal import Meeting
internal import Wire

// What the clients do.
extension SignallingSimulation {
    /// One thing, then the next in a while; nothing more once it is quiet.
    mutating func act(_ index: Int) {
        guard !isQuiet else {
            if clients[index].presence == .away, clients[index].connections.isEmpty {
                clients[index].presence = .dialling
                dial(index)
            }
            return
        }
        schedule(.act(index), in: 50 + random.below(2_500))
        switch clients[index].presence {
        case .away:
            clients[index].presence = .dialling
            dial(index)
        case .dialling: if random.chance(5) { drop(index, cleanly: false) }
        case .waiting: if random.chance(10) { drop(index, cleanly: random.chance(50)) }
        case .inside: actInside(index)
        }
    }

    private mutating func actInside(_ index: Int) {
        switch random.below(100) {
        case ..<30: chat(index)
        case ..<45: state(index)
        case ..<55: relay(index)
        case ..<60:
            say(index) {
                $0.field("type", "react"); $0.field("emoji", "👍")
            }
        case ..<65: want(index)
        case ..<80: moderate(index)
        case ..<90: drop(index, cleanly: random.chance(30))
        case ..<94: reload(index)
        case ..<97: race(index)
        default: say(index) { $0.field("type", "leave") }
        }
    }

    // MARK: Connections

    /// Opens a connection and says `hello`.
    mutating func dial(_ index: Int) {
        guard clients[index].presence == .dialling, clients[index].connections.isEmpty else { return }
        open(index)
    }

    private mutating func open(_ index: Int) {
        connectionCount += 1
        let connection = ConnectionID(connectionCount)
        links[connection] = Link(client: index)
        clients[index].connections.append(connection)
        sendUp(.opened(connection), on: connection)
        hello(index, on: connection)
    }

    private mutating func hello(_ index: Int, on connection: ConnectionID) {
        let client = clients[index]
        var writer = JSONWriter()
        writer.object { json in
            json.field("type", "hello")
            json.field("id", 0)
            json.field("room", client.room.description)
            json.field("name", client.name)
            json.field("device", client.device)
            json.field("resume", client.token)
            json.field("lastSeq", client.token == nil ? nil : client.lastSeq)
        }
        sendUp(.up(connection, writer.bytes), on: connection)
    }

    private mutating func sendUp(_ event: Event, on connection: ConnectionID) {
        guard let link = links[connection] else { return }
        let time = max(link.lastUp, now + delay())
        links[connection]?.lastUp = time
        agenda.add(event, at: time)
    }

    /// Loses every connection; the server notices after a while. Dials again.
    mutating func drop(_ index: Int, cleanly: Bool) {
        for connection in clients[index].connections { abandon(connection, cleanly: cleanly) }
        clients[index].connections = []
        if clients[index].presence != .away { redial(index) }
    }

    private mutating func redial(_ index: Int) {
        clients[index].presence = .dialling
        clients[index].attempts += 1
        schedule(.dial(index), in: random.below(min(7_000, 300 * clients[index].attempts)))
    }

    private mutating func abandon(_ connection: ConnectionID, cleanly: Bool) {
        links[connection]?.isOpenAtClient = false
        guard cleanly || random.chance(60) else {
            // Nobody tells the server; its pings find out within 25 s.
            agenda.add(.closedByClient(connection, wasClean: false), at: now + UInt64(random.below(25_000)) * 1_000_000)
            return
        }
        sendUp(.closedByClient(connection, wasClean: cleanly), on: connection)
    }

    private mutating func reload(_ index: Int) {
        clients[index].reload()
        drop(index, cleanly: true)
    }

    /// Two connections with one token at once.
    private mutating func race(_ index: Int) {
        for connection in clients[index].connections { abandon(connection, cleanly: false) }
        clients[index].connections = []
        clients[index].presence = .dialling
        open(index)
        open(index)
    }

    mutating func everybodyLeaves() {
        for index in clients.indices {
            if clients[index].presence == .inside { say(index) { $0.field("type", "leave") } }
            clients[index].presence = .away
        }
        for index in clients.indices {
            for connection in clients[index].connections { abandon(connection, cleanly: true) }
            clients[index].connections = []
        }
    }

    // MARK: Messages

    /// Sends a message; returns its `id`, or nil when there is no connection.
    @discardableResult
    mutating func say(_ index: Int, _ body: (inout JSONWriter) -> Void) -> Int64? {
        guard let connection = clients[index].connections.last else { return nil }
        clients[index].requests += 1
        let id = clients[index].requests
        var writer = JSONWriter()
        writer.object { json in
            json.field("id", id)
            body(&json)
        }
        sendUp(.up(connection, writer.bytes), on: connection)
        return id
    }

    private mutating func someone(_ index: Int) -> ParticipantID? {
        let all = clients[index].participants
        return all.isEmpty ? nil : all[random.below(all.count)].id
    }

    private mutating func chat(_ index: Int) {
        clients[index].written += 1
        let number = clients[index].written
        let to = random.chance(20) ? someone(index) : nil
        clients[index].unacknowledged.append(("\(index)-\(number)", "\(clients[index].name) says \(number)", to))
        sendChat(index, clients[index].unacknowledged.count - 1)
    }

    private mutating func sendChat(_ index: Int, _ position: Int) {
        let (clientId, text, to) = clients[index].unacknowledged[position]
        say(index) { json in
            json.field("type", "chat")
            json.field("text", text)
            json.field("clientId", clientId)
            json.field("to", to?.description)
        }
    }

    private mutating func state(_ index: Int) {
        let (microphone, camera, hand) = (random.chance(50), random.chance(50), random.chance(50))
        let screen = random.chance(20)
        say(index) { json in
            json.field("type", "state")
            json.field("microphone", microphone ? "on" : "off")
            json.field("camera", camera ? "on" : "off")
            json.field("screen", screen ? "on" : "off")
            json.field("hand", hand)
        }
    }

    /// An offer or a candidate, from a page that does not care whether the room hides addresses.
    private mutating func relay(_ index: Int) {
        guard let peer = someone(index) else { return }
        let candidate = candidate()
        let isOffer = random.chance(50)
        say(index) { json in
            json.field("type", isOffer ? "offer" : "candidate")
            json.field("to", peer.description)
            json.field("from", "forged")
            json.field("neg", 1)
            if isOffer {
                json.field("sdp", "v=0\r\no=- 1 1 IN IP4 \(Self.ownAddress)\r\ns=-\r\na=\(candidate)\r\na=mid:0\r\n")
            } else {
                json.field("candidate", candidate)
            }
        }
    }

    /// What stands for every client's own address: in a room that hides addresses the server tells it nobody.
    static let ownAddress = "192.0.2.77"

    private mutating func candidate() -> String {
        let start = "candidate:1 1 udp 41885439"
        return switch random.below(3) {
        case 0: "\(start) \(Self.ownAddress) 50000 typ host"
        case 1: "\(start) \(Self.ownAddress) 50000 typ srflx raddr \(Self.ownAddress) rport 50000"
        default: "\(start) 198.51.100.4 50000 typ relay raddr \(Self.ownAddress) rport 50000"
        }
    }

    mutating func want(_ index: Int, nothing: Bool = false) {
        let named = nothing ? [] : (0..<random.below(8)).compactMap { _ in someone(index) }
        let neg = random.chance(50) ? clients[index].media.appliedNeg : nil
        say(index) { json in
            json.field("type", "want")
            json.field("neg", neg)
            json.array("video", named) { json, peer in
                json.object { json in
                    json.field("track", "\(peer)/camera")
                    json.field("width", 640)
                    json.field("height", 360)
                }
            }
        }
    }

    private mutating func moderate(_ index: Int) {
        let actions: [ModerationAction] = [
            .mute, .stopCamera, .stopScreen, .lowerHand, .promote, .promote, .demote, .lobby, .lobby, .relayOnly,
            .admit, .admit,
            .admit,
            .lock, .unlock, .unlock, .deny, .remove, random.chance(20) ? .ban : .admit,
            random.chance(20) ? .end : .admit,
        ]
        let action = actions[random.below(actions.count)]
        let guests = clients[index].guests
        let concernsGuests = action == .admit || action == .deny
        var target = concernsGuests && !guests.isEmpty ? guests[random.below(guests.count)] : someone(index)
        if random.chance(20) { target = nil }
        let on: Bool? = action == .lobby || action == .relayOnly ? random.chance(50) : nil
        say(index) { json in
            json.field("type", "moderate")
            json.field("action", action.rawValue)
            json.field("participant", target?.description)
            json.field("on", on)
        }
    }

    // MARK: Reading

    mutating func arrive(_ item: Downstream, on connection: ConnectionID) {
        guard let index = links[connection]?.client, links[connection]?.isOpenAtClient == true else { return }
        switch item {
        case .ping: sendUp(.pong(connection), on: connection)
        case .close: closedByServer(connection, index)
        case .message(let message, let seq, let re): arrive(message, seq: seq, re: re, on: connection, index)
        }
    }

    private mutating func closedByServer(_ connection: ConnectionID, _ index: Int) {
        abandon(connection, cleanly: true)
        if links[connection]?.isOpenAtServer == false { links[connection] = nil }
        clients[index].connections.removeAll { $0 == connection }
        guard clients[index].connections.isEmpty, clients[index].presence != .away else { return }
        redial(index)
    }

    private mutating func arrive(
        _ message: ServerMessage,
        seq: UInt64?,
        re: Int64?,
        on connection: ConnectionID,
        _ index: Int
    ) {
        switch message {
        case .welcome, .resumed:
            for loser in clients[index].connections where loser != connection { abandon(loser, cleanly: false) }
            clients[index].connections = [connection]
            clients[index].attempts = 0
        case .error(.stale, _, _):
            guard clients[index].connections.count == 1 else {
                abandon(connection, cleanly: true)
                clients[index].connections.removeAll { $0 == connection }
                return
            }
            clients[index].token = nil
            clients[index].id = nil
            clients[index].reload()
            hello(index, on: connection)
        case .error(let code, _, _) where re == 0 && code != .stale: refused(index, connection)
        case .waiting: clients[index].presence = .waiting
        case .bye(let reason, _): if reason != .replaced && reason != .draining { clients[index].leave() }
        case .chat(let record, true) where record.from == clients[index].id:
            acknowledged.append((clients[index].room, record.id))
            outcome.acknowledgedChat += 1
        default: break
        }
        clients[index].read(message, seq: seq, re: re)
        follow(message, re: re, index)
        if seq != nil, re == 0 || isWelcome(message) { resendChat(index) }
        report(clients[index].complaints.map { "\(clients[index].name): \($0)" })
    }

    private func isWelcome(_ message: ServerMessage) -> Bool {
        switch message {
        case .welcome, .resumed: true
        default: false
        }
    }

    private mutating func refused(_ index: Int, _ connection: ConnectionID) {
        guard clients[index].presence != .inside else { return }
        abandon(connection, cleanly: true)
        clients[index].connections.removeAll { $0 == connection }
        if clients[index].connections.isEmpty { clients[index].leave() }
    }

    private mutating func resendChat(_ index: Int) {
        for position in clients[index].unacknowledged.indices { sendChat(index, position) }
    }
}
