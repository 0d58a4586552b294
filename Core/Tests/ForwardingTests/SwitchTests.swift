import RTP
import Testing
import Units

@testable import Forwarding

@Suite("Media checklist: what goes out")
struct OutgoingPointTests {
    /// Two publishers (1, 4) and one viewer (2), who sees the first.
    private func twoSources() -> World {
        let world = World.meeting()
        world.join(4, [microphone(), camera()])
        return world
    }

    @Test("Point 15: a slot changes its source at a key frame and from its first packet only, without a gap")
    func switching() {
        let world = twoSources()
        var one = Camera()
        var two = Camera(ssrc: 44, number: 60_000, timestamp: 7, picture: 0x7FFE, tl0: 200)
        var sent = world.receive(one.frame(isKey: true))
        world.receive(two.frame(), from: 4)
        world.show(Track(transport: 4, line: 1), in: Track(transport: 2, line: 3))
        #expect(world.receive(one.frame()).isEmpty)
        #expect(world.receive(two.frame(), from: 4).isEmpty)
        #expect(world.keyFrameRequests(to: 4).count == 1)
        let key = two.frame(isKey: true, packets: 3)
        #expect(world.receive(key[1], from: 4).isEmpty)
        sent += world.receive(key[0], from: 4)
        sent += world.receive(key[2], from: 4)
        sent += world.receive(two.frame(), from: 4)
        // The key frame's second packet came first, and follows the one that the slot began with.
        #expect(sent.count == 7)
        #expect(zip(sent, sent.dropFirst()).allSatisfy { $1.number &- $0.number == 1 })
        let pictures = sent.compactMap { $0.vp8?.pictureID }
        #expect(pictures.map { ($0 &- pictures[0]) & 0x7FFF } == [0, 0, 1, 1, 1, 2, 2])
        let indices = sent.compactMap { $0.vp8?.tl0PictureIndex }
        #expect(indices.map { $0 &- indices[0] } == [0, 0, 1, 1, 1, 2, 2])
    }

    @Test("Point 15: one number is left out where a frame was cut")
    func cut() {
        let world = twoSources()
        var one = Camera()
        var two = Camera(ssrc: 44)
        let before = world.receive(one.frame(isKey: true)[0], from: 1)
        world.show(Track(transport: 4, line: 1), in: Track(transport: 2, line: 3))
        let after = world.receive(two.frame(isKey: true), from: 4)
        #expect(after.map { $0.number &- before[0].number } == [2, 3])
    }

    @Test("Point 16: timestamps go on by the time that passed, whatever the new source's clock says")
    func timestamps() {
        let world = twoSources()
        var one = Camera()
        let before = world.receive(one.frame(isKey: true))
        world.show(Track(transport: 4, line: 1), in: Track(transport: 2, line: 3))
        world.pass(.seconds(1))
        var two = Camera(ssrc: 44, timestamp: 0xFFFF_0000)
        let after = world.receive(two.frame(isKey: true), from: 4)
        #expect(after[0].timestamp &- before[0].timestamp == 90_000)
    }

    @Test("Point 16: a source whose clock jumps back does not take the slot along")
    func jump() {
        let world = World.meeting()
        var camera = Camera()
        let before = world.receive(camera.frame(isKey: true))
        camera.timestamp = 10
        world.pass(.milliseconds(100))
        let after = world.receive(camera.frame())
        #expect(after[0].timestamp &- before[0].timestamp == 9_000)
        #expect(after[1].timestamp == after[0].timestamp)
    }

    @Test("Point 17: picture identifiers of seven bits are continued to fifteen")
    func shortPictures() {
        let world = World.meeting()
        var pictures: [UInt16] = []
        for index in UInt16(0)..<300 {
            let payload = vp8(index & 0x7F, isKey: index == 0, isShort: true, body: [1])
            let sent = world.receive(rtp(96, index, UInt32(index) * 3_000, 7, marker: true, payload: payload), from: 1)
            #expect(sent.first?.vp8?.isShortPictureID == false)
            pictures += sent.compactMap { $0.vp8?.pictureID }
        }
        #expect(pictures.count == 300)
        #expect(zip(pictures, pictures.dropFirst()).allSatisfy { ($1 &- $0) & 0x7FFF == 1 })
    }

    @Test("Point 19: a retransmission is in RTX with its own SSRC and numbers, and has the bytes of the first sending")
    func repeatedDown() {
        let world = twoSources()
        var two = Camera(ssrc: 44, picture: 900, tl0: 90)
        world.receive(two.frame(isKey: true), from: 4)
        var one = Camera()
        world.receive(one.frame(isKey: true))
        let sent = world.receive(one.frame()) + world.receive(one.frame())
        let again = world.receiveControl(from: 2) { writer, room in
            writer.nack(from: SSRC(1), about: SSRC(2_002), to: &room)
            for packet in sent { writer.lost(packet.header.sequenceNumber, to: &room) }
        }
        #expect(again.count == 4)
        for (first, second) in zip(sent, again) {
            #expect(second.ssrc == 2_003)
            #expect(second.header.payloadType == 103)
            #expect(Array(second.payload.prefix(2)) == [UInt8(first.number >> 8), UInt8(first.number & 0xFF)])
            #expect(Array(second.payload.dropFirst(2)) == first.payload)
            #expect(second.timestamp == first.timestamp)
            #expect(second.header.marker == first.header.marker)
        }
        #expect(zip(again, again.dropFirst()).allSatisfy { $1.number &- $0.number == 1 })
        let numbers = (sent + again).compactMap { $0.value(ID.own(ID.transport)) }
        #expect(Set(numbers).count == 8)
    }

