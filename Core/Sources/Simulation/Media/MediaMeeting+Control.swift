import DTLS
import ICE
import PeerConnection
import SDP
import SFU
import Units

// The control plane: offers and answers, and who is shown to whom.
extension MediaMeeting {
    /// A new client, with an address of its own or one that another had.
    func join(from socket: (own: TransportAddress, outside: TransportAddress)? = nil, clientSeed: UInt64? = nil) {
        did("join")
        lastNumber += 1
        let number = lastNumber
        let own = socket?.own ?? freshAddress()
        var configuration = SimulatedMediaClient.Configuration(
            number: number,
            seed: clientSeed ?? random.next(),
            addresses: [own]
        )
        configuration.audioSlots = 1 + random.below(2)
        configuration.videoSlots = 1 + random.below(2)
        configuration.audioInterval = .milliseconds(60)
        configuration.video.framesPerSecond = 15
        configuration.video.bitrate = 120_000
        configuration.video.temporalLayers = 1 + random.below(3)
        var client = SimulatedMediaClient(configuration, identity: Self.clientIdentity)
        client.isMicrophoneOn = random.chance(80)
        client.isCameraOn = random.chance(80)
        let candidates = Candidate.host([Self.server.address], udpPort: Self.server.port, tcpPort: nil)
        let negotiator = Negotiator(
            worker: 1,
            fingerprint: Self.serverIdentity.fingerprint,
            candidates: candidates.map(\.text),
            sessionID: UInt64(number),
            using: &random
        )
        let conditions = conditions()
        let links = (LossyLink(seed: random.next(), conditions), LossyLink(seed: random.next(), conditions))
        let outside = socket?.outside ?? freshAddress()
        let key = TransportKey(rawValue: UInt64(number))
        members.append(
            MeetingMember(client, negotiator, key: key, outside: outside, links: links, retry: now + .seconds(4))
        )
        if let member = members.last { negotiate(member) }
        arrangeAll()
    }

    func freshAddress() -> TransportAddress {
        TransportAddress(
            IPAddress(v4: 0xC633_0000 | UInt32(random.below(65_536))),
            port: UInt16(1_024 + random.below(60_000))
        )
    }

    func conditions() -> LossyLink.Conditions {
        var conditions = LossyLink.Conditions()
        conditions.delay = .milliseconds(5 + random.below(50))
        guard isStormy else { return conditions }
        conditions.loss = random.below(11)
        conditions.duplication = random.below(4)
        conditions.reordering = random.below(6)
        conditions.jitter = .milliseconds(random.below(16))
        return conditions
    }

    /// Sends an offer, unless one is under way; then it follows.
    func negotiate(_ member: MeetingMember) {
        guard member.answer == nil else {
            member.wantsOffer = true
            return
        }
        member.wantsOffer = false
        if member.wantsRestart { member.client.restartICE() }
        member.wantsRestart = false
        do {
            let made = try member.negotiator.answer(member.client.offer())
            let isFirst = member.agreedSlots == 0
            unit.perform(
                isFirst ? .connect(member.key, room: Self.room, made.session) : .renegotiate(member.key, made.session),
                at: now,
                &slab
            )
            member.answer = (now + .milliseconds(5 + random.below(60)), made.answer)
        } catch {
            violate("an offer was refused: \(error)")
        }
    }

    /// What is due for a member in this step.
    func control(_ member: MeetingMember) {
        if let (due, text) = member.answer, due <= now {
            member.answer = nil
            if member.isHere { take(text, member) }
        }
        if let due = member.closing, due <= now { close(member) }
    }

    private func take(_ answer: String, _ member: MeetingMember) {
        // What a wrong answer says makes no difference.
        if (try? member.client.take(answer: answer, at: now)) != true { violate("no answer for \(member.number)") }
        member.agreedSlots = member.client.slots.count { $0.ssrc != nil }
        if member.isOpen {
            arrange(member)
            if member.wantsOffer { negotiate(member) }
        }
    }

    /// The server's link ends.
    func close(_ member: MeetingMember) {
        member.closing = nil
        guard member.isOpen else { return }
        member.isOpen = false
        unit.perform(.close(member.key), at: now, &slab)
        arrangeAll()
    }

    func hear(_ event: SFU.SFUEvent) {
        switch event {
        case .connected(let key):
            guard let member = member(key), !member.isConnected else { return violate("connected twice") }
            member.isConnected = true
            trace(now.nanoseconds, 1, key.rawValue)
        case .lost(let key):
            guard let member = member(key), member.isConnected else { return violate("lost what was not there") }
            member.isConnected = false
            trace(now.nanoseconds, 2, key.rawValue)
        case .failed(let key):
            guard let member = member(key) else { return }
            if member.isHere { violate("the link of \(member.number) failed") }
            member.closing = now
        case .started(let track), .stalled(let track):
            if member(track.transport)?.isOpen != true { violate("news of a track that is not there") }
        case .speaking: break
        case .opened(let way): if !openPaths.insert(way).inserted { violate("a path was opened twice") }
        case .closed(let way): if openPaths.remove(way) == nil { violate("a path was closed twice") }
        }
    }

    // MARK: - Slots

    func arrangeAll() { for member in members where member.isHere && member.isOpen { arrange(member) } }

    /// Everybody sees and hears everybody; who is shown already stays where he is.
    func arrange(_ member: MeetingMember) {
        guard member.agreedSlots > 0 else { return }
        let others = members.filter { $0.isOpen && $0.number != member.number && $0.closing == nil }.map(\.number)
        var lacking = (audio: 0, video: 0)
        for isAudio in [true, false] {
            let slots = member.slots(isAudio: isAudio)
            for slot in slots {
                if let number = member.shown[slot], !others.contains(number) { show(nil, slot, member) }
            }
            for other in others where !slots.contains(where: { member.shown[$0] == other }) {
                let free = slots.filter { member.shown[$0] == nil }
                if free.isEmpty {
                    if isAudio { lacking.audio += 1 } else { lacking.video += 1 }
                } else {
                    show(other, free[random.below(free.count)], member)
                }
            }
        }
        grow(member, lacking)
    }

    /// More slots, when those that were asked for already are not enough.
    private func grow(_ member: MeetingMember, _ lacking: (audio: Int, video: Int)) {
        let coming = member.client.slots[member.agreedSlots...]
        let audio = max(0, lacking.audio - coming.count { $0.isAudio })
        let video = max(0, lacking.video - coming.count { !$0.isAudio })
        guard audio + video > 0 else { return }
        member.client.addSlots(audio: audio, video: video)
        negotiate(member)
    }

    func show(_ number: UInt32?, _ slot: Int, _ member: MeetingMember) {
        member.shown[slot] = number
        let isAudio = member.client.slots[slot].isAudio
        let source = number.flatMap { self.member($0) }?.source(isAudio: isAudio)
        unit.perform(.assign(slot: member.track(ofSlot: slot), source: source), at: now, &slab)
    }
}
