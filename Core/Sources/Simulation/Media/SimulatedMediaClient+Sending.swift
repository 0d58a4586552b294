import RTP
public import Units

extension SimulatedMediaClient {
    private static let reportInterval = Duration.seconds(1)
    private static let feedbackInterval = Duration.milliseconds(100)
    /// Bytes of RTCP before protection.
    private static let controlBytes = 1_100

    /// Writes the next datagram that is due into `room` (1,500 bytes) and says where it goes; nil when there is none.
    public mutating func poll(
        at now: Timestamp,
        into room: inout MutableSpan<UInt8>
    ) -> (path: FiveTuple, count: Int)? {
        transport?.handleTimeout(at: now)
        if let next = transport?.poll(at: now, into: &room) { return next }
        guard isEstablished, let path = selected else { return nil }
        produce(now)
        while !controls.isEmpty {
            let control = controls.removeFirst()
            for index in control.indices { room[index] = control[index] }
            // One that cannot be protected is one the less.
            if let count = try? transport?.protectControl(count: control.count, in: &room) { return (path, count) }
        }
        while !outbox.isEmpty {
            let (packet, mid) = outbox.removeFirst()
            if let count = write(packet, mid, into: &room) { return (path, count) }
        }
        return nil
    }

    /// When `poll` has something to do next.
    public var nextDeadline: Timestamp? {
        guard let handshake = handshakeDeadline else { return nil }
        guard isEstablished, selected != nil else { return handshake }
        let isBusy = !outbox.isEmpty || !controls.isEmpty
        var next = isBusy ? Timestamp(nanoseconds: 0) : handshake
        // What is on and has no time yet starts at once.
        let start = Timestamp(nanoseconds: 0)
        if microphone.isOn { next = min(next, microphone.due ?? start) }
        if camera.isOn { next = min(next, camera.due ?? start) }
        next = min(next, nextReport ?? start)
        if !arrivals.isEmpty { next = min(next, nextFeedback ?? start) }
        for slot in slots where !slot.isAudio {
            if let due = slot.video.nextDeadline { next = min(next, due) }
        }
        return next
    }

    private mutating func write(_ packet: OutgoingPacket, _ mid: String, into room: inout MutableSpan<UInt8>) -> Int? {
        var writer = RTPHeaderWriter(packet.header, to: &room)
        if let mid = StreamIdentifier(mid) { writer.add(MediaNumbers.mid, mid, to: &room) }
        if let level = packet.level {
            let value = AudioLevel(isVoice: level < 60, level: level)
            writer.add(MediaNumbers.audioLevel, bits: value.bits, count: AudioLevel.size, to: &room)
        }
        let number = TransportSequence(transportSequence)
        writer.add(MediaNumbers.transportSequence, bits: number.bits, count: TransportSequence.size, to: &room)
        guard let header = writer.finish(&room) else { return nil }
        transportSequence = transportSequence + 1
        statistics.packetsSent += 1
        // One that cannot be protected is lost.
        return try? transport?.protect(header: header, payload: packet.payload.span, into: &room)
    }

    /// Whatever is due by now.
    private mutating func produce(_ now: Timestamp) {
        if let packet = microphone.next(at: now) { outbox.append((packet, Self.microphoneMID)) }
        for packet in camera.next(at: now) { outbox.append((packet, Self.cameraMID)) }
        for index in slots.indices where !slots[index].isAudio { askForRepair(index, now) }
        if nextReport.map({ $0 <= now }) != false {
            nextReport = now + Self.reportInterval
            writeReports(now)
        }
        if !arrivals.isEmpty, nextFeedback.map({ $0 <= now }) != false {
            nextFeedback = now + Self.feedbackInterval
            writeFeedback()
        }
    }

    // MARK: - RTCP

    private mutating func askForRepair(_ index: Int, _ now: Timestamp) {
        guard let ssrc = slots[index].ssrc, let due = slots[index].video.nextDeadline, due <= now else { return }
        let wishes = slots[index].video.wishes(at: now)
        let own = microphone.numbers.ssrc
        write { writer, room in
            if !wishes.lost.isEmpty {
                writer.nack(from: own, about: ssrc, to: &room)
                for number in wishes.lost.prefix(200) { writer.lost(number, to: &room) }
            }
            if wishes.wantsKeyFrame { writer.pictureLoss(from: own, about: ssrc, to: &room) }
        }
    }

    /// Sender reports of what is sent, receiver reports of what comes: at most 31 blocks each (RFC 3550 §6.4).
    private mutating func writeReports(_ now: Timestamp) {
        var blocks: [ReportBlock] = []
        for index in slots.indices {
            if let block = slots[index].reportBlock(at: now) { blocks.append(block) }
        }
        let time = Self.wallClock(now, configuration.number)
        let sources = [microphone.numbers, camera.numbers].filter { $0.packets > 0 }
        for numbers in sources {
            let report = SenderReport(
                ssrc: numbers.ssrc,
                time: time,
                timestamp: numbers.timestamp(at: now),
                packets: numbers.packets,
                octets: numbers.octets
            )
            let part = blocks.prefix(31)
            blocks.removeFirst(part.count)
            writeReport(numbers.ssrc, report, Array(part))
        }
        while !blocks.isEmpty || sources.isEmpty {
            let part = blocks.prefix(31)
            blocks.removeFirst(part.count)
            writeReport(microphone.numbers.ssrc, nil, Array(part))
            if blocks.isEmpty { return }
        }
    }

    private mutating func writeReport(_ ssrc: SSRC, _ report: SenderReport?, _ blocks: [ReportBlock]) {
        write { writer, room in
            if let report {
                writer.senderReport(report, to: &room)
            } else {
                writer.receiverReport(ssrc, to: &room)
            }
            for block in blocks { writer.report(block, to: &room) }
            writer.cname(Array("client".utf8).span, of: ssrc, to: &room)
        }
    }

    /// Transport-wide feedback about all that came.
    private mutating func writeFeedback() {
        var room = [UInt8](repeating: 0, count: Self.controlBytes)
        while true {
            var span = room.mutableSpan
            let own = microphone.numbers.ssrc
            guard let count = arrivals.write(from: own, about: slots.first?.ssrc ?? own, to: &span) else { return }
            queue(room, count)
        }
    }

    private mutating func write(_ content: (inout RTCPWriter, inout MutableSpan<UInt8>) -> Void) {
        var room = [UInt8](repeating: 0, count: Self.controlBytes)
        var span = room.mutableSpan
        var writer = RTCPWriter()
        content(&writer, &span)
        if let count = writer.finish(&span) { queue(room, count) }
    }

    /// With room behind for what protection adds.
    private mutating func queue(_ room: [UInt8], _ count: Int) { controls.append(Array(room[..<count])) }

    /// Every client's wall clock is another.
    static func wallClock(_ now: Timestamp, _ number: UInt32) -> NTPTime {
        NTPTime(rawValue: (0xE600_0000 + UInt64(number) * 1_000) << 32)
            .advanced(byNanoseconds: Int64(clamping: now.nanoseconds))
    }
}
