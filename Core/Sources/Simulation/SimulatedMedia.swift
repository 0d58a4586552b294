internal import Meeting

/// A client's link to the SFU, and what it knows of the topology: from messages alone.
struct SimulatedMedia {
    var mode = TopologyMode.mesh
    var epoch: UInt64 = 0
    var preparing: TopologyMode?
    /// Slots that its newest offer has.
    var offered = (audio: 0, video: 0)
    private var need = (audio: 4, video: 4)
    private var neg: Int64 = 0
    /// The offer that is not answered.
    private(set) var inFlight: Int64?
    /// The `id` of that offer.
    var request: Int64?
    /// Counts offers over all links: who waited for an earlier one waits in vain.
    private(set) var attempt = 0
    private(set) var applied: Set<String> = []
    private(set) var appliedNeg: Int64?
    /// Came back since its newest offer: the answer may have been lost, and was given up.
    var wasAway = false
    private(set) var slots: [String: TrackID] = [:]

    var target: TopologyMode { preparing ?? mode }

    /// Whether it should offer more slots.
    var isShort: Bool { need.audio > offered.audio || need.video > offered.video }

    /// The page is a new one.
    mutating func reset() {
        let attempt = attempt + 1
        self = SimulatedMedia()
        self.attempt = attempt
    }

    /// The meeting is given anew; the link is kept, but the server may know nothing of it.
    mutating func begin(_ room: ServerMessage.RoomInfo) {
        (mode, epoch, preparing) = (room.topology, room.epoch, nil)
        need = (4, 4)
        wasAway = appliedNeg != nil || inFlight != nil
    }

    /// Makes a new offer.
    mutating func begin() {
        neg += 1
        attempt += 1
        inFlight = neg
        offered = (max(offered.audio, need.audio), max(offered.video, need.video))
    }

    /// Takes the answer to the offer in flight; false for any other.
    mutating func apply(_ answered: Int64) -> Bool {
        guard inFlight == answered else { return false }
        inFlight = nil
        request = nil
        // Nobody waits for it any more.
        attempt += 1
        applied = Set(SignallingSimulation.slotNames(audio: offered.audio, video: offered.video))
        appliedNeg = answered
        wasAway = false
        return true
    }

    /// Reads what concerns it; returns what the protocol does not allow.
    mutating func read(_ message: ServerMessage, as me: ParticipantID?) -> [String] {
        switch message {
        case .topology(let epoch, let mode, let phase): return read(epoch, mode, phase)
        case .link: return target == .sfu ? ["a link in a room of the SFU"] : []
        case .need(let audio, let video):
            if audio < need.audio || video < need.video { return ["the need shrinks"] }
            need = (audio, video)
            return []
        case .resumed:
            wasAway = wasAway || inFlight != nil
            return []
        case .slots(let contents): return read(contents, me)
        default: return []
        }
    }

    private mutating func read(_ epoch: UInt64, _ mode: TopologyMode, _ phase: TopologyPhase) -> [String] {
        switch phase {
        case .prepare:
            guard epoch > self.epoch else { return ["prepare \(epoch) after \(self.epoch)"] }
            preparing = mode
        case .commit:
            guard epoch == self.epoch, preparing == mode else { return ["commit of what was not prepared"] }
            (self.mode, preparing) = (mode, nil)
        }
        self.epoch = epoch
        return []
    }

    private mutating func read(_ contents: [ServerMessage.SlotContent], _ me: ParticipantID?) -> [String] {
        for content in contents { slots[content.mid] = content.track }
        if !wasAway, !contents.allSatisfy({ applied.contains($0.mid) }) {
            return ["a slot before the answer that holds it"]
        }
        if slots.values.contains(where: { $0.participant == me }) { return ["a slot with itself"] }
        return Set(slots.values).count == slots.count ? [] : ["one track in two slots"]
    }
}
