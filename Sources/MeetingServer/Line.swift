import Meeting
import Units
import WebSocket

/// A connection as the `MeetingService` sends to it: straight, or held back until the disk has what was promised on it.
struct Line {
    /// What goes out, in order.
    enum Item {
        case message(WebSocketMessage, CoalescingKey?)
        case ping
        case close(CloseCode)

        /// Messages ride in the broadcast; the rest goes behind what is queued, by itself.
        func send(to session: WebSocketSession, _ broadcast: inout WebSocketBroadcast) {
            switch self {
            case .message(let message, let key): broadcast.add(message, coalescing: key, to: session)
            case .ping: session.ping()
            case .close(let code): session.close(WebSocketCloseCode(code))
            }
        }
    }

    struct Hold {
        /// The number of the write that must be answered first.
        let until: UInt64
        let since: Timestamp
    }

    /// Messages that may wait for the disk on one connection; beyond it the client is sent away and resumes.
    static let heldLimit = 1_000
    /// A disk that hangs must not keep people out: after this long they are let in without it.
    static let longestHold: Duration = .seconds(2)

    let session: WebSocketSession
    var hold: Hold?
    private var held: [Item] = []

    init(session: WebSocketSession) { self.session = session }

    /// Keeps an item for later; false when too many wait.
    mutating func keep(_ item: Item) -> Bool {
        guard held.count < Self.heldLimit else { return false }
        held.append(item)
        return true
    }

    /// Sends what was held.
    mutating func letGo() {
        var broadcast = WebSocketBroadcast()
        for item in held { item.send(to: session, &broadcast) }
        broadcast.flush()
        held = []
        hold = nil
    }
}

extension WebSocketCloseCode {
    /// The meeting's close codes are RFC 6455's.
    fileprivate init(_ code: CloseCode) {
        self =
            switch code {
            case .normal: .normalClosure
            case .policyViolation: .policyViolation
            case .serviceRestart: .serviceRestart
            }
    }
}

extension ServerMessage {
    /// While it waits for a slow reader, newer news of the same thing takes its place.
    var coalescingKey: CoalescingKey? {
        switch self {
        case .updated(let participant):
            CoalescingKey(topic: 1, id: UInt64(truncatingIfNeeded: participant.id.hashValue))
        case .lobby: CoalescingKey(topic: 2, id: 0)
        case .iceServers: CoalescingKey(topic: 3, id: 0)
        case .speaking: CoalescingKey(topic: 4, id: 0)
        case .need: CoalescingKey(topic: 5, id: 0)
        default: nil
        }
    }
}
