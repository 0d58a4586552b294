/// What the server says (docs/PROTOCOL.md), without `seq` and `re`: those belong to a delivery.
///
/// The large cases are boxed, because `ReplayLog` keeps messages by the hundred in every room and most of them are `link`.
public enum ServerMessage: Equatable, Sendable {
    indirect case welcome(Welcome)
    case waiting(you: ParticipantID, position: Int, now: UnixMilliseconds)
    indirect case resumed(
        you: ParticipantID,
        role: Role,
        resume: String,
        iceServers: [ICEServer],
        now: UnixMilliseconds
    )
    indirect case joined(Participant)
    indirect case updated(Participant)
    indirect case left(Participant, LeaveReason)
    indirect case offer(from: ParticipantID, ClientMessage.Negotiation)
    indirect case answer(from: ParticipantID, ClientMessage.Negotiation)
    indirect case candidate(from: ParticipantID, ClientMessage.Trickle)
    case link(with: ParticipantID, polite: Bool, fresh: Bool)
    case want(from: ParticipantID, [ClientMessage.WantedTrack])
    case topology(epoch: UInt64, TopologyMode, TopologyPhase)
    case need(audio: Int, video: Int)
    case slots([SlotContent])
    case given([GivenTrack])
    case demand([DemandedTrack])
    case speaking([ParticipantID])
    indirect case chat(ChatRecord, stored: Bool)
    case reaction(participant: ParticipantID, emoji: String)
    indirect case moderated(Moderated)
    case lobby([WaitingGuest])
    case iceServers([ICEServer])
    indirect case notice(code: String, message: String)
    case bye(ByeReason, retry: Retry)
    indirect case error(ErrorCode, message: String, retry: Retry)
    case pong

    /// The answer to a `hello` that was let in.
    public struct Welcome: Equatable, Sendable {
        public var you: ParticipantID
        public var role: Role
        public var room: RoomInfo
        public var participants: [Participant]
        public var chat: [ChatRecord]
        public var iceServers: [ICEServer]
        public var resume: String
        public var waiting: [WaitingGuest]
        public var now: UnixMilliseconds
    }

    /// The room as members see it.
    public struct RoomInfo: Equatable, Sendable {
        public var name: RoomName
        public var topology: TopologyMode
        /// The topology's: a `topology` message of a lower one is old.
        public var epoch: UInt64
        public var locked: Bool
        public var lobby: Bool
        public var relayOnly: Bool
        public var startedAt: UnixMilliseconds
        public var limit: Int
    }

    /// A member as members see him.
    public struct Participant: Equatable, Sendable {
        public var id: ParticipantID
        public var name: String
        public var role: Role
        public var kind: ClientKind
        public var isConnected: Bool
        public var microphone: OnOff
        public var camera: OnOff
        public var screen: OnOff
        public var handAt: UnixMilliseconds?
        public var away: Bool
        public var joinedAt: UnixMilliseconds
    }

    /// Somebody in the lobby as hosts see him.
    public struct WaitingGuest: Equatable, Sendable {
        public var id: ParticipantID
        public var name: String
        public var since: UnixMilliseconds
    }

    /// What a receiving m-line shows now; nil: nothing.
    public struct SlotContent: Equatable, Sendable {
        public var mid: String
        public var track: TrackID?
    }

    /// How well a wanted track is forwarded now.
    public struct GivenTrack: Equatable, Sendable {
        /// Why it is less than wanted.
        public enum Reason: String, Sendable {
            case bandwidth, publisher, paused, cpu
        }

        public var track: TrackID
        /// Pixels; nil when nobody knows yet, as are the rest.
        public var width: Int64?
        public var height: Int64?
        public var framesPerSecond: Int64?
        public var reason: Reason?
    }

    /// Which layers of one of its own tracks anybody needs; the client pauses the others.
    public struct DemandedTrack: Equatable, Sendable {
        public var track: TrackID
        /// Simulcast layers (RID); empty: nobody looks.
        public var layers: [String]
    }

    /// An order that a host gave.
    public struct Moderated: Equatable, Sendable {
        public var action: ModerationAction
        public var by: ParticipantID
        public var participant: ParticipantID?
        public var on: Bool?
        /// The room's settings after `lock`, `unlock`, `lobby`, `relay-only`.
        public var room: Settings?

        /// What hosts can set of a room.
        public struct Settings: Equatable, Sendable {
            public var locked: Bool
            public var lobby: Bool
            public var relayOnly: Bool
        }
    }
}

/// An entry of `iceServers`, as RTCConfiguration takes it.
public struct ICEServer: Equatable, Sendable {
    public var urls: [String]
    public var username: String?
    public var credential: String?

    public init(urls: [String], username: String? = nil, credential: String? = nil) {
        self.urls = urls
        self.username = username
        self.credential = credential
    }
}

/// Why somebody is no longer a member.
public enum LeaveReason: String, Sendable {
    case left, lost, removed, banned, ended
}

/// Why the server closes a connection.
public enum ByeReason: String, Sendable {
    case left, removed, banned, denied, ended, replaced, draining
}

/// Whether asking again helps.
public enum Retry: String, Sendable {
    case none, now, later
}

/// The stable codes of `error`.
public enum ErrorCode: String, Sendable, CaseIterable {
    case badMessage = "bad-message"
    case badRoom = "bad-room"
    case badName = "bad-name"
    case badToken = "bad-token"
    case notAllowed = "not-allowed"
    case roomFull = "room-full"
    case roomLocked = "room-locked"
    case denied
    case rateLimited = "rate-limited"
    case noSuchParticipant = "no-such-participant"
    case stale
    case serverDraining = "server-draining"
    case serverError = "server-error"
}
