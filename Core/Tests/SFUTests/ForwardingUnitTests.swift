import Forwarding
import PacketStore
import PeerConnection
import Testing
import Units
import Wire

@testable import SFU
@testable import Simulation

/// A room on a good network, whose events and steps a test chooses.
@Suite("The forwarding unit")
struct ForwardingUnitTests {
    /// A meeting with clients that are connected, have slots for each other, and send.
    private func meeting(_ count: Int, seeds: [UInt64] = []) -> MediaMeeting {
        let meeting = MediaMeeting(seed: 1, members: count)
        meeting.isStormy = false
        for index in 0..<count { meeting.join(clientSeed: index < seeds.count ? seeds[index] : nil) }
        for member in meeting.members {
            member.client.isMicrophoneOn = true
            member.client.isCameraOn = true
        }
        run(meeting, milliseconds: 1_500)
        #expect(!meeting.members.contains { !$0.isConnected })
        return meeting
    }

    private func run(_ meeting: MediaMeeting, milliseconds: Int) {
        for _ in 0..<(milliseconds / 2) { meeting.advance() }
    }

    /// Frames and sounds of one client that another has played.
    private func played(_ source: MeetingMember, at receiver: MeetingMember) -> Int {
        receiver.client.slots.reduce(0) { $0 + ($1.counts.frames[source.number] ?? 0) }
    }

    private func faults(_ meeting: MediaMeeting) -> [MediaFault] {
        meeting.members.flatMap { $0.client.slots.flatMap(\.counts.faults) }
    }

    private func give(_ bytes: [UInt8], on path: FiveTuple, to meeting: MediaMeeting) {
        guard let slot = meeting.slab.take() else { return }
        meeting.slab[slot].start = Int32(PacketSlab.headRoom)
        meeting.slab[slot].count = Int32(bytes.count)
        var room = unsafe meeting.slab.packet(slot).mutableSpan
        for index in bytes.indices { room[index] = bytes[index] }
        meeting.unit.receive(slot, on: path, via: OutletID(rawValue: 1), at: meeting.now, &meeting.slab)
    }

    private func path(_ member: MeetingMember) -> FiveTuple {
        FiveTuple(client: member.outside, server: MediaMeeting.server, transport: .udp)
    }

    @Test("Datagrams of nobody are counted, answered by nothing, and their slots given back")
    func unknown() {
        let meeting = MediaMeeting(seed: 1)
        let stranger = FiveTuple(client: meeting.freshAddress(), server: MediaMeeting.server, transport: .udp)
        let datagrams: [[UInt8]] = [
            [], [0], [0x80, 96] + [UInt8](repeating: 7, count: 40), [22, 254, 253], [0x80, 200, 0, 1, 0, 0, 0, 0],
            [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 1, count: 12),
        ]
        for bytes in datagrams { give(bytes, on: stranger, to: meeting) }
        #expect(meeting.unit.counters.unknown == UInt64(datagrams.count))
        let outgoing = meeting.unit.takeOutgoing(&meeting.slab)
        #expect(outgoing.isEmpty)
        #expect(meeting.slab.available == meeting.slab.capacity)
    }

    @Test("Two links behind one address are two clients that see each other")
    func oneAddress() {
        let meeting = meeting(1)
        let first = meeting.members[0]
        let port = TransportAddress(first.outside.address, port: first.outside.port ^ 1)
        meeting.join(from: (own: meeting.freshAddress(), outside: port))
        let second = meeting.members[1]
        second.client.isCameraOn = true
        run(meeting, milliseconds: 1_500)
        #expect(played(second, at: first) > 5)
        #expect(played(first, at: second) > 5)
        #expect(faults(meeting).isEmpty)
    }

