internal import Meeting
internal import Wire

// The media server's side and the clients' links to it.
extension SignallingSimulation {
    // MARK: The media server

    /// Carries out an order and decides what comes of it: mostly an answer, sometimes a refusal, sometimes nothing.
    mutating func perform(_ order: SFUOrder) {
        report(sfu.take(order))
        if tracesText { trace("\(order)".utf8) }
        if case .assign(_, _, .some) = order { outcome.slotsFilled += 1 }
        guard case .offer(let participant, _, let neg, let sdp, let tracks, _) = order,
            let generation = sfu.links[participant]?.generation
        else { return }
        let counts = sdp.split(separator: " ").compactMap { Int($0) }
        guard counts.count == 2, isQuiet || !random.chance(5) else { return }
        let event: SFUEvent =
            !isQuiet && random.chance(10)
            ? .refuse(participant, generation: generation, neg: neg)
            : .answer(
                participant,
                generation: generation,
                neg: neg,
                audio: counts[0],
                video: counts[1],
                tracks: tracks
            )
        schedule(.sfu(event, run: run), in: random.below(40))
    }

    mutating func handle(_ event: SFUEvent) {
        let moment = moment
        switch event {
        case .answer(let participant, let generation, let neg, let audio, let video, let tracks):
            guard sfu.links[participant]?.generation == generation else { return }
            let lines = Self.lines(tracks, audio: audio, video: video)
            sfu.links[participant]?.slots = Set(lines.filter(\.isReceiving).map(\.mid))
            sfu.links[participant]?.published = Set(tracks.map(\.source))
            transition(.other) { manager, _ in
                manager.sfuAnswered(participant, neg: neg, sdp: "answer \(neg)", lines: lines, at: moment)
            }
            connect(participant, generation)
        case .refuse(let participant, let generation, let neg):
            guard sfu.links[participant]?.generation == generation else { return }
            transition(.other) { manager, _ in
                manager.sfuRefused(participant, neg: neg, code: .serverError, "Not now.", at: moment)
            }
        case .connected(let participant, let generation, let isUp):
            guard sfu.links[participant]?.generation == generation else { return }
            sfu.links[participant]?.isConnected = isUp
            transition(.other) { manager, _ in manager.sfuConnected(participant, isUp, at: moment) }
        case .track(let participant, let generation, let source, let isLive):
            guard sfu.links[participant]?.generation == generation else { return }
            transition(.other) { manager, _ in manager.sfuTrack(participant, source, isLive: isLive, at: moment) }
        }
    }

    /// The transport comes up in a while; some are lost again, some come back, some never get so far.
    private mutating func connect(_ participant: ParticipantID, _ generation: Int) {
        guard isQuiet || random.chance(90) else { return }
        var delay = 10 + random.below(random.chance(10) ? 5_000 : 300)
        schedule(.sfu(.connected(participant, generation: generation, true), run: run), in: delay)
        guard !isQuiet, random.chance(20) else { return }
        delay += random.below(5_000)
        schedule(.sfu(.connected(participant, generation: generation, false), run: run), in: delay)
        schedule(.sfu(.track(participant, generation: generation, .camera, isLive: false), run: run), in: delay)
        guard random.chance(70) else { return }
        delay += random.below(5_000)
        schedule(.sfu(.connected(participant, generation: generation, true), run: run), in: delay)
        schedule(.sfu(.track(participant, generation: generation, .camera, isLive: true), run: run), in: delay)
    }

    /// Now and then somebody speaks.
    mutating func speak() {
        guard random.chance(20) else { return }
        let room = rooms[random.below(rooms.count)]
        let inside = sfu.links.filter { $0.value.room == room && $0.value.isConnected }.keys.sorted()
        guard !inside.isEmpty else { return }
        let (speaker, moment) = (inside[random.below(inside.count)], moment)
        transition(.other) { manager, _ in manager.sfuSpeaking(room, [speaker], at: moment) }
    }

    static func lines(_ tracks: [ClientMessage.TrackBinding], audio: Int, video: Int) -> [SFULine] {
        tracks.map { SFULine(mid: $0.mid, isAudio: $0.source.isAudio, source: $0.source) }
            + slotNames(audio: audio, video: video).map {
                SFULine(mid: $0, isAudio: $0.hasPrefix("a"), isReceiving: true)
            }
    }

    static func slotNames(audio: Int, video: Int) -> [String] {
        (0..<audio).map { "a\($0)" } + (0..<video).map { "v\($0)" }
    }

    // MARK: The clients' links

