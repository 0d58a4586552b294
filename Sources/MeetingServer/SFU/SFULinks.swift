import Meeting
import PeerConnection
import RTP
import SFU
import Telemetry
import Units

import struct SDP.SDPError

/// The links between members and the SFU as the control plane keeps them: who negotiated what, and which names the media
/// plane knows them by. A value of `MeetingService`'s.
///
/// Descriptions are read and answered here. The media plane gets numbers: a key for each link, the index of each m-line.
struct SFULinks {
    /// What the media plane offers.
    struct Plane: Sendable {
        /// A room's links all live on one of so many workers.
        var workers: Int
        /// SHA-256 of the certificate.
        var fingerprint: [UInt8]
        /// Where clients reach the SFU, as descriptions have it.
        var candidates: @Sendable () -> [String]
        /// Hands a command to a worker; false when it takes none.
        var order: @Sendable (SFUCommand, _ worker: Int) -> Bool
    }

    /// What came of an offer.
    enum Reply: Equatable {
        case answered(ParticipantID, neg: Int64, sdp: String, lines: [SFULine])
        case refused(ParticipantID, neg: Int64, ErrorCode, String)
    }

    /// What the media plane said, in the meeting's words.
    enum News: Equatable {
        case connected(ParticipantID, Bool)
        case track(ParticipantID, Source, isLive: Bool)
        case speaking(RoomName, [ParticipantID])
    }

    fileprivate struct Link {
        let key: TransportKey
        let room: RoomName
        let worker: Int
        /// The client's connection, by the number of its session: another one is another link.
        let session: Substring
        var negotiator: Negotiator
        /// The index of each m-line.
        var lines: [String: UInt8] = [:]
        var sources: [Source: UInt8] = [:]
        /// When the first offer came; nil once media can go.
        var offered: Timestamp?
    }

    private struct Room {
        let key: RoomKey
        let worker: Int
        var links = 0
    }

    private let plane: Plane
    private var random = SystemRandomNumberGenerator()
    private var links: [ParticipantID: Link] = [:]
    private var participants: [TransportKey: ParticipantID] = [:]
    private var rooms: [RoomName: Room] = [:]
    private var roomNames: [RoomKey: RoomName] = [:]
    /// Links of each worker, so that rooms spread.
    private var load: [Int]
    private var lastKey: UInt64 = 0
    /// What is shown in each slot; kept by names, because a link may be replaced on either side.
    private var shown: [ParticipantID: [String: TrackID]] = [:]
    private var paused: Set<TrackID> = []
    /// Seconds from a link's first offer until it is connected.
    private(set) var joinTimes = Histogram(bounds: [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30])

    init(_ plane: Plane) {
        self.plane = plane
        load = Array(repeating: 0, count: max(plane.workers, 1))
    }

    /// How many links there are.
    var count: Int { links.count }
}

// MARK: - Orders

extension SFULinks {
    /// Does what the meeting wants; an offer has a reply.
    mutating func perform(_ order: SFUOrder, at now: Timestamp) -> Reply? {
        switch order {
        case .offer(let participant, let room, let neg, let sdp, let tracks, _):
            return offer(participant, in: room, neg: neg, sdp: sdp, tracks: tracks, at: now)
        case .assign(let participant, let mid, let track): assign(participant, mid: mid, track)
        case .pause(let track, let isPaused): pause(track, isPaused)
        case .close(let participant): close(participant)
        }
        return nil
    }

    /// Answers an offer: the first of a connection opens a link, later ones change it.
    mutating func offer(
        _ participant: ParticipantID,
        in room: RoomName,
        neg: Int64,
        sdp: String,
        tracks: [ClientMessage.TrackBinding],
        at now: Timestamp
    ) -> Reply {
        do {
            let session = Self.session(of: sdp)
            if let link = links[participant], link.session != session || link.room != room { forget(participant) }
            return if links[participant] == nil {
                try open(participant, in: room, neg: neg, session, sdp, tracks, at: now)
            } else {
                try renegotiate(participant, neg: neg, sdp, tracks)
            }
        } catch {
            return .refused(participant, neg: neg, .badMessage, error.sentence)
        }
    }

    private mutating func open(
        _ participant: ParticipantID,
        in name: RoomName,
        neg: Int64,
        _ session: Substring,
        _ sdp: String,
        _ tracks: [ClientMessage.TrackBinding],
        at now: Timestamp
    ) throws(SDPError) -> Reply {
        let room = rooms[name] ?? Room(key: RoomKey(rawValue: nextKey()), worker: quietestWorker)
        var link = Link(
            key: TransportKey(rawValue: nextKey()),
            room: name,
            worker: room.worker,
            session: session,
            negotiator: Negotiator(
                worker: UInt16(truncatingIfNeeded: room.worker),
                fingerprint: plane.fingerprint,
                candidates: plane.candidates(),
                sessionID: random.next() >> 2,
                using: &random
            ),
            offered: now
        )
        let negotiated = try link.negotiator.answer(sdp)
        let lines = link.take(negotiated.session, tracks)
        guard plane.order(.connect(link.key, room: room.key, negotiated.session), link.worker) else {
            return .refused(participant, neg: neg, .serverError, "The media part of this server is not running.")
        }
        rooms[name] = room
        rooms[name]?.links += 1
        roomNames[room.key] = name
        load[room.worker] += 1
        links[participant] = link
        participants[link.key] = participant
        restore(participant)
        return .answered(participant, neg: neg, sdp: negotiated.answer, lines: lines)
    }

