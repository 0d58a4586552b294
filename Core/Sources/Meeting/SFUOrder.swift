/// What the meeting wants of the media server, in the meeting's words: who, which m-line, whose track.
///
/// The shell carries each order out in the order given and answers by `MeetingManager.sfuAnswered`, `sfuRefused`,
/// `sfuConnected`, `sfuTrack` and `sfuSpeaking`. What was ordered of a participant before his `close` is answered no more.
public enum SFUOrder: Equatable, Sendable {
    /// A participant's offer; `sdp` is opaque here. To be answered with `sfuAnswered` or `sfuRefused` and the same `neg`.
    indirect case offer(
        ParticipantID,
        RoomName,
        neg: Int64,
        sdp: String,
        tracks: [ClientMessage.TrackBinding],
        re: Int64?
    )
    /// From now on forward this track on the participant's receiving m-line `mid`; nil: nothing.
    case assign(ParticipantID, mid: String, TrackID?)
    /// The track's owner has switched its source off (true) or on. A new track is not paused.
    case pause(TrackID, Bool)
    /// The participant's link has ended: forget his transport, his tracks and his m-lines.
    case close(ParticipantID)
}

/// One m-line of an answer, as the meeting needs to know it.
public struct SFULine: Equatable, Sendable {
    public var mid: String
    public var isAudio: Bool
    /// What the client sends on it; nil when it sends nothing, or nothing that it has named.
    public var source: Source?
    /// Whether the client receives on it: then it is a slot.
    public var isReceiving: Bool

    public init(mid: String, isAudio: Bool, source: Source? = nil, isReceiving: Bool = false) {
        self.mid = mid
        self.isAudio = isAudio
        self.source = source
        self.isReceiving = isReceiving
    }
}

/// One track of a meeting: `participant/source` on the wire.
public struct TrackID: Hashable, Sendable, CustomStringConvertible {
    public var participant: ParticipantID
    public var source: Source

    public init(_ participant: ParticipantID, _ source: Source) {
        self.participant = participant
        self.source = source
    }

    public var description: String { "\(participant)/\(source.rawValue)" }

    /// What belongs to it so that lips and voice fit: a participant's microphone and camera, his screen and its sound.
    var companion: TrackID {
        switch source {
        case .microphone: TrackID(participant, .camera)
        case .camera: TrackID(participant, .microphone)
        case .screen: TrackID(participant, .screenAudio)
        case .screenAudio: TrackID(participant, .screen)
        }
    }
}

extension Source {
    /// Whether its track is sound.
    public var isAudio: Bool { self == .microphone || self == .screenAudio }
}

extension ParticipantID {
    /// The media server, where a message names who it is to or from. No participant's id is so short.
    public static let sfu = ParticipantID("sfu")
}
