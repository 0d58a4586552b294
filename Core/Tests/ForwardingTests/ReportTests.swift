import RTP
import Testing
import Units

@testable import Forwarding

@Suite("Media checklist: reports and speakers")
struct ReportTests {
    private func report(_ world: World, _ ssrc: UInt32, _ time: UInt64, _ timestamp: UInt32) {
        world.receiveControl(from: 1) { writer, room in
            let report = SenderReport(
                ssrc: SSRC(ssrc),
                time: NTPTime(time),
                timestamp: RTPTimestamp(timestamp),
                packets: 9,
                octets: 9
            )
            writer.senderReport(report, to: &room)
        }
    }

    @Test("Point 21: a slot's report is the publisher's on the slot's clock, with its own counters")
    func senderReport() {
        let world = World.meeting()
        var camera = Camera()
        let sourceTime = camera.timestamp
        let sent = world.receive(camera.frame(isKey: true))
        let base: UInt64 = 0xE000_0000_0000_0000
        report(world, camera.ssrc, base, sourceTime &- 9_000)
        world.pass(.milliseconds(1_100))
        let reports = world.senderReports(to: 2)
        #expect(!reports.isEmpty)
        for report in reports {
            #expect(report.ssrc == SSRC(2_002))
            #expect(report.packets == 2)
            #expect(report.octets == UInt32(sent.map(\.payload.count).reduce(0, +)))
            // The publisher said that the frame was taken 100 ms after `base`.
            let frame = Int32(bitPattern: report.timestamp.rawValue &- sent[0].timestamp)
            let expected = NTPTime(base).advanced(byNanoseconds: 100_000_000 + Int64(frame) * 100_000 / 9)
            #expect(abs(report.time - expected) < 100_000)
        }
    }

    @Test(
        "Point 21: sound and picture of one participant have one CNAME and one wall clock, and no report before his own"
    )
    func lipSync() {
        let world = World.meeting()
        var camera = Camera()
        let picture = world.receive(camera.frame(isKey: true))
        let sound = world.receive(rtp(111, 1, 48_000, 5, payload: [1, 2, 3]), from: 1)
        world.pass(.milliseconds(1_100))
        #expect(world.senderReports(to: 2).isEmpty)
        let base: UInt64 = 0xE000_0000_0000_0000
        report(world, camera.ssrc, base, 90_000)
        world.pass(.milliseconds(70))
        report(world, 5, base, 48_000)
        world.pass(.milliseconds(1_100))
        let reports = world.senderReports(to: 2)
        let video = reports.last { $0.ssrc == SSRC(2_002) }
        let audio = reports.last { $0.ssrc == SSRC(2_001) }
        #expect(video != nil && audio != nil)
        // Both were taken at `base`: going back from either report leads there.
        if let video, let audio {
            let one = video.time.advanced(
                byNanoseconds: -Int64(video.timestamp.rawValue &- picture[0].timestamp) * 100_000 / 9
            )
            let two = audio.time.advanced(
                byNanoseconds: -Int64(audio.timestamp.rawValue &- sound[0].timestamp) * 62_500 / 3
            )
            #expect(abs(one - NTPTime(base)) < 100_000)
            #expect(abs(two - NTPTime(base)) < 100_000)
        }
        var names: Set<[UInt8]> = []
        for packet in world.control where packet.transport == 2 {
            guard let compound = try? RTCPCompound(parsing: packet.bytes.span) else { continue }
            var blocks = compound.blocks
            while let block = blocks.next(in: packet.bytes.span) {
                guard var items = SourceItems(block) else { continue }
                while let item = items.next(in: packet.bytes.span) {
                    if [SSRC(2_001), SSRC(2_002)].contains(item.ssrc) { names.insert(Array(packet.bytes[item.text])) }
                }
            }
        }
        #expect(names.count == 1)
    }