    @Test("A client that comes again from its socket takes the path over, and its old link says that it is lost")
    func takeover() {
        let meeting = meeting(2)
        let (old, other) = (meeting.members[0], meeting.members[1])
        old.isHere = false
        meeting.join(from: (own: old.address, outside: old.outside))
        let new = meeting.members[2]
        new.client.isCameraOn = true
        run(meeting, milliseconds: 1_500)
        #expect(new.isConnected)
        #expect(!old.isConnected)
        #expect(played(new, at: other) > 5)
        #expect(played(other, at: new) > 5)
        meeting.close(old)
        run(meeting, milliseconds: 200)
        #expect(new.isConnected)
        meeting.endAll()
        #expect(meeting.outcome.violations == [])
    }

    @Test("A link that closes within a round takes nothing of the others' along")
    func closing() {
        let meeting = meeting(3)
        let (first, second, third) = (meeting.members[0], meeting.members[1], meeting.members[2])
        let before = played(second, at: third)
        first.isHere = false
        // Copies to and of it wait to be fetched at this moment.
        give([0x80, 96] + [UInt8](repeating: 7, count: 40), on: path(first), to: meeting)
        meeting.unit.perform(.renegotiate(first.key, session(meeting)), at: meeting.now, &meeting.slab)
        meeting.close(first)
        meeting.join()
        run(meeting, milliseconds: 1_000)
        #expect(played(second, at: third) > before + 5)
        meeting.endAll()
        #expect(meeting.outcome.violations == [])
    }

    @Test("When the last client has gone, so has the room, with all that was kept")
    func emptyRoom() {
        let meeting = meeting(2)
        #expect(meeting.unit.counters.rooms == 1)
        #expect(meeting.slab.available < meeting.slab.capacity - 1, "packets are kept for repeats")
        meeting.endAll()
        #expect(meeting.unit.counters.rooms == 0)
        #expect(meeting.unit.leftover == nil)
        #expect(meeting.outcome.violations == [])
    }

    @Test("A room that goes and comes in one round, as often as it likes, is looked at once")
    func touchedRooms() {
        let meeting = MediaMeeting(seed: 1)
        let session = session(meeting)
        for number in 0..<5_000 as Range<UInt64> {
            let key = TransportKey(rawValue: 1_000 + number)
            meeting.unit.perform(.connect(key, room: MediaMeeting.room, session), at: meeting.now, &meeting.slab)
            meeting.unit.perform(.pause(TrackKey(transport: key, line: 0), true), at: meeting.now, &meeting.slab)
            meeting.unit.perform(.close(key), at: meeting.now, &meeting.slab)
        }
        #expect(meeting.unit.touchedCount == 0)
        #expect(meeting.unit.leftover == nil)
    }

    /// What some client and the server have agreed on.
    private func session(_ meeting: MediaMeeting) -> SessionParameters {
        let other = MediaMeeting(seed: 99)
        other.join()
        guard let member = other.members.first, let made = try? member.negotiator.answer(member.client.offer()) else {
            preconditionFailure("a client's offer is right")
        }
        return made.session
    }

    @Test("A full room refuses one more link with an event, and stays as it is")
    func fullRoom() {
        let meeting = MediaMeeting(seed: 1)
        let session = session(meeting)
        for number in 0...UInt64(Forwarding.Limits.transports) {
            let key = TransportKey(rawValue: 1_000 + number)
            meeting.unit.perform(.connect(key, room: MediaMeeting.room, session), at: meeting.now, &meeting.slab)
        }
        #expect(meeting.unit.counters.transports == UInt64(Forwarding.Limits.transports))
        #expect(meeting.unit.counters.refused == 1)
        let last = TransportKey(rawValue: 1_000 + UInt64(Forwarding.Limits.transports))
        let event = meeting.unit.nextEvent()
        #expect(event == .failed(last))
        let next = meeting.unit.nextEvent()
        #expect(next == nil)
    }

