import Meeting
import Units
import Wire

@testable import Meeting

// The media server, played by the test: what it is told is in `orders`, what it says is said by these.
extension Harness {
    static let room = RoomName("blue-heron-42")

    func participant(_ name: String) -> ParticipantID { ParticipantID(id(name)) }

    func track(_ name: String, _ source: Source) -> TrackID { TrackID(participant(name), source) }

    /// What the media server was told since it was asked last.
    func takeOrders() -> [SFUOrder] {
        defer { orders = [] }
        return orders
    }

    /// A client's offer to the SFU; returns what the client is told at once.
    @discardableResult
    func offer(_ name: String, neg: Int = 1, tracks: String = #"{"0":"microphone","1":"camera"}"#) -> [Message] {
        say(name, #"{"type":"offer","id":\#(100 + neg),"to":"sfu","neg":\#(neg),"sdp":"v=0","tracks":\#(tracks)}"#)
    }

    /// The lines of a link with all four sources, mids 0 to 3, and slots `a0…` for sound and `v0…` for video.
    static func lines(audio: Int, video: Int) -> [SFULine] {
        Source.allCases.enumerated().map { SFULine(mid: "\($0)", isAudio: $1.isAudio, source: $1) }
            + (0..<audio).map { SFULine(mid: "a\($0)", isAudio: true, isReceiving: true) }
            + (0..<video).map { SFULine(mid: "v\($0)", isAudio: false, isReceiving: true) }
    }

    func answer(_ name: String, neg: Int64 = 1, audio: Int = 4, video: Int = 4) {
        let lines = Self.lines(audio: audio, video: video)
        perform(manager.sfuAnswered(participant(name), neg: neg, sdp: "v=0 answer", lines: lines, at: moment))
    }

    func refuse(_ name: String, neg: Int64 = 1, _ sentence: String = "No.") {
        perform(manager.sfuRefused(participant(name), neg: neg, sentence, at: moment))
    }

    func transport(_ name: String, isUp: Bool = true) {
        perform(manager.sfuConnected(participant(name), isUp, at: moment))
    }

    func speaking(_ names: [String]) {
        guard let room = Self.room else { return }
        perform(manager.sfuSpeaking(room, names.map(participant), at: moment))
    }

    /// Offer, answer, transport, and the client's word that it has the answer.
    func link(_ name: String, neg: Int = 1, audio: Int = 4, video: Int = 4) {
        offer(name, neg: neg)
        answer(name, neg: Int64(neg), audio: audio, video: video)
        transport(name)
        want(name, [])
    }

    func want(_ name: String, _ tracks: [TrackID], neg: Int? = nil) {
        let list = tracks.map { #"{"track":"\#($0)","width":640,"height":360}"# }.joined(separator: ",")
        let applied = neg.map { #","neg":\#($0)"# } ?? ""
        say(name, #"{"type":"want","video":[\#(list)]\#(applied)}"#)
    }

    func state(_ name: String, _ fields: String) { say(name, #"{"type":"state",\#(fields)}"#) }

    /// What each slot of somebody shows, by mid.
    func shown(_ name: String) -> [String: TrackID] {
        let slots = Self.room.flatMap { manager.rooms[$0]?.media[participant(name)]?.slots } ?? []
        return Dictionary(uniqueKeysWithValues: slots.compactMap { slot in slot.track.map { (slot.mid, $0) } })
    }
}

extension [SFUOrder] {
    /// The assignments to one participant, as `mid track`.
    func assigned(to participant: ParticipantID) -> [String] {
        compactMap { order in
            guard case .assign(participant, let mid, let track) = order else { return nil }
            return "\(mid) \(track.map(\.description) ?? "-")"
        }
    }

    var pauses: [String] {
        compactMap { order in
            guard case .pause(let track, let isPaused) = order else { return nil }
            return "\(track) \(isPaused)"
        }
    }

    var closed: [ParticipantID] {
        compactMap { order in
            guard case .close(let participant) = order else { return nil }
            return participant
        }
    }
}

extension [Message] {
    /// The topology messages, as `epoch mode phase`.
    var topologies: [String] {
        all("topology").map {
            "\($0["epoch"]?.integer ?? 0) \($0["mode"]?.string ?? "?") \($0["phase"]?.string ?? "?")"
        }
    }
}
