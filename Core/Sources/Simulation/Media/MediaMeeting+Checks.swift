import PacketStore
import SFU
import Units

// What must hold.
extension MediaMeeting {
    /// How long everything may take to flow on good networks for whoever has a path and keys.
    private static let patience = Duration.seconds(2)
    /// Who has lost the path finds one with the next check for consent, 2.5 s apart.
    private static let movingPatience = Duration.seconds(4)
    /// Who has no link yet may have to try again.
    private static let joiningPatience = Duration.seconds(9)
    private static let recent = Duration.milliseconds(250)
    private static let window = Duration.milliseconds(600)

    /// One slot that should play somebody.
    private struct Flow {
        let receiver: MeetingMember
        let slot: Int
        let sender: MeetingMember
        let isAudio: Bool

        var name: String { "\(isAudio ? "sound" : "picture") of \(sender.number) at \(receiver.number)" }
        var frames: Int { receiver.client.slots[slot].counts.frames[sender.number] ?? 0 }
        var missing: Int { receiver.client.slots[slot].counts.missing }
        var freezes: Int { isAudio ? 0 : receiver.client.slots[slot].video.freezes.count }

        /// Whether something came lately, and after a moment.
        func isFlowing(at now: Timestamp, since moment: Timestamp) -> Bool {
            let slot = receiver.client.slots[slot]
            guard slot.source == sender.number else { return false }
            guard let last = isAudio ? slot.audio.lastHeard : slot.video.lastShown else { return false }
            return last > moment && now - last < MediaMeeting.recent
        }
    }

    private var flows: [Flow] {
        var flows: [Flow] = []
        for receiver in members where receiver.isHere && receiver.isOpen {
            for (slot, number) in receiver.shown.sorted(by: { $0.key < $1.key }) {
                let isAudio = receiver.client.slots[slot].isAudio
                guard let sender = member(number), sender.sends(isAudio: isAudio) else { continue }
                flows.append(Flow(receiver: receiver, slot: slot, sender: sender, isAudio: isAudio))
            }
        }
        return flows
    }

    /// Waits until everything flows, and not too long.
    func settle() {
        let start = now
        // What was lost in the storm shows only with what comes next, and what comes first was under way already.
        let calmed = start + Self.recent
        let isJoined = members.allSatisfy { !$0.isHere || $0.isConnected && $0.client.isEstablished }
        let hasMoved = outcome.actions["move"] != nil || outcome.actions["rebind"] != nil
        let patience = !isJoined ? Self.joiningPatience : hasMoved ? Self.movingPatience : Self.patience
        while now - start < patience {
            for _ in 0..<25 { advance() }
            guard now > calmed else { continue }
            if flows.allSatisfy({ $0.isFlowing(at: now, since: calmed) }) && isArranged { return }
        }
        if !isArranged { violate("somebody is not shown to somebody") }
        for flow in flows where !flow.isFlowing(at: now, since: calmed) { violate("no \(flow.name)") }
    }

    /// Everybody has a slot for everybody.
    private var isArranged: Bool {
        let here = members.filter { $0.isHere && $0.isOpen }
        return here.allSatisfy { one in
            here.allSatisfy { other in
                one.number == other.number || one.shown.values.count { $0 == other.number } == 2
            }
        }
    }

    /// On good networks nothing is missing, and nobody is heard who should not be.
    func measure() {
        guard outcome.violations.isEmpty else { return }
        let flows = flows
        let before = flows.map { (frames: $0.frames, missing: $0.missing, freezes: $0.freezes) }
        let heard = played
        let end = now + Self.window
        while now < end { advance() }
        var expected: Set<[UInt32]> = []
        for (flow, before) in zip(flows, before) {
            let frames = flow.frames - before.frames
            expected.insert([flow.receiver.number, UInt32(flow.slot), flow.sender.number])
            if frames < (flow.isAudio ? 8 : 7) { violate("only \(frames) of the \(flow.name)") }
            if flow.missing > before.missing { violate("gaps in the \(flow.name)") }
            if flow.freezes > before.freezes { violate("a freeze of the \(flow.name)") }
        }
        for (way, count) in played.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
        where count > heard[way] ?? 0 && !expected.contains(way) {
            violate("\(way[2]) was played at \(way[0]) in slot \(way[1]), which nobody wanted")
        }
    }

    /// Frames and sounds by who played them, where, and whose they are.
    private var played: [[UInt32]: Int] {
        var played: [[UInt32]: Int] = [:]
        for member in members {
            for (slot, state) in member.client.slots.enumerated() {
                for (source, count) in state.counts.frames { played[[member.number, UInt32(slot), source]] = count }
            }
        }
        return played
    }

    /// Everybody goes, and nothing is left of them.
    func endAll() {
        for member in members {
            checkSinks(member)
            close(member)
        }
        // What was under way comes to nobody.
        for _ in 0..<60 { advance() }
        if slab.available != slab.capacity - unit.heldSlots {
            violate("\(slab.capacity - slab.available) slots were not given back, \(unit.heldSlots) are held")
        }
        if !openPaths.isEmpty { violate("\(openPaths.count) paths stayed open") }
        if let left = unit.leftover { violate("the unit still has \(left)") }
        outcome.packetsOut = Int(unit.counters.packetsOut)
    }

    private func checkSinks(_ member: MeetingMember) {
        for slot in member.client.slots {
            let counts = slot.counts
            if !counts.faults.isEmpty {
                violate("\(counts.faults.prefix(4)) in slot \(slot.mid) of \(member.number)")
            }
            let frames = counts.frames.values.reduce(0, +)
            if slot.isAudio { outcome.sounds += frames } else { outcome.frames += frames }
        }
        if member.client.statistics.malformedControl > 0 { violate("RTCP that is none for \(member.number)") }
        outcome.datagramsLost += member.up.lost + member.down.lost
    }
}