    @Test("Events beyond the limit are counted, and those before still come")
    func eventLimit() {
        let meeting = MediaMeeting(seed: 1)
        for number in 0..<UInt64(SFU.Limits.events + 3) { meeting.unit.tell(.failed(TransportKey(rawValue: number))) }
        #expect(meeting.unit.counters.eventsLost == 3)
        var count: UInt64 = 0
        while let event = meeting.unit.nextEvent() {
            #expect(event == .failed(TransportKey(rawValue: count)))
            count += 1
        }
        #expect(count == UInt64(SFU.Limits.events))
    }

    @Test("When a client's connection closes the link is lost, and the next check brings it back")
    func closedPath() {
        let meeting = meeting(2)
        let (first, second) = (meeting.members[0], meeting.members[1])
        meeting.unit.closed(path(first), at: meeting.now)
        meeting.finishRound()
        #expect(!first.isConnected)
        let isKnown = meeting.unit.knows(path(first))
        #expect(!isKnown)
        run(meeting, milliseconds: 3_500)
        #expect(first.isConnected)
        let before = played(second, at: first)
        run(meeting, milliseconds: 500)
        #expect(played(second, at: first) > before + 5)
    }

    @Test("Lines that are added later show what is assigned to them, and the others go on without a gap")
    func moreLines() {
        let meeting = meeting(2)
        let first = meeting.members[0]
        let gaps = first.client.slots.map(\.counts.missing)
        for _ in 0..<3 { meeting.join() }
        for member in meeting.members { member.client.isCameraOn = true }
        run(meeting, milliseconds: 2_500)
        #expect(first.agreedSlots >= 8)
        for other in meeting.members.dropFirst() { #expect(played(other, at: first) > 5) }
        #expect(Array(first.client.slots.map(\.counts.missing).prefix(gaps.count)) == gaps)
        #expect(faults(meeting).isEmpty)
    }

    @Test("T-RTP-3: two publishers with the same SSRCs are both seen and heard, and never taken for each other")
    func sameSSRC() {
        let meeting = meeting(3, seeds: [7, 7, 8])
        let (one, other, receiver) = (meeting.members[0], meeting.members[1], meeting.members[2])
        #expect(one.client.camera.numbers.ssrc == other.client.camera.numbers.ssrc)
        run(meeting, milliseconds: 1_000)
        #expect(played(one, at: receiver) > 20)
        #expect(played(other, at: receiver) > 20)
        // In each slot only who is shown there.
        for (slot, number) in receiver.shown {
            #expect(Set(receiver.client.slots[slot].counts.frames.keys) == [number])
        }
        #expect(faults(meeting).isEmpty)
    }

    @Test("With all slots taken copies are lost, but nobody gets bytes of another packet")
    func noSlots() {
        let meeting = meeting(3)
        var taken = SlotQueue()
        // A few are left: enough to receive, not to copy to all.
        while meeting.slab.available > 1, let slot = meeting.slab.take() { meeting.slab.append(slot, to: &taken) }
        run(meeting, milliseconds: 600)
        #expect(meeting.unit.counters.slotless > 0)
        meeting.slab.empty(&taken)
        run(meeting, milliseconds: 1_500)
        #expect(faults(meeting).isEmpty)
        let (first, second) = (meeting.members[0], meeting.members[1])
        let before = played(first, at: second)
        run(meeting, milliseconds: 500)
        #expect(played(first, at: second) > before + 5)
    }

    @Test("An address that changes in the middle of the handshake does not stop it", arguments: 1..<30)
    func movedHandshake(steps: Int) {
        let meeting = MediaMeeting(seed: 1)
        meeting.isStormy = false
        meeting.join()
        let member = meeting.members[0]
        run(meeting, milliseconds: 10 * steps)
        guard let index = meeting.unit.transportIndices[member.key] else { return }
        // Before there is a path nobody can know where it went.
        guard meeting.unit.transports[index].connection.selected != nil else { return }
        member.outside = meeting.freshAddress()
        run(meeting, milliseconds: 3_500)
        #expect(meeting.members.count == 1, "it did not have to begin anew")
        #expect(member.client.isEstablished && member.isConnected)
    }
}
