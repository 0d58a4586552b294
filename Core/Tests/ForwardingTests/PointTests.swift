import RTP
import Testing
import Units

@testable import Forwarding

@Suite("Media checklist: what comes in")
struct IncomingPointTests {
    @Test("Point 10: padding, retransmissions, probes and SSRCs nobody knows are all reported as received")
    func everythingCounts() {
        let world = World.meeting()
        var camera = Camera()
        let key = camera.frame(isKey: true)
        world.receive(key)
        func number(_ number: UInt8) -> [(UInt8, [UInt8])] { [(ID.transport, [0, number])] }
        world.receive(rtp(96, 2_000, 0, camera.ssrc, extensions: number(1), payload: [], padding: 100), from: 1)
        world.receive(
            rtp(97, 1, 0, 77, extensions: number(2) + [(ID.mid, Array("1".utf8))], payload: [3, 0xE8, 1]),
            from: 1
        )
        world.receive(rtp(97, 2, 0, 77, extensions: number(3), payload: [], padding: 50), from: 1)
        world.receive(rtp(50, 1, 0, 0, extensions: number(4), payload: [1]), from: 1)
        world.receive(rtp(96, 1, 0, 0, extensions: number(5) + [(ID.mid, Array("nobody".utf8))], payload: [1]), from: 1)
        world.pass(.milliseconds(100))
        #expect(world.reported(to: 1) == [1, 2, 3, 4, 5])
        #expect(world.problems.isEmpty)
    }

