import DTLS
import ICE
import PeerConnection
import RTP
import Units

@testable import Simulation

/// A server that shows a client to itself: its microphone on the first audio slot, its camera on the first video slot. It
/// asks for lost packets, answers NACKs by RTX and passes PLIs on, as a forwarder does; all of it in the simplest way.
final class Mirror {
    static let serverIdentity = identity()
    static let clientIdentity = identity()

    private static func identity() -> DTLSIdentity {
        guard let identity = DTLSIdentity(wall: 1_795_000_000) else { fatalError("there is memory") }
        return identity
    }

    static let server = TransportAddress(IPAddress(v4: 0xCB00_7101), port: 3478)

    static func address(_ number: UInt32) -> TransportAddress {
        TransportAddress(IPAddress(v4: 0xC633_6400 + number), port: 40_000)
    }

    var client: SimulatedMediaClient
    var negotiator: Negotiator
    var connection: PeerConnection
    var lines: [MediaParameters]
    var up: LossyLink
    var down: LossyLink
    var nanoseconds: UInt64 = 50_000_000_000
    var events: [PeerConnectionEvent] = []

    /// Answers NACKs.
    var repairs = true
    /// Frames of which nothing goes on, without a trace in the numbers: what a wrong forwarder would do.
    var swallowed: Set<UInt32> = []
    private var shift = 0

    private var cache: [UInt16: (header: RTPHeader, payload: [UInt8])] = [:]
    private var highest: SequenceNumber?
    private var missing: [UInt16: (tries: Int, due: UInt64)] = [:]
    private var repairNumber = SequenceNumber(77)
    private var transportNumber = SequenceNumber(5)
    private var arrivals = ArrivalLog()
    private var nextFeedback: UInt64 = 0

    init(
        seed: UInt64,
        _ conditions: LossyLink.Conditions = LossyLink.Conditions(),
        video: VideoShape = VideoShape()
    ) throws {
        var random = SplitMix64(seed: seed)
        var configuration = SimulatedMediaClient.Configuration(
            number: 7,
            seed: seed,
            addresses: [Mirror.address(1)]
        )
        configuration.video = video
        client = SimulatedMediaClient(configuration, identity: Mirror.clientIdentity)
        let candidates = Candidate.host([Mirror.server.address], udpPort: Mirror.server.port, tcpPort: nil)
        negotiator = Negotiator(
            worker: 1,
            fingerprint: Mirror.serverIdentity.fingerprint,
            candidates: candidates.map(\.text),
            sessionID: 1,
            using: &random
        )
        let made = try negotiator.answer(client.offer())
        guard let connection = PeerConnection(made.session, identity: Mirror.serverIdentity, using: &random) else {
            fatalError("there is a fingerprint")
        }
        self.connection = connection
        lines = made.session.lines
        up = LossyLink(seed: seed &+ 1_000, conditions)
        down = LossyLink(seed: seed &+ 2_000, conditions)
        _ = try client.take(answer: made.answer, at: now)
    }

    var now: Timestamp { Timestamp(nanoseconds: nanoseconds) }
    var isConnected: Bool { client.isEstablished && connection.isEstablished && connection.selected != nil }

    /// Another offer and answer.
    func renegotiate() throws {
        let made = try negotiator.answer(client.offer())
        connection.update(made.session)
        lines = made.session.lines
        _ = try client.take(answer: made.answer, at: now)
    }

    @discardableResult
    func run(seconds: Double, until condition: (Mirror) -> Bool = { _ in false }) -> Bool {
        let end = nanoseconds + UInt64(seconds * 1e9)
        collect()
        while !condition(self) {
            let own = missing.values.map(\.due).min()
            let due =
                [up.nextArrival, down.nextArrival, client.nextDeadline, connection.nextDeadline]
                .compactMap { $0?.nanoseconds } + [own ?? end, arrivals.isEmpty ? end : nextFeedback]
            guard let due = due.min(), due < end else {
                nanoseconds = end
                return condition(self)
            }
            nanoseconds = max(nanoseconds + 1_000, due)
            while let datagram = up.next(at: now) {
                var bytes = datagram.bytes
                var span = bytes.mutableSpan
                let reception = connection.receive(&span, on: datagram.path, at: now)
                take(reception, bytes)
            }
            while let datagram = down.next(at: now) {
                var bytes = datagram.bytes
                var span = bytes.mutableSpan
                client.receive(&span, on: datagram.path, at: now)
            }
            connection.handleTimeout(at: now)
            askAgain()
            writeFeedback()
            collect()
        }
        return true
    }

    private func collect() {
        var room = [UInt8](repeating: 0, count: 1_500)
        while true {
            var span = room.mutableSpan
            guard let (path, count) = client.poll(at: now, into: &span) else { break }
            up.send(room.span.extracting(..<count), on: path, at: now)
        }
        while true {
            var span = room.mutableSpan
            guard let (path, count) = connection.nextDatagram(into: &span) else { break }
            down.send(room.span.extracting(..<count), on: path, at: now)
        }
        while let event = connection.nextEvent() { events.append(event) }
    }

    // MARK: - Media

    private func slot(_ kind: MediaParameters.Kind) -> MediaParameters? {
        lines.first { $0.isReceiving && $0.kind == kind }
    }

    private func take(_ reception: Reception, _ bytes: [UInt8]) {
        switch reception {
        case .nothing: return
        case .control(let count): takeControl(Array(bytes[..<count]))
        case .media(let packet):
            if let id = lines[1].extensions[.transportSequence],
                let value = packet.header.extensionValue(id, in: bytes.span),
                let number = TransportSequence(bytes.span.extracting(value))
            {
                arrivals.record(number.number, at: now)
            }
            takeMedia(packet, bytes)
        }
    }

