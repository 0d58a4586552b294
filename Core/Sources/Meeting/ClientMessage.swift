/// What a client may say (docs/PROTOCOL.md). A value that exists is within all limits.
public enum ClientMessage: Equatable, Sendable {
    case hello(Hello)
    case offer(Negotiation)
    case answer(Negotiation)
    case candidate(Trickle)
    case state(StateChange)
    /// `neg`: the newest answer of the SFU that the sender has applied, if it says so.
    case want([WantedTrack], neg: Int64? = nil)
    case chat(text: String, to: ParticipantID?, clientId: String)
    case react(emoji: String)
    case moderate(Moderation)
    case leave
    case ping
    /// A type of a later version: ignored and counted.
    case unknown

    /// The first message.
    public struct Hello: Equatable, Sendable {
        /// As it came; whether it names a room is answered with `bad-room`.
        public var room: String
        /// As it came; whether it is a name is answered with `bad-name`.
        public var name: String
        public var token: String?
        public var resume: String?
        public var lastSeq: UInt64?
        public var kind: ClientKind
        public var device: String?
    }

    /// An SDP on its way to another member.
    public struct Negotiation: Equatable, Sendable {
        public var peer: ParticipantID
        public var neg: Int64
        /// Opaque here, but limited in size, lines and m-lines.
        public var sdp: String
        public var tracks: [TrackBinding]
    }

    /// One m-line's source.
    public struct TrackBinding: Equatable, Sendable {
        public var mid: String
        public var source: Source

        public init(mid: String, source: Source) {
            self.mid = mid
            self.source = source
        }
    }

    /// A candidate on its way to another member.
    public struct Trickle: Equatable, Sendable {
        public var peer: ParticipantID
        public var neg: Int64
        public var candidate: Candidate
    }

    /// RTCIceCandidateInit, or the candidate line alone, or the end of candidates.
    public enum Candidate: Equatable, Sendable {
        case full(candidate: String, sdpMid: String?, sdpMLineIndex: Int64?, usernameFragment: String?)
        case line(String)
        case end
    }

    /// What changed with the sender; nil is unchanged.
    public struct StateChange: Equatable, Sendable {
        public var microphone: OnOff?
        public var camera: OnOff?
        public var screen: OnOff?
        public var hand: Bool?
        public var away: Bool?
    }

    /// A tile that the sender shows.
    public struct WantedTrack: Equatable, Sendable {
        public var participant: ParticipantID
        public var source: Source
        /// Device pixels.
        public var width: Int64
        public var height: Int64
        public var priority: Int64?
    }

    /// A host's order.
    public struct Moderation: Equatable, Sendable {
        public var action: ModerationAction
        public var participant: ParticipantID?
        public var on: Bool?
    }
}

extension ClientMessage {
    /// Whom a negotiation is for.
    var peer: ParticipantID? {
        switch self {
        case .offer(let negotiation), .answer(let negotiation): negotiation.peer
        case .candidate(let trickle): trickle.peer
        default: nil
        }
    }

    /// Whether it can change what goes by the SFU.
    var mayConcernMedia: Bool {
        switch self {
        case .hello, .offer, .state, .want, .moderate, .leave: true
        case .answer, .candidate, .chat, .react, .ping, .unknown: false
        }
    }
}

/// Where a track comes from. A participant has at most one of each.
public enum Source: String, Sendable, CaseIterable {
    case microphone, camera, screen, screenAudio
}

/// The state of a source.
public enum OnOff: String, Sendable {
    case on, off
}

/// What a host may order.
public enum ModerationAction: String, Sendable, CaseIterable {
    case mute
    case stopCamera = "stop-camera"
    case stopScreen = "stop-screen"
    case lowerHand = "lower-hand"
    case remove, ban, admit, deny, promote, demote, lock, unlock, lobby
    case relayOnly = "relay-only"
    case end
}

/// The emoji that `react` takes.
public enum Reactions {
    public static let all = ["👍", "👏", "❤️", "😂", "😮", "😢", "🎉", "🤔", "🙏", "👋"]
}
