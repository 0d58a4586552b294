internal import Units

/// A member of a room: connected, or expected back within the grace.
struct Seat: Equatable, Sendable {
    let id: ParticipantID
    let name: DisplayName
    var role: Role
    let kind: ClientKind
    let device: TokenHash?
    let address: TokenHash
    var access = Access.signalling
    let joinedAt: UnixMilliseconds

    /// Nil while the seat is held for a lost connection.
    var connection: ConnectionID?
    /// The hash of the token that resumes the seat next.
    var resume: TokenHash
    /// The token before it, while nothing shows that its successor arrived.
    var previousResume: TokenHash?
    /// When the token before was used.
    var resumedAt: Timestamp?
    /// When the seat is given up; nil while connected.
    var graceEnds: Timestamp?
    /// When a headless member is given up, because his media is gone; nil while it stands.
    var mediaEnds: Timestamp?
    /// When the member gets ICE servers anew; nil while not connected, and when they do not expire.
    var iceServersDue: Timestamp?
    /// The `seq` of the seat's `joined`; 0 for one that was restored from storage.
    var joinedSeq: UInt64 = 0

    var microphone = OnOff.off
    var camera = OnOff.off
    var screen = OnOff.off
    var handAt: UnixMilliseconds?
    var away = false
    /// Whose tracks the member last said it shows, so that a publisher hears when nobody looks any more.
    var wantedFrom: [ParticipantID] = []

    var chatBucket = TokenBucket(Limits.chatRate)
    var reactionBucket = TokenBucket(Limits.reactionRate)

    var participant: ServerMessage.Participant {
        .init(
            id: id,
            name: name.description,
            role: role,
            kind: kind,
            isConnected: connection != nil,
            microphone: microphone,
            camera: camera,
            screen: screen,
            handAt: handAt,
            away: away,
            joinedAt: joinedAt
        )
    }

    var record: SeatRecord {
        .init(
            participant: id,
            name: name.description,
            role: role,
            kind: kind,
            resume: resume,
            previousResume: previousResume,
            device: device,
            address: address,
            joinedAt: joinedAt
        )
    }
}

extension Seat {
    /// A seat out of storage, held until `graceEnds`. Nil when the stored name would not be taken today.
    init?(_ record: SeatRecord, graceEnds: Timestamp) {
        guard let name = DisplayName(record.name) else { return nil }
        self.init(
            id: record.participant,
            name: name,
            role: record.role,
            kind: record.kind,
            device: record.device,
            address: record.address,
            joinedAt: record.joinedAt,
            connection: nil,
            resume: record.resume,
            previousResume: record.previousResume,
            graceEnds: graceEnds
        )
    }
}

/// Somebody who has said `hello` and asks to come in: what is known of him, before he is anything in the room.
struct Caller: Equatable, Sendable {
    let connection: ConnectionID
    let name: DisplayName
    let kind: ClientKind
    let device: TokenHash?
    let address: TokenHash
    /// The `id` of his `hello`, for the answer.
    let helloID: Int64?
    var access = Access.signalling
}

/// A caller who waits in the lobby. He has an id for hosts to name him by, and nothing else of the room.
struct Guest: Equatable, Sendable {
    let id: ParticipantID
    let caller: Caller
    let since: UnixMilliseconds
    /// The place in the line that he was told last, from 1.
    var position = 0

    var seenByHosts: ServerMessage.WaitingGuest { .init(id: id, name: caller.name.description, since: since) }
}
