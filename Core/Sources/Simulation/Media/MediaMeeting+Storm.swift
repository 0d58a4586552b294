import SFU
import Units

// What happens in a meeting.
extension MediaMeeting {
    private var present: [MeetingMember] { members.filter { $0.isHere && $0.isOpen && $0.closing == nil } }

    /// Something, or nothing.
    func act() {
        let present = present
        guard random.chance(60), !present.isEmpty else { return }
        let member = present[random.below(present.count)]
        switch random.below(24) {
        case 0, 1: if present.count < largest { join() }
        case 2: if present.count > 1 { leave(member) }
        case 3, 4: rejoin(member)
        case 5, 6: restart(member)
        case 7, 8, 9, 10: swap(member)
        case 11, 12: toggle(member)
        case 13, 14: pause(member)
        case 15: move(member)
        case 16: rebind(member)
        case 17: change(member)
        case 18: hide(member)
        default: break
        }
    }

    /// Goes with a goodbye, or without: then the control plane notices later.
    private func leave(_ member: MeetingMember) {
        did("leave")
        if random.chance(50) {
            member.client.close()
            // What it says goes out, as far as it gets.
            advance()
            member.closing = now + .milliseconds(random.below(200))
        } else {
            member.closing = now + .milliseconds(random.below(1_000))
        }
        member.isHere = false
        arrangeAll()
    }

    /// Comes again with another connection: the old one ends before, or is still there for a while.
    private func rejoin(_ member: MeetingMember) {
        did("rejoin")
        member.isHere = false
        let socket = random.chance(70) ? (own: member.address, outside: member.outside) : nil
        if random.chance(50) {
            close(member)
        } else {
            member.closing = now + .milliseconds(random.below(1_000))
        }
        join(from: socket)
    }

    /// What a page does when its link does not come about: a network that changes in the first moment of a handshake, before
    /// there is a path, cuts it off.
    func startAnew(_ member: MeetingMember) {
        did("retry")
        member.isHere = false
        close(member)
        join(from: (own: member.address, outside: member.outside))
    }

    private func restart(_ member: MeetingMember) {
        did("restart")
        member.wantsRestart = true
        negotiate(member)
    }

    /// Two slots of a kind change what they show.
    private func swap(_ member: MeetingMember) {
        let slots = member.slots(isAudio: random.chance(50))
        guard slots.count > 1 else { return }
        did("swap")
        let one = slots[random.below(slots.count)]
        let other = slots[random.below(slots.count)]
        let shown = (member.shown[one], member.shown[other])
        show(shown.1, one, member)
        show(shown.0, other, member)
    }

    /// A slot shows nothing for a while.
    private func hide(_ member: MeetingMember) {
        guard member.agreedSlots > 0 else { return }
        did("hide")
        show(nil, random.below(member.agreedSlots), member)
    }

    private func toggle(_ member: MeetingMember) {
        did("toggle")
        if random.chance(50) { member.client.isMicrophoneOn.toggle() } else { member.client.isCameraOn.toggle() }
    }

    /// A moderator holds a source back, or lets it through.
    private func pause(_ member: MeetingMember) {
        did("pause")
        let isAudio = random.chance(50)
        if isAudio { member.isMicrophonePaused.toggle() } else { member.isCameraPaused.toggle() }
        let isPaused = isAudio ? member.isMicrophonePaused : member.isCameraPaused
        unit.perform(.pause(member.source(isAudio: isAudio), isPaused), at: now, &slab)
    }

    /// Another network: the old address is gone.
    private func move(_ member: MeetingMember) {
        did("move")
        let old = member.address
        member.address = freshAddress()
        member.outside = freshAddress()
        member.client.remove(address: old)
        member.client.add(address: member.address, at: now)
    }

    /// The NAT gives it another address, and it does not know.
    private func rebind(_ member: MeetingMember) {
        did("rebind")
        member.outside = freshAddress()
    }

    private func change(_ member: MeetingMember) {
        did("change")
        let conditions = conditions()
        member.up.conditions = conditions
        member.down.conditions = conditions
    }

    /// The storm is over: good networks, everybody arranged, nobody does anything any more.
    func calm() {
        isStormy = false
        for member in members {
            let conditions = conditions()
            member.up.conditions = conditions
            member.down.conditions = conditions
            if random.chance(30) { member.client.isMicrophoneOn = true }
            if random.chance(30) { member.client.isCameraOn = true }
        }
        arrangeAll()
    }
}
