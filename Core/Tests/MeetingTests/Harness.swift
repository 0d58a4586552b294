import Meeting
import Units
import Wire

@testable import Meeting

/// A server in a box: one `MeetingManager`, connections with names, a clock that stands still until `advance`, and a disk.
///
/// Performs effects as the server's shell does, and keeps what each connection received, decoded from the text on the wire.
final class Harness {
    /// One side of a WebSocket, named after who sits there.
    struct Client {
        let connection: ConnectionID
        var inbox: [Message] = []
        var unread = 0
        var closed: CloseCode?
        var pings = 0
        /// How many writes must be done before anything more goes out; nil sends at once.
        var heldUntil: Int?
        var held: [Message] = []
    }

    var manager: MeetingManager
    private(set) var clients: [String: Client] = [:]
    private(set) var now = Timestamp(nanoseconds: 1_000_000_000)
    var disk = ModelDisk()
    /// Whose seats have ended, in order.
    private(set) var departed: [String] = []
    var random = SplitMix64(seed: 1)
    let roomLimit: Int
    let meshLimit: Int
    private var connections: UInt64 = 0
    /// What the media server was told to do, since the last `takeOrders`.
    var orders: [SFUOrder] = []

    /// - Parameter meshLimit: nil for a room that never needs the SFU.
    init(roomLimit: Int = 6, meshLimit: Int? = nil) {
        self.roomLimit = roomLimit
        self.meshLimit = meshLimit ?? roomLimit
        manager = Self.makeManager(roomLimit, self.meshLimit)
    }

    private static func makeManager(_ roomLimit: Int, _ meshLimit: Int) -> MeetingManager {
        MeetingManager(
            configuration: .init(
                roomLimit: roomLimit,
                meshLimit: meshLimit,
                hash: { TokenHash(Array($0.utf8)) },
                iceServersLife: .seconds(900),
                iceServers: { participant, _, wall in
                    let until = wall / 1_000 + 900
                    return [ICEServer(urls: ["stun:198.51.100.4:3478"], username: "\(until):\(participant)")]
                }
            )
        )
    }

    var moment: Moment {
        Moment(now: now, wall: 1_767_225_600_000 + Int64(clamping: now.nanoseconds / 1_000_000))
    }

    // MARK: Inputs

    /// Opens a WebSocket and says nothing.
    func connect(_ name: String, address: String? = nil) {
        connections += 1
        let connection = ConnectionID(connections)
        clients[name] = Client(connection: connection)
        manager.opened(connection, address: TokenHash(Array((address ?? "address of \(name)").utf8)), at: moment)
    }

    /// A caller by HTTP; returns what he is told before the media server has said anything.
    @discardableResult
    func come(_ name: String, _ request: HeadlessRequest, address: String? = nil) -> [Message] {
        connections += 1
        let connection = ConnectionID(connections)
        clients[name] = Client(connection: connection)
        let address = TokenHash(Array((address ?? "address of \(name)").utf8))
        perform(
            manager.enter(request, on: connection, address: address, isLimited: true, at: moment, random: &random)
        )
        return news(name)
    }

    /// The HTTP session ends by DELETE, or because it was refused or closed.
    func hangUp(_ name: String) {
        guard let connection = clients[name]?.connection else { return }
        perform(manager.hangUp(connection, at: moment, random: &random))
    }

    func restart(_ name: String) {
        guard let connection = clients[name]?.connection else { return }
        perform(manager.renegotiate(connection, sdp: "v=0 restart", tracks: [], at: moment))
    }

    /// A text frame from somebody; returns what he received because of it.
    @discardableResult
    func say(_ name: String, _ text: String) -> [Message] {
        guard let connection = clients[name]?.connection else { return [] }
        news(name)
        perform(manager.receive(Array(text.utf8), from: connection, at: moment, random: &random))
        return news(name)
    }

    /// Connects and says `hello`; returns the answers.
    @discardableResult
    func join(
        _ name: String,
        as displayed: String? = nil,
        room: String = "blue-heron-42",
        address: String? = nil,
        device: String? = nil,
        resume: String? = nil,
        lastSeq: Int64? = nil
    ) -> [Message] {
        connect(name, address: address)
        var writer = JSONWriter()
        writer.object { json in
            json.field("type", "hello")
            json.field("id", 1)
            json.field("room", room)
            json.field("name", displayed ?? name)
            json.field("device", device)
            json.field("resume", resume)
            json.field("lastSeq", lastSeq)
        }
        return say(name, String(decoding: writer.bytes, as: UTF8.self))
    }

    /// The connection breaks, or is closed by the client when `cleanly`.
    func drop(_ name: String, cleanly: Bool = false) {
        guard let connection = clients[name]?.connection else { return }
        perform(manager.closed(connection, wasClean: cleanly, at: moment))
    }

    func pong(_ name: String) {
        guard let connection = clients[name]?.connection else { return }
        perform(manager.heard(from: connection))
    }

    func advance(_ duration: Duration) {
        now = now + duration
        perform(manager.tick(at: moment, random: &random))
    }

    func drain() { perform(manager.drain(at: moment)) }

