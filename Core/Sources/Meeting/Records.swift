/// What of a room survives a restart: the Storage target keeps it, `MeetingManager` asks for it and changes it.
public struct RoomRecord: Equatable, Sendable {
    public var settings: RoomSettings
    /// The seats held when the record was written, in the order of joining.
    public var seats: [SeatRecord]
    public var bans: [BanRecord]
    /// The latest messages, oldest first; public and private ones. At most `Limits.chatHistory` are loaded.
    public var chat: [ChatRecord]

    public init(
        settings: RoomSettings,
        seats: [SeatRecord] = [],
        bans: [BanRecord] = [],
        chat: [ChatRecord] = []
    ) {
        self.settings = settings
        self.seats = seats
        self.bans = bans
        self.chat = chat
    }
}

/// A room's own row.
public struct RoomSettings: Equatable, Sendable {
    public var name: RoomName
    public var locked: Bool
    public var lobby: Bool
    /// Whether members hide their addresses from each other: media goes through TURN only.
    public var relayOnly: Bool
    /// Devices (hashed) that may come back as host while the lobby is on; see `SignalManager.hostDevices`.
    public var hostDevices: [TokenHash]
    /// When the first of the present meeting came, Unix milliseconds.
    public var startedAt: UnixMilliseconds
    /// When a seat was last taken or freed, Unix milliseconds; empty rooms are forgotten by it.
    public var lastUsedAt: UnixMilliseconds

    public init(
        name: RoomName,
        locked: Bool = false,
        lobby: Bool = false,
        relayOnly: Bool = false,
        hostDevices: [TokenHash] = [],
        startedAt: UnixMilliseconds,
        lastUsedAt: UnixMilliseconds
    ) {
        self.name = name
        self.locked = locked
        self.lobby = lobby
        self.relayOnly = relayOnly
        self.hostDevices = hostDevices
        self.startedAt = startedAt
        self.lastUsedAt = lastUsedAt
    }
}

/// A participant as he is remembered through a restart of the server.
public struct SeatRecord: Equatable, Sendable {
    public var participant: ParticipantID
    public var name: String
    public var role: Role
    public var kind: ClientKind
    /// Hash of the resume token the client was given last.
    public var resume: TokenHash
    /// Hash of the token before it, valid only until the client has shown that the newer one arrived.
    public var previousResume: TokenHash?
    /// Hash of the id the browser keeps for itself, if it sent one.
    public var device: TokenHash?
    /// Hash of the client's address.
    public var address: TokenHash
    public var joinedAt: UnixMilliseconds

    public init(
        participant: ParticipantID,
        name: String,
        role: Role,
        kind: ClientKind,
        resume: TokenHash,
        previousResume: TokenHash? = nil,
        device: TokenHash? = nil,
        address: TokenHash,
        joinedAt: UnixMilliseconds
    ) {
        self.participant = participant
        self.name = name
        self.role = role
        self.kind = kind
        self.resume = resume
        self.previousResume = previousResume
        self.device = device
        self.address = address
        self.joinedAt = joinedAt
    }
}

/// Somebody who may not come back. Matches the device, or the address together with the name.
public struct BanRecord: Equatable, Sendable {
    public var device: TokenHash?
    public var address: TokenHash
    /// The name as `DisplayName.folded` gives it.
    public var foldedName: String
    public var at: UnixMilliseconds

    public init(device: TokenHash?, address: TokenHash, foldedName: String, at: UnixMilliseconds) {
        self.device = device
        self.address = address
        self.foldedName = foldedName
        self.at = at
    }
}

/// One chat message.
public struct ChatRecord: Equatable, Sendable {
    /// Unique in the room.
    public var id: String
    public var from: ParticipantID
    /// The sender's name when he wrote.
    public var name: String
    /// The receiver of a private message.
    public var to: ParticipantID?
    public var text: String
    /// The sender's own unique id: a resend after a reconnect finds the first.
    public var clientId: String
    public var at: UnixMilliseconds

    public init(
        id: String,
        from: ParticipantID,
        name: String,
        to: ParticipantID?,
        text: String,
        clientId: String,
        at: UnixMilliseconds
    ) {
        self.id = id
        self.from = from
        self.name = name
        self.to = to
        self.text = text
        self.clientId = clientId
        self.at = at
    }
}

/// A change to what is stored. The shell writes them in order; several may share one commit.
public enum StoredChange: Equatable, Sendable {
    /// Inserts or replaces the room's own row.
    case room(RoomSettings)
    /// Inserts or replaces a seat.
    case seat(RoomName, SeatRecord)
    /// Frees a seat; nothing happens when there is none.
    case freeSeat(RoomName, ParticipantID)
    /// Frees every seat of the room.
    case freeAllSeats(RoomName)
    case ban(RoomName, BanRecord)
    case chat(RoomName, ChatRecord)
}

/// 32 bytes of a keyed hash: what is kept of a secret or an address.
public struct TokenHash: Hashable, Sendable {
    /// The bytes; 32 of them when made by the server, whatever the injected function returns in tests.
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// Milliseconds since 1970 by the wall clock: for people to read, never to measure with.
public typealias UnixMilliseconds = Int64

/// What a participant may do.
public enum Role: String, Sendable, CaseIterable {
    case host, member, viewer
}

/// What a client says it is.
public enum ClientKind: String, Sendable, CaseIterable {
    case browser, headless
}
