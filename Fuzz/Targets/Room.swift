import Glibc
import Meeting
import Units

/// Bytes are a sequence of things that happen to a server with four clients and two rooms; nothing may trap, and after each of
/// them what must hold inside holds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var world = World(bytes: Array(UnsafeBufferPointer(start: start, count: min(count, 2_000))))
    world.run()
    return 0
}

private struct World {
    let bytes: [UInt8]
    var offset = 0
    var manager = MeetingManager(
        configuration: .init(
            roomLimit: 3,
            meshLimit: 1,
            hash: { TokenHash(Array($0.utf8)) },
            iceServersLife: .seconds(900),
            iceServers: { _, _, _ in [] }
        )
    )
    var random = Counter()
    var now = Timestamp(nanoseconds: 1_000_000_000)
    var connections: [ConnectionID?] = [nil, nil, nil, nil]
    /// Sessions of WHIP and WHEP.
    var headless: [ConnectionID] = []
    var welcomed: Set<ConnectionID> = []
    var opened: UInt64 = 0
    var tokens: [String] = []
    var ids: [String] = ["sfu"]
    var tickets: [Ticket] = []
    var loads: [RoomName] = []
    /// What the media server was offered and has not answered.
    var offers: [(participant: ParticipantID, neg: Int64)] = []
    var stored: [RoomName: RoomRecord] = [:]

    init(bytes: [UInt8]) { self.bytes = bytes }

    var moment: Moment { Moment(now: now, wall: Int64(clamping: now.nanoseconds / 1_000_000)) }