    /// The client offers as many slots as it needs, unless an offer of it is on its way. `attempt`: which of its offers was
    /// waited for when this was scheduled; if that one is still not answered it is given up.
    mutating func renegotiate(_ index: Int, _ attempt: Int) {
        guard clients[index].presence == .inside, clients[index].media.attempt == attempt else { return }
        clients[index].media.begin()
        offer(index)
    }

    /// Sends the offer that is in flight, maybe once more.
    mutating func offer(_ index: Int) {
        let media = clients[index].media
        guard let neg = media.inFlight else { return }
        let request = say(index) { json in
            json.field("type", "offer")
            json.field("to", "sfu")
            json.field("neg", neg)
            json.field("sdp", "\(media.offered.audio) \(media.offered.video)")
            json.object("tracks") { json in
                for (mid, source) in Source.allCases.enumerated() { json.field(named: "\(mid)", source.rawValue) }
            }
        }
        clients[index].media.request = request
        schedule(.renegotiate(index, attempt: media.attempt), in: 4_000 + random.below(4_000))
    }

    /// What a message means for the client's link.
    mutating func follow(_ message: ServerMessage, re: Int64?, _ index: Int) {
        switch message {
        case .welcome:
            // A link that the server knows nothing of is noticed when nothing comes over it any more.
            let delay = clients[index].media.appliedNeg == nil ? 100 : 8_000
            schedule(.renegotiate(index, attempt: clients[index].media.attempt), in: random.below(delay))
        case .resumed where clients[index].media.inFlight != nil: offer(index)
        case .resumed where clients[index].media.isShort || clients[index].media.appliedNeg == nil:
            schedule(.renegotiate(index, attempt: clients[index].media.attempt), in: random.below(100))
        case .resumed where clients[index].id.map { sfu.links[$0] == nil } ?? false:
            schedule(.renegotiate(index, attempt: clients[index].media.attempt), in: random.below(8_000))
        case .need:
            if clients[index].media.inFlight == nil, clients[index].media.isShort {
                schedule(.renegotiate(index, attempt: clients[index].media.attempt), in: random.below(100))
            }
        case .answer(.sfu, let answer) where clients[index].media.apply(answer.neg):
            want(index)
            if clients[index].media.isShort {
                schedule(.renegotiate(index, attempt: clients[index].media.attempt), in: random.below(100))
            }
        case .error where re != nil && re == clients[index].media.request:
            clients[index].media.request = nil
            schedule(.renegotiate(index, attempt: clients[index].media.attempt), in: 500 + random.below(1_000))
        case .topology(_, .mesh, .prepare): if random.chance(70) { want(index, nothing: true) }
        default: break
        }
    }

    // MARK: When all is quiet

    /// All agree on the topology and on what each slot shows, and nobody who could be shown is left out.
    mutating func checkMediaAtQuiescence(_ room: RoomName, _ inside: [Int]) {
        guard let manager, !inside.isEmpty, let state = manager.mediaState(of: room) else { return }
        let mode: TopologyMode = meshLimit == 0 || inside.count > meshLimit ? .sfu : .mesh
        if state.mode != mode || state.preparing != nil {
            report(["\(room): \(inside.count) members, limit \(meshLimit), but \(state.mode)"])
        }
        for index in inside {
            let client = clients[index]
            guard let id = client.id else { continue }
            if client.media.mode != state.mode || client.media.epoch != state.epoch || client.media.preparing != nil {
                report(["\(client.name) was not told of the topology"])
            }
            guard let link = sfu.links[id] else {
                report(["\(client.name) has no link to the SFU"])
                continue
            }
            if client.media.slots != link.assigned { report(["\(client.name) sees other slots than the SFU"]) }
            if link.assigned != state.shown[id] ?? [:] { report(["\(client.name): the SFU shows something else"]) }
            checkShown(client, link, state.mode, inside.compactMap { clients[$0].id })
        }
    }

    /// Everybody with a microphone on and a link that stands is heard by everybody who has slots enough.
    private mutating func checkShown(
        _ client: SimulatedClient,
        _ link: SimulatedSFU.Link,
        _ mode: TopologyMode,
        _ members: [ParticipantID]
    ) {
        guard mode == .sfu, link.slots.count(where: { $0.hasPrefix("a") }) >= 2 * members.count else { return }
        for participant in client.participants where participant.id != client.id && participant.microphone == .on {
            guard sfu.links[participant.id]?.isConnected == true else { continue }
            if !link.assigned.values.contains(TrackID(participant.id, .microphone)) {
                report(["\(client.name) does not hear \(participant.name)"])
            }
        }
    }
}
