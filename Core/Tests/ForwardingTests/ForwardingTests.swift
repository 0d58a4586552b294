import RTP
import Testing
import Units

@testable import Forwarding

@Suite("Forwarding")
struct ForwardingTests {
    @Test("A room without transports has nothing to do")
    func emptyRoom() {
        let router = Router(seed: 1)
        let deadline = router.nextDeadline
        #expect(deadline == nil)
    }

    @Test("Every subscriber gets the packet with his slot's SSRC and payload type, and the same payload")
    func fanOut() {
        let world = World.meeting(viewers: 3)
        var camera = Camera()
        let sent = world.receive(camera.frame(isKey: true))
        #expect(sent.map(\.transport) == [2, 3, 4, 2, 3, 4])
        #expect(sent.prefix(3).map(\.ssrc) == [2_002, 3_002, 4_002])
        #expect(sent.allSatisfy { $0.header.payloadType == 102 })
        #expect(
            sent.allSatisfy {
                $0.payload.suffix(3) == (sent[0].payload.suffix(3)) || $0.payload.suffix(2) == [1, 0xAA]
            }
        )
        #expect(sent[0].header.marker == false && sent[3].header.marker)
        #expect(world.problems.isEmpty)
    }

    @Test("Values of header extensions get the subscriber's numbers; nothing of the publisher's mid and rid is left")
    func extensions() {
        let world = World.meeting()
        let capture = [UInt8](1...8)
        let values: [(UInt8, [UInt8])] = [
            (ID.mid, Array("1".utf8)), (ID.rid, Array("h".utf8)), (ID.transport, [0, 9]), (ID.sendTime, [1, 2, 3]),
            (ID.orientation, [5]), (ID.capture, capture),
        ]
        let sent = world.receive(
            rtp(96, 1, 0, 7, extensions: values, payload: vp8(1, isKey: true, body: [1])),
            from: 1
        )
        #expect(sent.count == 1)
        #expect(sent.first?.value(ID.own(ID.orientation)) == [5])
        #expect(sent.first?.value(ID.own(ID.capture)) == capture)
        #expect(sent.first?.value(ID.own(ID.mid)) == Array("3".utf8))
        #expect(sent.first?.value(ID.own(ID.rid)) == nil)
        #expect(sent.first?.value(ID.own(ID.sendTime))?.count == 3)
        #expect(sent.first?.value(ID.own(ID.sendTime)) != [1, 2, 3])
    }

    @Test("Transport-wide numbers of a subscriber count over all his slots without gaps")
    func transportSequence() {
        let world = World.meeting()
        var camera = Camera()
        var numbers: [UInt16] = []
        for index in 0..<10 {
            var sent = world.receive(camera.frame(isKey: index == 0))
            sent += world.receive(rtp(111, UInt16(index), 0, 5, payload: [1, 2, 3]), from: 1)
            numbers += sent.compactMap { $0.value(ID.own(ID.transport)).map { UInt16($0[0]) << 8 | UInt16($0[1]) } }
        }
        #expect(numbers.count == 30)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 &- $0 == 1 })
    }

    @Test("A long dependency descriptor of a key frame goes through in the two-byte form")
    func longDescriptor() {
        let world = World.meeting()
        let value = [UInt8](repeating: 7, count: 60)
        let packet = rtp(96, 1, 0, 7, extensions: [(ID.descriptor, value)], payload: vp8(1, isKey: true, body: [1]))
        let sent = world.receive(packet, from: 1)
        #expect(sent.first?.value(ID.own(ID.descriptor)) == value)
    }

    @Test("A subscriber who has not agreed on the codec gets nothing")
    func codec() {
        let world = World.meeting()
        let format = PayloadFormat(codec: .h264(profile: 0), payloadType: 102, clockRate: 90_000)
        world.join(9, [videoSlot("0", ssrc: 1, repair: nil, format: format)])
        world.show(Track(transport: 1, line: 1), in: Track(transport: 9, line: 0))
        var camera = Camera()
        #expect(world.receive(camera.frame(isKey: true)).map(\.transport) == [2, 2])
        #expect(world.router.counters[.noFormat] == 2)
    }

    @Test("A paused source reaches nobody, and goes on with a key frame it is asked for")
    func pause() {
        let world = World.meeting()
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        world.router.pause(Track(transport: 1, line: 1), true, at: world.now)
        #expect(world.receive(camera.frame()).isEmpty)
        world.pass(.seconds(1))
        world.router.pause(Track(transport: 1, line: 1), false, at: world.now)
        let asked = world.keyFrameRequests(to: 1).count
        world.drain()
        #expect(world.keyFrameRequests(to: 1).count == asked + 1)
        #expect(world.receive(camera.frame()).isEmpty)
        #expect(world.receive(camera.frame(isKey: true)).count == 2)
    }

    @Test("A source that comes after it was assigned is shown")
    func lateSource() {
        let world = World()
        world.join(2, [videoSlot("0", ssrc: 9, repair: nil)])
        world.join(1, [microphone()])
        world.show(Track(transport: 1, line: 1), in: Track(transport: 2, line: 0))
        world.router.update(1, lines: [microphone(), camera()], at: world.now)
        var camera = Camera()
        #expect(world.receive(camera.frame(isKey: true)).count == 2)
    }

    @Test("Control hears when media starts, stalls and starts again")
    func life() {
        let world = World.meeting()
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        let track = Track(transport: 1, line: 1)
        #expect(world.events == [.started(track)])
        world.pass(.seconds(4))
        #expect(world.events == [.started(track), .stalled(track)])
        world.receive(camera.frame())
        #expect(world.events == [.started(track), .stalled(track), .started(track)])
    }

    @Test("What a publisher sends beyond 20 Mbit/s is dropped, and others do not suffer")
    func policer() {
        let world = World.meeting(viewers: 2)
        world.show(Track(transport: 2, line: 0), in: Track(transport: 3, line: 2))
        let payload = vp8(1, isKey: true, body: [UInt8](repeating: 1, count: 400))
        var passed = 0
        var heard = 0
        for index in 0..<20_000 {
            // 40 times 20 Mbit/s.
            if index % 4 == 0 { world.pass(.microseconds(16)) }
            if !world.receive(rtp(96, UInt16(truncatingIfNeeded: index), 0, 7, payload: payload), from: 1).isEmpty {
                passed += 1
            }
            guard index % 100 == 0 else { continue }
            heard += world.receive(rtp(111, UInt16(index / 100), 0, 8, payload: [1]), from: 2).count
        }
        // Half a second's burst, and what the time allows: 80 ms.
        #expect(passed * 420 < 1_700_000)
        #expect(passed * 420 > 1_200_000)
        #expect(heard == 200)
        #expect(world.router.counters[.policed] > 10_000)
    }

    @Test("All handles come back, each once, when everybody has gone")
    func handles() {
        let world = World.meeting(viewers: 2)
        var camera = Camera()
        for index in 0..<400 {
            world.receive(camera.frame(isKey: index == 0))
            world.pass(.milliseconds(index % 50 == 0 ? 700 : 3))
        }
        #expect(!world.kept.isEmpty)
        #expect(world.kept.count <= 512)
        world.close([1, 2, 3])
        #expect(world.kept.isEmpty)
        #expect(world.problems.isEmpty)
    }

    @Test("Packets are kept for 300 ms at least, and not much longer while nobody is far away")
    func cacheTime() {
        let world = World.meeting()
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        world.pass(.milliseconds(240))
        #expect(world.kept.count == 2)
        world.pass(.milliseconds(400))
        #expect(world.kept.isEmpty)
    }
}