    mutating func next() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        offset += 1
        return bytes[offset - 1]
    }

    mutating func pick(_ list: [String]) -> String { list.isEmpty ? "none" : list[Int(next()) % list.count] }

    mutating func run() {
        while offset < bytes.count {
            step()
            let violations = manager.violations()
            guard violations.isEmpty else {
                fail(violations.joined(separator: "\n"))
            }
        }
    }

    mutating func step() {
        let operation = next()
        let client = Int(operation >> 6)
        switch operation & 15 {
        case 0: hello(client)
        case 1: close(client, wasClean: next() & 1 == 1)
        case 2: if let connection = connections[client] { perform(manager.heard(from: connection)) }
        case 3 where operation >> 4 & 3 == 1: come()
        case 3 where operation >> 4 & 3 == 2: hangUp()
        case 3: advance()
        case 4: answerStorage()
        case 5: answerLoad()
        case 6: rawText(client)
        case 7 where operation >> 4 & 3 == 3: perform(manager.drain(at: moment))
        case 7: answerOffer()
        case 8...11: say(client, moderation())
        default: say(client, message())
        }
    }

    // MARK: Inputs

    mutating func hello(_ client: Int) {
        if connections[client] == nil {
            opened += 1
            connections[client] = ConnectionID(opened)
            manager.opened(ConnectionID(opened), address: TokenHash([UInt8(client)]), at: moment)
        }
        let how = next()
        var text = #"{"type":"hello","id":1,"room":"\#(how & 1 == 0 ? "red" : "blue")","name":"Name \#(client)""#
        if how & 2 != 0 { text += #","device":"\#(how >> 6)""# }
        if how & 4 != 0 { text += #","resume":"\#(pick(tokens))""# }
        if how & 8 != 0 { text += #","lastSeq":\#(1_000 + Int(next()))"# }
        say(client, text + "}")
    }

    /// Somebody publishes or watches by HTTP.
    mutating func come() {
        opened += 1
        headless.append(ConnectionID(opened))
        let how = next()
        let participant = how & 4 == 0 ? nil : ParticipantID(pick(ids))
        let request = HeadlessRequest(
            how & 2 == 0 ? .ingest : .watch(participant),
            room: how & 1 == 0 ? "red" : "blue",
            sdp: "v=0"
        )
        perform(
            manager.enter(
                request,
                on: ConnectionID(opened),
                address: TokenHash([how >> 6]),
                isLimited: true,
                at: moment,
                random: &random
            )
        )
    }

    /// One of the sessions by HTTP restarts ICE, or ends.
    mutating func hangUp() {
        guard !headless.isEmpty else { return }
        let how = next()
        let index = Int(how >> 1) % headless.count
        if how & 1 == 0 {
            perform(manager.renegotiate(headless[index], sdp: "v=0", tracks: [], at: moment))
        } else {
            perform(manager.hangUp(headless.remove(at: index), at: moment, random: &random))
        }
    }

    mutating func close(_ client: Int, wasClean: Bool) {
        guard let connection = connections[client] else { return }
        connections[client] = nil
        perform(manager.closed(connection, wasClean: wasClean, at: moment))
    }

    mutating func advance() {
        let step = next()
        now = now + .milliseconds(Int64(step) * Int64(step))
        perform(manager.tick(at: moment, random: &random))
    }

    mutating func answerStorage() {
        guard !tickets.isEmpty else { return }
        perform(manager.stored(tickets.removeFirst(), isOnDisk: next() & 1 == 0))
    }

    mutating func answerLoad() {
        guard !loads.isEmpty else { return }
        let room = loads.removeFirst()
        if next() & 7 == 7 {
            perform(manager.loadFailed(room, at: moment))
        } else {
            perform(manager.loaded(room, record: stored[room], at: moment, random: &random))
        }
    }

    /// The media server answers the oldest offer, refuses it, or says something of the transport.
    mutating func answerOffer() {
        guard let offer = offers.first else { return }
        let how = next()
        if how & 3 != 3 { offers.removeFirst() }
        let lines = (0..<Int(how >> 4)).map { SFULine(mid: "\($0)", isAudio: $0 & 1 == 0, isReceiving: $0 > 1) }
        let own = [
            SFULine(mid: "m", isAudio: true, source: .microphone), SFULine(mid: "c", isAudio: false, source: .camera),
        ]
        switch how & 3 {
        case 0: perform(manager.sfuRefused(offer.participant, neg: offer.neg, "No.", at: moment))
        case 1, 2:
            perform(manager.sfuAnswered(offer.participant, neg: offer.neg, sdp: "v=0", lines: own + lines, at: moment))
            perform(manager.sfuConnected(offer.participant, true, at: moment))
        default: perform(manager.sfuConnected(offer.participant, how & 4 == 0, at: moment))
        }
    }

    mutating func rawText(_ client: Int) {
        let end = min(bytes.count, offset + Int(next()))
        guard let connection = connections[client], offset <= end else { return }
        let text = Array(bytes[offset..<end])
        offset = end
        perform(manager.receive(text, from: connection, at: moment, random: &random))
    }

    mutating func say(_ client: Int, _ text: String) {
        guard let connection = connections[client] else { return }
        perform(manager.receive(Array(text.utf8), from: connection, at: moment, random: &random))
    }

    mutating func moderation() -> String {
        let actions = ModerationAction.allCases
        let (action, how) = (actions[Int(next()) % actions.count], next())
        let target = how & 1 == 0 ? #","participant":"\#(pick(ids))""# : ""
        let on = how & 2 == 0 ? #","on":\#(how & 4 == 0)"# : ""
        return #"{"type":"moderate","id":2,"action":"\#(action.rawValue)"\#(target)\#(on)}"#
    }

    mutating func message() -> String {
        let how = next()
        let id = how & 128 == 0 ? #""id":3,"# : ""
        switch how & 7 {
        case 0: return #"{"type":"chat",\#(id)"text":"t","clientId":"\#(next() & 7)"}"#
        case 1: return #"{"type":"chat",\#(id)"text":"t","clientId":"\#(next() & 7)","to":"\#(pick(ids))"}"#
        case 2:
            return #"{"type":"state",\#(id)"microphone":"\#(how & 16 == 0 ? "on" : "off")","hand":\#(how & 32 == 0)}"#
        case 3: return #"{"type":"offer",\#(id)"to":"\#(pick(ids))","neg":\#(1 + Int(next() & 3)),"sdp":"v=0"}"#
        case 4: return #"{"type":"want","video":[{"track":"\#(pick(ids))/camera","width":1,"height":1}]}"#
        case 5: return #"{"type":"react",\#(id)"emoji":"👍"}"#
        case 6: return #"{"type":"leave"}"#
        default: return #"{"type":"ping",\#(id)"x":0}"#
        }
    }

    // MARK: Effects

    mutating func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .send(let message, _, _, let receivers): check(message, receivers)
            case .store(let changes, let ticket):
                for change in changes { apply(change) }
                if let ticket { tickets.append(ticket) }
            case .departed: break
            case .sfu(let order):
                if case .offer(let participant, _, let neg, _, _, _) = order { offers.append((participant, neg)) }
            case .load(let room): loads.append(room)
            case .hold, .ping, .close: break
            }
        }
    }

    /// Who has not been welcomed hears of nothing but himself.
    mutating func check(_ message: ServerMessage, _ receivers: [ConnectionID]) {
        guard Set(receivers).count == receivers.count else { fail("a message goes to somebody twice") }
        switch message {
        case .welcome(let welcome):
            welcomed.formUnion(receivers)
            tokens.append(welcome.resume)
            ids.append(welcome.you.description)
        case .resumed(_, _, let token, _, _):
            welcomed.formUnion(receivers)
            tokens.append(token)
        // The first that a session by HTTP hears of when it is in.
        case .iceServers where Set(headless).isSuperset(of: receivers): welcomed.formUnion(receivers)
        case .waiting(let you, _, _): ids.append(you.description)
        case .error, .bye, .pong: break
        default:
            guard welcomed.isSuperset(of: receivers) else {
                fail("\(message.type) to somebody outside")
            }
        }
    }

    mutating func apply(_ change: StoredChange) {
        switch change {
        case .room(let settings): stored[settings.name, default: RoomRecord(settings: settings)].settings = settings
        case .seat(let room, let seat):
            stored[room]?.seats.removeAll { $0.participant == seat.participant }
            stored[room]?.seats.append(seat)
        case .freeSeat(let room, let id): stored[room]?.seats.removeAll { $0.participant == id }
        case .freeAllSeats(let room): stored[room]?.seats = []
        case .ban(let room, let ban): stored[room]?.bans.append(ban)
        case .chat(let room, let chat):
            let known = stored[room]?.chat ?? []
            stored[room]?.chat = known.suffix(199) + [chat]
        }
    }
}

/// Distinct ids and tokens, the same every time.
private struct Counter: RandomNumberGenerator {
    var count: UInt64 = 0

    mutating func next() -> UInt64 {
        count &+= 1
        var z = count &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return z ^ (z >> 27)
    }
}

/// Says why and traps: an optimised build keeps no message of a precondition.
private func fail(_ reason: String) -> Never {
    print(reason)
    fflush(nil)
    preconditionFailure()
}
