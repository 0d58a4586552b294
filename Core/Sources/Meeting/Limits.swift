/// Everything that a client can fill, and how far. Each limit says why it is what it is.
public enum Limits {
    /// Fits a DNS label and a line of text.
    public static let roomNameLength = 64
    /// Visible characters of a name: the longest that a tile can show.
    public static let nameCharacters = 64
    /// Unicode scalars of a name: stops towers of combining marks and emoji families without end.
    public static let nameScalars = 256
    /// Characters of a chat message (the contract's).
    public static let chatCharacters = 4_096
    /// Bytes of a chat message: 4 a character at most.
    public static let chatBytes = 16_384
    /// A sender's own id of a message: a UUID and some room.
    public static let clientIdBytes = 64
    /// Messages that a newcomer is given (the contract's).
    public static let chatHistory = 200
    /// Bytes of them in one `welcome`: with everything else it must fit a connection's queue of 256 KiB.
    public static let chatHistoryBytes = 98_304
    /// Chat messages of one room on their way to the disk.
    public static let pendingChat = 256
    /// Messages of one room that the disk refused and whose resend is recognised.
    public static let notStored = 64
    /// An SDP. Real ones have 4 to 20 KB; the frame holds 64 KiB.
    public static let sdpBytes = 49_152
    /// Lines of an SDP are shorter than this.
    public static let sdpLineBytes = 4_096
    /// m-lines of an SDP.
    public static let sdpMediaSections = 64
    /// A candidate line; real ones have 60 to 200 bytes.
    public static let candidateBytes = 1_024
    /// Relay candidates of one SDP whose addresses may stay in its other lines.
    static let relayAddresses = 64
    /// Entries of `tracks`.
    public static let tracks = 64
    /// Entries of `want`: the tiles of one screen and some more.
    public static let wants = 64
    /// m-lines of a member's link to the SFU: an offer with more gets too large for a frame.
    public static let sfuLines = 60
    /// Of those, the client's own: microphone, camera, screen and the screen's sound.
    public static let ownLines = 4
    /// Slots for sound that a link is asked to have.
    public static let audioSlots = 16
    /// Slots for video that a link is asked to have, where `sfuLines` leaves room.
    public static let videoSlots = 49
    /// Who is heard when there are more to hear than `audioSlots`.
    static let loudest = 8
    /// Bytes of a token of any kind.
    public static let tokenBytes = 4_096
    /// Guests waiting before one room.
    public static let lobbyGuests = 100
    /// Bans kept for one room; the oldest goes first.
    public static let bans = 500
    /// Devices that may come back as host; the oldest goes first.
    public static let hostDevices = 16
    /// Rooms in memory: the node's, not a person's.
    public static let rooms = 10_000
    /// `hello`s parked while a room is read from the disk.
    public static let loadingPerRoom = 256
    /// Messages kept for members who come back.
    public static let replayMessages = 1_000
    /// Bytes of them: offers are large.
    public static let replayBytes = 524_288

    /// Bytes that are sent again at once; who missed more gets a fresh `welcome`. Half a connection's queue of 256 KiB.
    public static let replayAtOnceBytes = 131_072

    /// A connection that does not introduce itself is closed.
    public static let helloDeadline: Duration = .seconds(10)
    /// How long a seat is held for a lost connection (`graceMs`).
    public static let grace: Duration = .seconds(60)
    /// The same after a page was closed or reloaded: a reload is back sooner, and a closed page leaves no ghost for a minute.
    public static let graceOfClosedPage: Duration = .seconds(15)
    /// Within this time two connections that show one resume token are racers, not a client whose answer was lost.
    public static let resumeRace: Duration = .seconds(2)
    /// How long the lobby and the hidden addresses of an empty room outlast its last member.
    public static let settingsOutlastMilliseconds: UnixMilliseconds = 24 * 3_600_000
    /// How long a member by WHIP or WHEP may be without media: his network may come back, or he restarts ICE.
    public static let headlessWithoutMedia: Duration = .seconds(30)
    /// Two malformed messages within this time close the connection.
    public static let malformedWindow: Duration = .seconds(1)

    /// New slots are used so long after their answer, when the client does not say sooner that it has it.
    static let slotsUsableAfter: Duration = .seconds(1)
    /// Nobody who has spoken within this time makes way for somebody else.
    static let speakerHold: Duration = .seconds(2)
    /// A meeting that has become small goes back to a mesh after this.
    static let meshAfter: Duration = .seconds(15)
    /// A move to the SFU is committed when all links stand, or after this: who has no link by then will not get one soon.
    static let sfuPreparesAtMost: Duration = .seconds(8)
    /// A move to a mesh takes at least this: sound has no `want`, and its links need a moment.
    static let meshPreparesAtLeast: Duration = .seconds(3)
    /// And at most this.
    static let meshPreparesAtMost: Duration = .seconds(10)

    /// Offers of one participant to the SFU: each costs a description read and one written.
    static let sfuOfferRate = TokenBucket.Rate(burst: 20, perSecond: 2)
    /// `hello`s of one network: a whole school that joins at nine behind one address, but no flood.
    static let greetingRate = TokenBucket.Rate(burst: 1_000, perSecond: 20)
    /// Networks whose `hello`s are counted at a time; about 100 bytes each.
    static let greetingNetworks = 20_000
    /// Chat messages of one participant: 5 a second after a burst.
    static let chatRate = TokenBucket.Rate(burst: 20, perSecond: 5)
    /// All messages of one connection; joining five peers costs about 120.
    static let messageRate = TokenBucket.Rate(burst: 400, perSecond: 60)
    /// Reactions of one participant.
    static let reactionRate = TokenBucket.Rate(burst: 10, perSecond: 3)
    /// Messages over the rate after which the connection is closed: nobody talks that much by mistake.
    static let rateLimitedBeforeClose = 2_000
    /// `error` answers that tell of the rate, so that the answer to a flood is no flood.
    static let rateLimitedAnswerEvery: Duration = .seconds(1)
}