    @Test("Point 19: a packet is sent again once per round trip")
    func oncePerRoundTrip() {
        let world = World.meeting()
        var camera = Camera()
        let sent = world.receive(camera.frame(isKey: true))
        func ask() -> Int {
            world.receiveControl(from: 2) { writer, room in
                writer.nack(from: SSRC(1), about: SSRC(2_002), to: &room)
                writer.lost(sent[0].header.sequenceNumber, to: &room)
            }.count
        }
        #expect([ask(), ask(), ask()] == [1, 0, 0])
        world.pass(.milliseconds(110))
        #expect([ask(), ask()] == [1, 0])
    }

    @Test("Point 19: without RTX nothing is sent again")
    func noRepair() {
        let world = World.meeting(repair: false)
        var camera = Camera()
        let sent = world.receive(camera.frame(isKey: true))
        let again = world.receiveControl(from: 2) { writer, room in
            writer.nack(from: SSRC(1), about: SSRC(2_002), to: &room)
            writer.lost(sent[0].header.sequenceNumber, to: &room)
        }
        #expect(again.isEmpty)
        #expect(world.router.counters[.noRepair] == 1)
    }

    @Test("Point 19, T-RTCP-1: a flood of NACKs makes no more than a quarter of the media on top")
    func nackFlood() {
        let world = World.meeting()
        var media = 0
        var repeats = 0
        for index in 0..<3_000 {
            let payload = vp8(UInt16(index), isKey: index == 0, body: [UInt8](repeating: 1, count: 400))
            let sent = world.receive(
                rtp(96, UInt16(index), UInt32(index) * 900, 7, marker: true, payload: payload),
                from: 1
            )
            media += sent.map(\.bytes.count).reduce(0, +)
            let highest = sent.last?.number ?? 0
            repeats += world.receiveControl(from: 2) { writer, room in
                writer.nack(from: SSRC(1), about: SSRC(2_002), to: &room)
                for back in (0..<200).reversed() { writer.lost(SequenceNumber(highest &- UInt16(back)), to: &room) }
            }.map(\.bytes.count).reduce(0, +)
            world.pass(.milliseconds(3))
        }
        #expect(repeats > 0)
        #expect(repeats * 4 <= media)
    }

    @Test("Point 20, T-RTCP-1: of a thousand PLIs a second the publisher sees two")
    func keyFrameFlood() {
        let world = World.meeting(viewers: 4)
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        world.pass(.seconds(1))
        world.control = []
        for index in 0..<3_000 {
            let viewer = TransportIndex(2 + index % 4)
            world.receiveControl(from: viewer) { writer, room in
                writer.pictureLoss(from: SSRC(1), about: SSRC(UInt32(1_000 * Int(viewer)) + 2), to: &room)
            }
            if index % 33 == 0 { world.receive(camera.frame(isKey: index % 330 == 0)) }
            world.pass(.milliseconds(1))
        }
        let times = world.keyFrameRequests(to: 1)
        #expect(times.count >= 3)
        #expect(times.count <= 7)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(500) })
    }

    @Test("Point 20: the publisher is asked again until a key frame comes")
    func keyFrameRetry() {
        let world = World.meeting()
        var camera = Camera()
        world.receive(camera.frame())
        for _ in 0..<10 { world.pass(.milliseconds(200)) }
        let asked = world.keyFrameRequests(to: 1).count
        #expect(asked >= 4)
        #expect(asked <= 5)
        world.receive(camera.frame(isKey: true))
        world.pass(.seconds(2))
        #expect(world.keyFrameRequests(to: 1).count == asked)
    }

    @Test("Point 20: a PLI from before the key frame that was just sent is dropped")
    func stalePLI() {
        let world = World.meeting()
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        world.pass(.milliseconds(50))
        func ask() {
            world.receiveControl(from: 2) { writer, room in
                writer.pictureLoss(from: SSRC(1), about: SSRC(2_002), to: &room)
            }
        }
        ask()
        #expect(world.keyFrameRequests(to: 1).isEmpty)
        world.pass(.milliseconds(100))
        ask()
        #expect(world.keyFrameRequests(to: 1).count == 1)
    }

    @Test("T-RTCP-1: nobody can ask about, or end, what is not his")
    func foreignControl() {
        let world = World.meeting(viewers: 2)
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        world.pass(.seconds(1))
        world.receiveControl(from: 3) { writer, room in
            writer.pictureLoss(from: SSRC(1), about: SSRC(2_002), to: &room)
            writer.goodbye(SSRC(camera.ssrc), to: &room)
        }
        #expect(world.keyFrameRequests(to: 1).isEmpty)
        #expect(world.receive(camera.frame()).count == 4)
        #expect(world.router.counters[.foreignFeedback] == 2)
        world.receiveControl(from: 1) { writer, room in writer.goodbye(SSRC(camera.ssrc), to: &room) }
        #expect(world.events.last == .stalled(Track(transport: 1, line: 1)))
        #expect(world.problems.isEmpty)
    }
}
