/// How a member takes part.
enum Access: Equatable, Sendable {
    /// By a WebSocket: a person, or a program that speaks signalling.
    case signalling
    /// By WHIP (RFC 9725): sends, receives nothing, says nothing.
    case ingest
    /// By WHEP: receives, of everybody or of one participant only.
    case playback(of: ParticipantID?)

    /// Whether there is nothing but one HTTP exchange and the media: nobody to ask, to tell, or to host.
    var isHeadless: Bool { self != .signalling }

    var isPlayback: Bool { self != .signalling && self != .ingest }
}

/// What somebody who comes by HTTP asks for.
public struct HeadlessRequest: Equatable, Sendable {
    /// What he is here for.
    public enum Purpose: Equatable, Sendable {
        /// To publish (WHIP).
        case ingest
        /// To watch (WHEP): everybody, or one participant.
        case watch(ParticipantID?)
    }

    public var purpose: Purpose
    /// As it came; whether it names a room is answered with `bad-room`.
    public var room: String
    /// As it came; nil for the default of the purpose.
    public var name: String?
    /// A join token.
    public var token: String?
    /// The offer; opaque here.
    public var sdp: String
    /// What he sends, by m-line.
    public var tracks: [ClientMessage.TrackBinding]

    public init(
        _ purpose: Purpose,
        room: String,
        name: String? = nil,
        token: String? = nil,
        sdp: String,
        tracks: [ClientMessage.TrackBinding] = []
    ) {
        self.purpose = purpose
        self.room = room
        self.name = name
        self.token = token
        self.sdp = sdp
        self.tracks = tracks
    }

    var access: Access {
        switch purpose {
        case .ingest: .ingest
        case .watch(let participant): .playback(of: participant)
        }
    }

    fileprivate var defaultName: String { purpose == .ingest ? "Guest" : "Viewer" }

    /// The same as a client's `hello` would say it.
    var hello: ClientMessage.Hello {
        .init(
            room: room,
            name: name ?? defaultName,
            token: token,
            resume: nil,
            lastSeq: nil,
            kind: .headless,
            device: nil
        )
    }
}