    private func takeMedia(_ packet: RTPPacket, _ bytes: [UInt8]) {
        var header = packet.header
        var payload = Array(bytes[packet.payload])
        guard lines[1].namedSources.contains(header.ssrc) else {
            if let slot = slot(.audio) { send(header, payload, slot, slot.slot?.ssrc) }
            return
        }
        if header.ssrc == lines[1].namedSources[1] {
            header.sequenceNumber = SequenceNumber(UInt16(payload[0]) << 8 | UInt16(payload[1]))
            payload.removeFirst(2)
        }
        missing[header.sequenceNumber.rawValue] = nil
        if let highest, header.sequenceNumber.isAfter(highest) {
            for step in 1..<max(1, header.sequenceNumber - highest) {
                missing[(highest + step).rawValue] = (0, nanoseconds + 10_000_000)
            }
        }
        if highest.map({ header.sequenceNumber.isAfter($0) }) != false { highest = header.sequenceNumber }
        let start = VP8Descriptor(0..<payload.count, in: payload.span).map {
            $0.length + ($0.isFrameStart ? ($0.isKeyFrameStart ? 10 : 3) : 0)
        }
        if let start, let mark = FrameMark(start..<payload.count, in: payload.span), swallowed.contains(mark.frame) {
            shift += 1
            return
        }
        header.sequenceNumber = header.sequenceNumber + -shift
        cache[header.sequenceNumber.rawValue] = (header, payload)
        if let slot = slot(.video) { send(header, payload, slot, slot.slot?.ssrc) }
    }

    private func send(_ header: RTPHeader, _ payload: [UInt8], _ slot: MediaParameters, _ ssrc: SSRC?) {
        guard let ssrc, let path = connection.selected else { return }
        let isRepair = ssrc == slot.slot?.repairSSRC
        let format = slot.formats[0]
        let fresh = RTPHeader(
            payloadType: isRepair ? format.repairPayloadType ?? 0 : format.payloadType,
            marker: header.marker,
            sequenceNumber: header.sequenceNumber,
            timestamp: header.timestamp,
            ssrc: ssrc
        )
        var room = [UInt8](repeating: 0, count: 1_500)
        var span = room.mutableSpan
        var writer = RTPHeaderWriter(fresh, to: &span)
        if let id = slot.extensions[.mid] { writer.add(id, slot.mid, to: &span) }
        if let id = slot.extensions[.transportSequence] {
            writer.add(id, bits: TransportSequence(transportNumber).bits, count: 2, to: &span)
            transportNumber = transportNumber + 1
        }
        guard let length = writer.finish(&span),
            let count = try? connection.protect(header: length, payload: payload.span, into: &span)
        else { return }
        down.send(room.span.extracting(..<count), on: path, at: now)
    }

    // MARK: - RTCP

    private func takeControl(_ bytes: [UInt8]) {
        guard let compound = try? RTCPCompound(parsing: bytes.span) else { return }
        var blocks = compound.blocks
        while let block = blocks.next(in: bytes.span) {
            if var nack = GenericNACK(block, in: bytes.span), repairs {
                while let number = nack.next(in: bytes.span) { repair(number) }
            } else if PictureLossIndication(block, in: bytes.span) != nil {
                control { $0.pictureLoss(from: SSRC(1), about: lines[1].namedSources[0], to: &$1) }
            } else if var report = SenderReport(block, in: bytes.span) {
                let isVideo = lines[1].namedSources.contains(report.ssrc)
                guard let ssrc = slot(isVideo ? .video : .audio)?.slot?.ssrc else { continue }
                report.ssrc = ssrc
                control { $0.senderReport(report, to: &$1) }
            }
        }
    }

    private func repair(_ number: SequenceNumber) {
        guard let slot = slot(.video), let (header, payload) = cache[number.rawValue] else { return }
        var again = header
        again.sequenceNumber = repairNumber
        repairNumber = repairNumber + 1
        let prefix = [UInt8(number.rawValue >> 8), UInt8(number.rawValue & 0xFF)]
        send(again, prefix + payload, slot, slot.slot?.repairSSRC)
    }

    private func askAgain() {
        let due = missing.filter { $0.value.due <= nanoseconds }
        guard !due.isEmpty else { return }
        for (number, state) in due {
            missing[number] = state.tries < 10 ? (state.tries + 1, nanoseconds + 60_000_000) : nil
        }
        control { writer, room in
            writer.nack(from: SSRC(1), about: lines[1].namedSources[0], to: &room)
            for number in due.keys.sorted() { writer.lost(SequenceNumber(number), to: &room) }
        }
    }

    private func writeFeedback() {
        guard !arrivals.isEmpty, nextFeedback <= nanoseconds else { return }
        nextFeedback = nanoseconds + 100_000_000
        var room = [UInt8](repeating: 0, count: 1_200)
        while true {
            var span = room.mutableSpan
            guard let count = arrivals.write(from: SSRC(1), about: SSRC(2), to: &span) else { return }
            guard let path = connection.selected,
                let sent = try? connection.protectControl(count: count, in: &span)
            else { continue }
            down.send(room.span.extracting(..<sent), on: path, at: now)
        }
    }

    private func control(_ content: (inout RTCPWriter, inout MutableSpan<UInt8>) -> Void) {
        var room = [UInt8](repeating: 0, count: 1_200)
        var span = room.mutableSpan
        var writer = RTCPWriter()
        content(&writer, &span)
        guard let count = writer.finish(&span), let path = connection.selected,
            let sent = try? connection.protectControl(count: count, in: &span)
        else { return }
        down.send(room.span.extracting(..<sent), on: path, at: now)
    }
}