    private mutating func renegotiate(
        _ participant: ParticipantID,
        neg: Int64,
        _ sdp: String,
        _ tracks: [ClientMessage.TrackBinding]
    ) throws(SDPError) -> Reply {
        guard var link = links[participant] else { preconditionFailure("asked for a link that is there") }
        let negotiated = try link.negotiator.answer(sdp)
        let before = Set(link.sources.keys)
        let lines = link.take(negotiated.session, tracks)
        links[participant] = link
        _ = plane.order(.renegotiate(link.key, negotiated.session), link.worker)
        if Set(link.sources.keys) != before { restore(participant) }
        return .answered(participant, neg: neg, sdp: negotiated.answer, lines: lines)
    }

    /// Shows a track on one of a participant's m-lines, or nothing.
    mutating func assign(_ participant: ParticipantID, mid: String, _ track: TrackID?) {
        shown[participant, default: [:]][mid] = track
        order(participant, mid)
    }

    /// Holds a track back from everybody, or lets it through.
    mutating func pause(_ track: TrackID, _ isPaused: Bool) {
        if isPaused { paused.insert(track) } else { paused.remove(track) }
        guard let (source, worker) = place(of: track) else { return }
        _ = plane.order(.pause(source, isPaused), worker)
    }

    /// A participant has gone for good.
    mutating func close(_ participant: ParticipantID) {
        forget(participant)
        shown[participant] = nil
        for source in Source.allCases { paused.remove(TrackID(participant, source)) }
    }
}

// MARK: - What the media plane says

extension SFULinks {
    /// What an event means for the meeting; nil when it is of a link that is gone, or nobody's business.
    mutating func news(_ event: SFUEvent, at now: Timestamp) -> News? {
        switch event {
        case .connected(let key):
            guard let participant = participants[key] else { return nil }
            noteJoin(participant, at: now)
            return .connected(participant, true)
        case .lost(let key), .failed(let key): return participants[key].map { .connected($0, false) }
        case .started(let track): return news(of: track, isLive: true)
        case .stalled(let track): return news(of: track, isLive: false)
        case .speaking(let room, let keys):
            return roomNames[room].map { .speaking($0, keys.compactMap { participants[$0] }) }
        case .opened, .closed: return nil
        }
    }

    /// The first time counts; a link that comes back later was not joining.
    private mutating func noteJoin(_ participant: ParticipantID, at now: Timestamp) {
        guard let offered = links[participant]?.offered else { return }
        links[participant]?.offered = nil
        joinTimes.observe(Double((now - offered).wholeNanoseconds) / 1e9)
    }

    private func news(of track: TrackKey, isLive: Bool) -> News? {
        guard let participant = participants[track.transport],
            let source = links[participant]?.sources.first(where: { $0.value == track.line })?.key
        else { return nil }
        return .track(participant, source, isLive: isLive)
    }
}

// MARK: - Names and numbers

extension SFULinks {
    private mutating func nextKey() -> UInt64 {
        lastKey += 1
        return lastKey
    }

    private var quietestWorker: Int { load.indices.min { load[$0] < load[$1] } ?? 0 }

    /// Ends a link; what was shown stays remembered.
    private mutating func forget(_ participant: ParticipantID) {
        guard let link = links.removeValue(forKey: participant) else { return }
        participants[link.key] = nil
        load[link.worker] -= 1
        _ = plane.order(.close(link.key), link.worker)
        guard var room = rooms[link.room] else { return }
        room.links -= 1
        rooms[link.room] = room.links > 0 ? room : nil
        if room.links == 0 { roomNames[room.key] = nil }
    }

    /// Tells the media plane of everything that has to do with a participant's new link or new m-lines.
    private mutating func restore(_ participant: ParticipantID) {
        for mid in (shown[participant] ?? [:]).keys.sorted() { order(participant, mid) }
        for (other, slots) in shown where other != participant {
            for (mid, track) in slots where track.participant == participant { order(other, mid) }
        }
        for source in Source.allCases where paused.contains(TrackID(participant, source)) {
            pause(TrackID(participant, source), true)
        }
    }

    /// Orders what is to be shown on an m-line.
    private func order(_ participant: ParticipantID, _ mid: String) {
        guard let link = links[participant], let line = link.lines[mid] else { return }
        let source = shown[participant]?[mid].flatMap { place(of: $0)?.key }
        _ = plane.order(.assign(slot: TrackKey(transport: link.key, line: line), source: source), link.worker)
    }

    private func place(of track: TrackID) -> (key: TrackKey, worker: Int)? {
        guard let link = links[track.participant], let line = link.sources[track.source] else { return nil }
        return (TrackKey(transport: link.key, line: line), link.worker)
    }

    /// The number of a session in `o=` (RFC 8866 §5.2): another one for every RTCPeerConnection.
    private static func session(of sdp: String) -> Substring {
        guard let line = sdp.split(whereSeparator: \.isNewline).first(where: { $0.hasPrefix("o=") }) else { return "" }
        let fields = line.split(separator: " ")
        return fields.count > 1 ? fields[1] : ""
    }
}

extension SFULinks.Link {
    /// Takes over what was agreed, and says it in the meeting's words.
    fileprivate mutating func take(_ session: SessionParameters, _ tracks: [ClientMessage.TrackBinding]) -> [SFULine] {
        var agreed: [SFULine] = []
        for (index, line) in session.lines.enumerated().prefix(Int(UInt8.max)) {
            let mid = line.mid.text
            lines[mid] = UInt8(truncatingIfNeeded: index)
            guard line.kind != .none else { continue }
            let isAudio = line.kind == .audio
            let named = line.isSending ? tracks.first { $0.mid == mid && $0.source.isAudio == isAudio }?.source : nil
            if let named { sources[named] = UInt8(truncatingIfNeeded: index) }
            agreed.append(SFULine(mid: mid, isAudio: isAudio, source: named, isReceiving: line.isReceiving))
        }
        return agreed
    }
}