    @Test("Point 21: a publisher gets reports of what came from him")
    func receiverReport() {
        let world = World.meeting()
        var camera = Camera()
        report(world, camera.ssrc, 0x1234_5678_9ABC_DEF0, 0)
        for index in 0..<20 {
            let frame = camera.frame(isKey: index == 0)
            world.receive(index == 10 ? [frame[0]] : frame)
        }
        report(world, camera.ssrc, 0x1234_5678_9ABC_DEF0, 0)
        world.pass(.milliseconds(1_100))
        let block = world.reports(to: 1).last { $0.ssrc.rawValue == camera.ssrc }
        #expect(block?.cumulativeLost == 1)
        #expect(block?.fractionLost == 6)
        #expect(block?.highestSequence == 1_039)
        #expect(block?.lastReport == 0x5678_9ABC)
        #expect(block.map { $0.delay > 60_000 && $0.delay < 75_000 } == true)
    }

    @Test("Point 22: who agreed on REMB and not on transport-wide feedback is told an estimate")
    func estimate() {
        let world = World()
        var line = camera()
        line.usesTransportFeedback = false
        line.formats[0].usesREMB = true
        world.join(1, [line])
        world.join(5, [camera()])
        var one = Camera()
        world.receive(one.frame(isKey: true))
        world.receive(one.frame(isKey: true), from: 5)
        world.pass(.milliseconds(1_100))
        let estimates = world.blocks(to: 1) { ReceiverEstimate($0, in: $1) }
        #expect(estimates.count == 1)
        #expect(estimates.first.map { $0.0.bitrate >= 150_000 } == true)
        #expect(world.blocks(to: 5) { ReceiverEstimate($0, in: $1) }.isEmpty)
    }

    // MARK: Speakers

    /// Lets microphones send for a while, each with a level every 20 ms; nil is silence.
    private func talk(_ world: World, _ levels: [TransportIndex: UInt8], for duration: Int, number: inout UInt16) {
        for _ in 0..<(duration / 20) {
            number &+= 1
            for (transport, level) in levels {
                world.receive(
                    rtp(111, number, UInt32(number) * 960, 5, extensions: [(ID.level, [level | 0x80])], payload: [1]),
                    from: transport
                )
            }
            world.pass(.milliseconds(20))
        }
    }

    private func speaking(_ world: World) -> [[TransportIndex]] {
        world.events.compactMap { if case .speaking(let list) = $0 { list } else { nil } }
    }

    @Test("Who talks is told, and that he stopped; silence and noise are nobody")
    func speaker() {
        let world = World.meeting(viewers: 2)
        var number: UInt16 = 0
        talk(world, [1: 127, 2: 70, 3: 90], for: 2_000, number: &number)
        #expect(speaking(world).isEmpty)
        talk(world, [1: 127, 2: 25, 3: 90], for: 2_000, number: &number)
        #expect(speaking(world) == [[2]])
        talk(world, [1: 127, 2: 80, 3: 90], for: 3_000, number: &number)
        #expect(speaking(world) == [[2], []])
    }

    @Test("The louder one stands first, but a click does not take the floor")
    func floor() {
        let world = World.meeting(viewers: 2)
        var number: UInt16 = 0
        talk(world, [1: 30, 2: 127], for: 3_000, number: &number)
        talk(world, [1: 30, 2: 5], for: 40, number: &number)
        talk(world, [1: 30, 2: 127], for: 2_000, number: &number)
        #expect(speaking(world).allSatisfy { $0.first == 1 })
        talk(world, [1: 40, 2: 15], for: 3_000, number: &number)
        #expect(speaking(world).last == [2, 1])
    }

    @Test("Who talks is told at most five times a second")
    func speakerRate() {
        let world = World.meeting(viewers: 2)
        var number: UInt16 = 0
        var random = SeededGenerator(seed: 3)
        for _ in 0..<100 {
            talk(
                world,
                [1: UInt8(random.next() % 128), 2: UInt8(random.next() % 128), 3: UInt8(random.next() % 128)],
                for: 100,
                number: &number
            )
        }
        #expect(speaking(world).count <= 50)
    }
}
