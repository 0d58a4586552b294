/// The latest messages of a room that changed something, for members who come back.
///
/// Bounded by number and by bytes; when a message has fallen out, whoever missed it gets a fresh `welcome` instead.
struct ReplayLog: Equatable, Sendable {
    /// Who was meant.
    enum Audience: Equatable, Sendable {
        case everybody
        case only([ParticipantID])
        case allBut(ParticipantID)

        func includes(_ participant: ParticipantID) -> Bool {
            switch self {
            case .everybody: true
            case .only(let participants): participants.contains(participant)
            case .allBut(let absent): absent != participant
            }
        }
    }

    struct Entry: Equatable, Sendable {
        let seq: UInt64
        let message: ServerMessage
        let audience: Audience
        let bytes: Int
    }

    private var entries: [Entry] = []
    /// Index of the oldest entry that still counts; the array is compacted now and then.
    private var start = 0
    private var bytes = 0
    /// Bytes of the entries before `start`, which are still held.
    private var forgottenBytes = 0
    /// The `seq` of the newest message that is no longer here.
    private(set) var forgottenThrough: UInt64

    /// A log that knows nothing of what came up to `seq`.
    init(after seq: UInt64) { forgottenThrough = seq }

    mutating func append(seq: UInt64, _ message: ServerMessage, to audience: Audience) {
        if case .lobby = message { dropLobby() }
        let entry = Entry(seq: seq, message: message, audience: audience, bytes: message.approximateBytes)
        entries.append(entry)
        bytes += entry.bytes
        while entries.count - start > Limits.replayMessages || bytes > Limits.replayBytes {
            bytes -= entries[start].bytes
            forgottenBytes += entries[start].bytes
            forgottenThrough = entries[start].seq
            start += 1
        }
        if start > Limits.replayMessages || forgottenBytes > Limits.replayBytes {
            entries.removeFirst(start)
            start = 0
            forgottenBytes = 0
        }
    }

    /// What the log holds, for the tests of its bounds.
    var held: (entries: Int, bytes: Int) { (entries.count, bytes + forgottenBytes) }

    /// The list of guests is whole each time: only the newest counts, or guests who come and go would push everything else out.
    private mutating func dropLobby() {
        guard let old = entries[start...].lastIndex(where: { if case .lobby = $0.message { true } else { false } })
        else {
            return
        }
        bytes -= entries.remove(at: old).bytes
    }

    /// What `participant` missed after `seq`; nil when some of it is no longer here, or when it is too much at once.
    func missed(by participant: ParticipantID, after seq: UInt64) -> [Entry]? {
        guard seq >= forgottenThrough else { return nil }
        let missed = entries[start...].filter { $0.seq > seq && $0.audience.includes(participant) }
        guard missed.reduce(0, { $0 + $1.bytes }) <= Limits.replayAtOnceBytes else { return nil }
        return missed
    }
}

extension ServerMessage {
    /// What the message costs to keep: exact for the large ones, a guess for the rest.
    fileprivate var approximateBytes: Int {
        switch self {
        case .offer(_, let negotiation), .answer(_, let negotiation):
            256 + negotiation.sdp.utf8.count * 9 / 8 + 64 * negotiation.tracks.count
        case .candidate(_, let trickle): 256 + trickle.bytes
        case .chat(let record, _): record.wireBytes
        case .want(_, let tracks): 128 + 64 * tracks.count
        case .lobby(let guests): 128 + guests.reduce(0) { $0 + 128 + $1.name.utf8.count }
        default: 384
        }
    }
}

extension ClientMessage.Trickle {
    fileprivate var bytes: Int {
        switch candidate {
        case .end: 0
        case .line(let line): line.utf8.count
        case .full(let line, let mid, _, let fragment):
            line.utf8.count + (mid?.utf8.count ?? 0) + (fragment?.utf8.count ?? 0)
        }
    }
}
