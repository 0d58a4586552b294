public import Units

/// What the shell does after a transition has returned, in order. The core itself touches no socket, file or clock.
public enum Effect: Equatable, Sendable {
    /// Send one message to these connections. It is encoded once, whoever receives it.
    case send(ServerMessage, seq: UInt64?, re: Int64?, to: [ConnectionID])
    /// From here on hold what goes to this connection back until every `store` before this effect is on disk (or has failed):
    /// what a client is told about its seat must survive a crash of the server.
    case hold(ConnectionID)
    /// Send a WebSocket ping, so that the client's pong shows early that what came before has arrived.
    case ping(ConnectionID)
    /// Close after what was sent.
    case close(ConnectionID, code: CloseCode)
    /// Write these changes, in order. With a ticket the manager wants to hear of it: `stored(_:isOnDisk:)`.
    case store([StoredChange], ticket: Ticket?)
    /// This participant's seat has ended, for whatever reason: what was opened for him (TURN credentials and allocations) is
    /// to be taken back. Once a seat, also for one that nobody sat on at the time; the same id never comes back.
    case departed(ParticipantID)
    /// The media server is to do this.
    case sfu(SFUOrder)
    /// Read the room and hand it to `loaded(_:record:)`.
    case load(RoomName)
}

/// Names one write that the manager waits for.
public struct Ticket: Hashable, Sendable {
    public let number: UInt64

    init(_ number: UInt64) { self.number = number }
}

/// WebSocket close codes that the meeting gives (RFC 6455 §7.4.1).
public enum CloseCode: UInt16, Sendable {
    case normal = 1000
    case policyViolation = 1008
    case serviceRestart = 1012
}

/// The time an input came: by the monotonic clock to measure with, by the wall clock for people and tokens.
public struct Moment: Equatable, Sendable {
    public var now: Timestamp
    public var wall: UnixMilliseconds

    public init(now: Timestamp, wall: UnixMilliseconds) {
        self.now = now
        self.wall = wall
    }
}