    /// The server is killed and started anew with what was on the disk; every connection is gone.
    func crash() {
        disk.queue = []
        manager = Self.makeManager(roomLimit, meshLimit)
        clients = [:]
    }

    // MARK: What came of it

    /// Everything a client received since it was asked last.
    @discardableResult
    func news(_ name: String) -> [Message] {
        guard let client = clients[name] else { return [] }
        clients[name]?.unread = client.inbox.count
        return Array(client.inbox[client.unread...])
    }

    /// Everything a client ever received on its present connection.
    func inbox(_ name: String) -> [Message] { clients[name]?.inbox ?? [] }

    func closed(_ name: String) -> CloseCode? { clients[name]?.closed }

    func forgetNews() { for name in clients.keys { news(name) } }

    /// The id that the server gave somebody.
    func id(_ name: String) -> String {
        inbox(name).last { $0["you"] != nil }?["you"]?["id"]?.string ?? "nobody"
    }

    /// The newest resume token.
    func token(_ name: String) -> String { inbox(name).last { $0["resume"] != nil }?["resume"]?.string ?? "none" }

    func lastSeq(_ name: String) -> Int64 { inbox(name).compactMap { $0["seq"]?.integer }.max() ?? 0 }

    // MARK: Effects

    func perform(_ effects: [Effect]) {
        for effect in effects { perform(effect) }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .send(let message, let seq, let re, let receivers):
            let decoded = Message(message.text(seq: seq, re: re))
            for receiver in receivers { deliver(decoded, to: receiver) }
        case .hold(let connection):
            guard let name = name(of: connection), !disk.queue.isEmpty else { return }
            clients[name]?.heldUntil = disk.taken + disk.queue.count
        case .ping(let connection):
            if let name = name(of: connection) { clients[name]?.pings += 1 }
        case .close(let connection, let code):
            if let name = name(of: connection) { clients[name]?.closed = code }
        case .store(let changes, let ticket):
            disk.queue.append((changes, ticket))
            if !disk.isSlow { commit() }
        case .departed(let participant): departed.append(participant.description)
        case .sfu(let order): orders.append(order)
        case .load(let room):
            perform(manager.loaded(room, record: disk.rooms[room], at: moment, random: &random))
        }
    }

    /// The disk writes everything it was given, or refuses it.
    func commit() {
        while !disk.queue.isEmpty {
            let (changes, ticket) = disk.queue.removeFirst()
            disk.taken += 1
            if !disk.isFull { for change in changes { disk.apply(change) } }
            for name in clients.keys.sorted() {
                guard let until = clients[name]?.heldUntil, until <= disk.taken else { continue }
                clients[name]?.heldUntil = nil
                let held = clients[name]?.held ?? []
                clients[name]?.inbox += held
                clients[name]?.held = []
            }
            if let ticket { perform(manager.stored(ticket, isOnDisk: !disk.isFull)) }
        }
    }

    private func deliver(_ message: Message, to connection: ConnectionID) {
        guard let name = name(of: connection), clients[name]?.closed == nil else { return }
        if clients[name]?.heldUntil == nil {
            clients[name]?.inbox.append(message)
        } else {
            clients[name]?.held.append(message)
        }
    }

    private func name(of connection: ConnectionID) -> String? {
        clients.first { $0.value.connection == connection }?.key
    }
}

/// One message as a client reads it.
struct Message: Equatable, CustomStringConvertible {
    let object: JSONObject
    let description: String

    init(_ text: [UInt8]) {
        description = String(decoding: text, as: UTF8.self)
        object = (try? JSONValue(parsing: text))?.object ?? JSONObject()
    }

    subscript(key: String) -> JSONValue? { object[key] }
    var type: String { object["type"]?.string ?? "?" }
    var code: String? { object["code"]?.string }
}

extension JSONValue {
    subscript(key: String) -> JSONValue? { object?[key] }
}

extension [Message] {
    var types: [String] { map(\.type) }
    func first(_ type: String) -> Message? { first { $0.type == type } }
    func all(_ type: String) -> [Message] { filter { $0.type == type } }
}

/// What the storage keeps, as `Storage` does it.
struct ModelDisk {
    var rooms: [RoomName: RoomRecord] = [:]
    var queue: [(changes: [StoredChange], ticket: Ticket?)] = []
    var taken = 0
    /// Writes wait for `commit`.
    var isSlow = false
    /// Every write is refused.
    var isFull = false

    mutating func apply(_ change: StoredChange) {
        switch change {
        case .room(let settings):
            if rooms[settings.name] == nil {
                rooms[settings.name] = RoomRecord(settings: settings)
            } else {
                rooms[settings.name]?.settings = settings
            }
        case .seat(let room, let seat):
            if let index = rooms[room]?.seats.firstIndex(where: { $0.participant == seat.participant }) {
                rooms[room]?.seats[index] = seat
            } else {
                rooms[room]?.seats.append(seat)
            }
        case .freeSeat(let room, let id): rooms[room]?.seats.removeAll { $0.participant == id }
        case .freeAllSeats(let room): rooms[room]?.seats = []
        case .ban(let room, let ban): rooms[room]?.bans.append(ban)
        case .chat(let room, let record): rooms[room]?.chat.append(record)
        }
    }
}

/// A small good generator (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