    @Test("Point 10: feedback leaves every 50 to 100 ms while packets come, and not when none do")
    func feedbackInterval() {
        let world = World.meeting()
        for index in 0..<200 {
            world.receive(
                rtp(
                    111,
                    UInt16(index),
                    UInt32(index * 240),
                    5,
                    extensions: [(ID.transport, [0, UInt8(index)])],
                    payload: [1]
                ),
                from: 1
            )
            world.pass(.milliseconds(5))
        }
        let times = world.blocks(to: 1) { TransportFeedback($0, in: $1) }.map(\.1)
        #expect(
            zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(50) && $1 - $0 <= .milliseconds(100) }
        )
        #expect(times.count >= 10)
        world.pass(.seconds(2))
        #expect(world.blocks(to: 1) { TransportFeedback($0, in: $1) }.count <= times.count + 1)
    }

    @Test("Point 11: padding-only packets are not forwarded, and leave no gap")
    func paddingOnly() {
        let world = World.meeting()
        var camera = Camera()
        var numbers = world.receive(camera.frame(isKey: true)).map(\.number)
        for _ in 0..<5 {
            for _ in 0..<3 { #expect(world.receive(camera.padding(), from: 1).isEmpty) }
            numbers += world.receive(camera.frame()).map(\.number)
        }
        #expect(numbers.count == 12)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 &- $0 == 1 })
        #expect(world.nacks(to: 1).isEmpty)
    }

    @Test("Point 11: padding behind a payload is cut off, and the P bit cleared")
    func padded() {
        let world = World.meeting()
        let payload = vp8(1, isKey: true, body: [1, 2, 3])
        let sent = world.receive(rtp(96, 1, 0, 7, payload: payload, padding: 30), from: 1)
        #expect(sent.first?.header.hasPadding == false)
        #expect(sent.first?.payload.suffix(4) == payload.suffix(4))
        #expect(sent.first?.payload.count == payload.count)
    }

    @Test("Point 11: a retransmission with fewer than two bytes is a probe")
    func probe() {
        let world = World.meeting()
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        let mid: [(UInt8, [UInt8])] = [(ID.mid, Array("1".utf8))]
        #expect(world.receive(rtp(97, 1, 0, 77, extensions: mid, payload: [1]), from: 1).isEmpty)
        #expect(world.receive(rtp(97, 2, 0, 77, payload: []), from: 1).isEmpty)
        #expect(world.router.counters[.padding] == 2)
    }

    @Test("Point 12: SSRCs are bound by mid, and then without")
    func mid() {
        let world = World()
        world.join(1, [camera("a"), camera("b")])
        world.join(2, [videoSlot("0", ssrc: 1, repair: nil), videoSlot("1", ssrc: 2, repair: nil)])
        world.show(Track(transport: 1, line: 0), in: Track(transport: 2, line: 0))
        world.show(Track(transport: 1, line: 1), in: Track(transport: 2, line: 1))
        // The payload type alone does not tell.
        #expect(world.receive(rtp(96, 1, 0, 70, payload: vp8(1, isKey: true, body: [1])), from: 1).isEmpty)
        let mid: [(UInt8, [UInt8])] = [(ID.mid, Array("b".utf8))]
        let first = world.receive(rtp(96, 2, 0, 70, extensions: mid, payload: vp8(1, isKey: true, body: [1])), from: 1)
        let second = world.receive(rtp(96, 3, 0, 70, payload: vp8(1, body: [1])), from: 1)
        #expect((first + second).map(\.ssrc) == [2, 2])
    }

    @Test("Point 12: SSRCs named in the offer need no mid, a payload type only one line has neither")
    func namedSources() {
        let world = World()
        world.join(1, [camera("a", named: [70, 71]), camera("b", named: [80, 81]), microphone("c")])
        world.join(
            2,
            [videoSlot("0", ssrc: 1, repair: nil), videoSlot("1", ssrc: 2, repair: nil), audioSlot("2", ssrc: 3)]
        )
        for line in UInt8(0)...2 { world.show(Track(transport: 1, line: line), in: Track(transport: 2, line: line)) }
        let key = vp8(1, isKey: true, body: [1])
        let sent =
            world.receive(rtp(96, 1, 0, 80, payload: key), from: 1)
            + world.receive(rtp(96, 1, 0, 70, payload: key), from: 1)
            + world.receive(rtp(111, 1, 0, 90, payload: [1]), from: 1)
        #expect(sent.map(\.ssrc) == [2, 1, 3])
    }

    @Test("Point 12: our own mid goes along until the first receiver report about the SSRC")
    func ownMid() {
        let world = World.meeting()
        var camera = Camera()
        let before = world.receive(camera.frame(isKey: true))
        #expect(before.allSatisfy { $0.value(ID.own(ID.mid)) == Array("3".utf8) })
        world.receiveControl(from: 2) { writer, room in
            writer.receiverReport(SSRC(1), to: &room)
            writer.report(report(2_002), to: &room)
        }
        #expect(world.receive(camera.frame()).allSatisfy { $0.value(ID.own(ID.mid)) == nil })
    }

    @Test("Point 12, T-RTP-3: two publishers with the same SSRC are both forwarded, and never mixed up")
    func sameSource() {
        let world = World.meeting(viewers: 2)
        world.show(Track(transport: 2, line: 1), in: Track(transport: 3, line: 3))
        var one = Camera()
        var two = Camera()
        two.number = 40_000
        let first = world.receive(one.frame(isKey: true))
        let second = world.receive(two.frame(isKey: true), from: 2)
        #expect(first.map(\.transport) == [2, 2])
        #expect(second.map(\.transport) == [3, 3])
        #expect(world.receive(one.frame()).map(\.transport) == [2, 2])
    }

    @Test("T-RTP-3: of ten thousand SSRCs no more than twenty are bound, and the first goes on")
    func manySources() {
        let world = World.meeting()
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        for ssrc in UInt32(0)..<10_000 {
            world.receive(rtp(96, 1, 0, 0x1000_0000 + ssrc, payload: vp8(1, isKey: true, body: [1])), from: 1)
        }
        #expect(world.router.counters[.unbound] >= 9_981)
        #expect(world.receive(camera.frame()).count == 2)
    }

    @Test("T-RTP-3: twenty SSRCs of one transport are bound, over all of its lines")
    func boundSources() {
        let world = World()
        world.join(1, (0..<13).map { camera(String($0)) })
        for ssrc in UInt32(0)..<26 {
            let mid: [(UInt8, [UInt8])] = [(ID.mid, Array(String(ssrc / 2).utf8))]
            world.receive(rtp(96, 1, 0, ssrc, extensions: mid, payload: vp8(1, isKey: true, body: [1])), from: 1)
        }
        #expect(world.router.counters[.unbound] == 6)
    }

    @Test("Point 14: of simulcast the first layer that sends is forwarded, and another when it falls silent")
    func layers() {
        let world = World.meeting(rids: ["h", "l"])
        func packet(_ rid: String, _ number: UInt16, isKey: Bool) -> [UInt8] {
            let names: [(UInt8, [UInt8])] = [(ID.mid, Array("1".utf8)), (ID.rid, Array(rid.utf8))]
            return rtp(
                96,
                number,
                UInt32(number) * 3_000,
                rid == "h" ? 70 : 80,
                marker: true,
                extensions: names,
                payload: vp8(number, isKey: isKey, body: Array(rid.utf8))
            )
        }
        var sent = world.receive(packet("l", 1, isKey: true), from: 1)
        #expect(world.receive(packet("h", 1, isKey: true), from: 1).isEmpty)
        sent += world.receive(packet("l", 2, isKey: false), from: 1)
        world.pass(.seconds(2))
        world.receive(packet("h", 2, isKey: false), from: 1)
        #expect(world.keyFrameRequests(to: 1).count == 1)
        sent += world.receive(packet("h", 3, isKey: true), from: 1)
        #expect(sent.map { $0.payload.last } == [0x6C, 0x6C, 0x68])
        #expect(zip(sent, sent.dropFirst()).allSatisfy { $1.number &- $0.number == 1 })
        #expect(zip(sent, sent.dropFirst()).allSatisfy { Int32(bitPattern: $1.timestamp &- $0.timestamp) > 0 })
    }

    @Test("Point 19: a missing packet is asked for after a while, once per round trip, ten times at most")
    func lossesUp() {
        let world = World.meeting()
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        let lost = camera.frame()
        world.receive(camera.frame())
        let start = world.now
        world.pass(.milliseconds(10))
        #expect(world.nacks(to: 1).isEmpty)
        for _ in 0..<20 { world.pass(.milliseconds(150)) }
        let nacks = world.nacks(to: 1)
        #expect(nacks.count == 10)
        #expect(nacks.allSatisfy { $0.numbers == [1_002, 1_003] })
        #expect(nacks.first.map { $0.at - start <= .milliseconds(25) } == true)
        #expect(zip(nacks, nacks.dropFirst()).allSatisfy { $1.at - $0.at >= .milliseconds(100) })
        #expect(lost.count == 2)
    }

    @Test("Point 19: a packet that is only late is not asked for, and goes out under the number left for it")
    func reordering() {
        let world = World.meeting()
        var camera = Camera()
        let first = world.receive(camera.frame(isKey: true))
        let frame = camera.frame()
        let late = world.receive(frame[1], from: 1) + world.receive(frame[0], from: 1)
        world.pass(.milliseconds(200))
        #expect(world.nacks(to: 1).isEmpty)
        #expect(late.map { $0.number &- first[1].number } == [2, 1])
    }

    @Test("Point 19: a retransmission of the publisher is forwarded as if it were the original")
    func repeatedUp() {
        let world = World.meeting()
        var camera = Camera()
        let first = world.receive(camera.frame(isKey: true))
        let lost = camera.frame()
        world.receive(camera.frame())
        let found = world.receive(repeated(lost[0], 97, 1, 77), from: 1)
        #expect(found.map { $0.number &- first[1].number } == [1])
        #expect(found.first?.header.payloadType == 102)
        #expect(found.first?.payload.suffix(3) == lost[0].suffix(3))
        #expect(world.router.counters.recovered == 1)
        world.pass(.milliseconds(30))
        #expect(world.nacks(to: 1).map(\.numbers) == [[1_003]])
        #expect(world.receive(repeated(lost[0], 97, 2, 77), from: 1).isEmpty)
    }

    @Test("Point 19: too many losses at once end in a request for a key frame")
    func overflow() {
        let world = World.meeting()
        var camera = Camera()
        world.receive(camera.frame(isKey: true))
        _ = camera.frame(packets: 200)
        world.receive(camera.frame())
        world.pass(.milliseconds(200))
        #expect(world.nacks(to: 1).isEmpty)
        #expect(world.keyFrameRequests(to: 1).count == 1)
    }

    @Test("A publisher that starts its numbers anew goes on with a key frame")
    func restart() {
        let world = World.meeting()
        var camera = Camera()
        let first = world.receive(camera.frame(isKey: true))
        camera.number = 30_000
        camera.timestamp = 5
        world.receive(camera.frame())
        #expect(world.receive(camera.frame()).isEmpty)
        let again = world.receive(camera.frame(isKey: true))
        #expect(again.map { $0.number &- first[1].number } == [1, 2])
        #expect(Int32(bitPattern: again[0].timestamp &- first[1].timestamp) > 0)
    }
}

/// A report that says nothing but that there is one.
func report(_ ssrc: UInt32, last: UInt32 = 0, delay: UInt32 = 0) -> ReportBlock {
    ReportBlock(
        ssrc: SSRC(ssrc),
        fractionLost: 0,
        cumulativeLost: 0,
        highestSequence: 0,
        jitter: 0,
        lastReport: last,
        delay: delay
    )
}
