import RTP
import Units
import Wire

@testable import Forwarding

/// A packet that the router sent, as the subscriber sees it after decryption.
struct SentPacketBytes {
    var transport: TransportIndex
    var bytes: [UInt8]
    var header: RTPHeader
    var packet: RTPPacket
    var payload: [UInt8] { Array(bytes[packet.payload]) }
    var ssrc: UInt32 { header.ssrc.rawValue }
    var number: UInt16 { header.sequenceNumber.rawValue }
    var timestamp: UInt32 { header.timestamp.rawValue }

    func value(_ id: UInt8) -> [UInt8]? { header.extensionValue(id, in: bytes.span).map { Array(bytes[$0]) } }

    /// Everything that subscribers' retransmissions have to repeat: marker, time, payload and our values.
    var content: [UInt8] { [header.marker ? 1 : 0] + (0..<4).map { UInt8(timestamp >> (8 * $0) & 0xFF) } + payload }

    var vp8: VP8Descriptor? { VP8Descriptor(packet.payload, in: bytes.span) }
}

struct ControlPacket {
    var transport: TransportIndex
    var bytes: [UInt8]
    var at: Timestamp
}

/// A room with its router, the slots of the packets and a clock: the test is the shell.
final class World {
    var router: Router
    var now = Timestamp(nanoseconds: 10_000_000_000)
    var sent: [SentPacketBytes] = []
    var control: [ControlPacket] = []
    var events: [RouterEvent] = []
    var kept: [PacketHandle: [UInt8]] = [:]
    var problems: [String] = []
    private var handle: PacketHandle = 0

    init(seed: UInt64 = 1) { router = Router(seed: seed) }

    func join(_ transport: TransportIndex, _ lines: [MediaParameters], isConnected: Bool = true) {
        router.add(transport)
        router.update(transport, lines: lines, at: now)
        router.connect(transport, isConnected, at: now)
        drain()
    }

    func show(_ source: Track?, in slot: Track) {
        router.assign(slot, to: source, at: now)
        drain()
    }

    /// What the router sends because of a packet.
    @discardableResult
    func receive(_ bytes: [UInt8], from transport: TransportIndex) -> [SentPacketBytes] {
        guard let packet = try? RTPPacket(parsing: bytes.span) else {
            problems.append("no packet")
            return []
        }
        handle += 1
        let before = sent.count
        let disposition = router.receive(packet, in: bytes.span, as: handle, from: transport, at: now)
        if disposition == .kept { kept[handle] = bytes }
        drain(current: (handle, bytes))
        return Array(sent[before...])
    }

    @discardableResult
    func receiveControl(from transport: TransportIndex, _ write: (inout RTCPWriter, inout MutableSpan<UInt8>) -> Void)
        -> [SentPacketBytes]
    {
        var bytes = [UInt8](repeating: 0, count: 1_500)
        var writer = RTCPWriter()
        var span = bytes.mutableSpan
        write(&writer, &span)
        let count = writer.finish(&span) ?? 0
        let before = sent.count
        router.receiveControl(Array(bytes[..<count]).span, from: transport, at: now)
        drain()
        return Array(sent[before...])
    }

    /// Lets time pass; what is due happens when it is due.
    func pass(_ duration: Duration) {
        let end = now + duration
        while let due = router.nextDeadline, due <= end {
            now = max(now, due)
            router.handleTimeout(at: now)
            if let next = router.nextDeadline, next <= now { problems.append("a deadline that does not move") }
            drain()
        }
        now = end
    }

    func drain(current: (PacketHandle, [UInt8])? = nil) {
        var room = [UInt8](repeating: 0xEE, count: 1_500)
        var span = room.mutableSpan
        while let forward = router.nextForward(into: &span) {
            let source = current?.0 == forward.handle ? current?.1 : kept[forward.handle]
            guard let source, forward.payload.upperBound <= source.count else {
                problems.append("forward of a handle nobody has")
                continue
            }
            var bytes = (0..<forward.header).map { span[$0] }
            bytes += (0..<forward.prefixCount).map { forward.prefix[$0] } + source[forward.payload]
            guard let packet = try? RTPPacket(parsing: bytes.span), packet.header.length == forward.header else {
                problems.append("what is sent is no packet")
                continue
            }
            sent.append(
                SentPacketBytes(transport: forward.transport, bytes: bytes, header: packet.header, packet: packet)
            )
        }
        while let (transport, count) = router.nextControl(into: &span, at: now) {
            let bytes = (0..<count).map { span[$0] }
            if (try? RTCPCompound(parsing: bytes.span)) == nil || count > 1_200 { problems.append("bad RTCP") }
            control.append(ControlPacket(transport: transport, bytes: bytes, at: now))
        }
        while let handle = router.nextReleased() {
            if kept.removeValue(forKey: handle) == nil { problems.append("handle \(handle) released twice") }
        }
        while let event = router.nextEvent() { events.append(event) }
    }

    /// All that stays of the handles after everybody has gone.
    func close(_ transports: [TransportIndex]) {
        for transport in transports { router.remove(transport) }
        drain()
    }

    // MARK: RTCP as the clients see it

    func blocks<T>(to transport: TransportIndex, _ read: (RTCPBlock, Span<UInt8>) -> T?) -> [(T, Timestamp)] {
        var result: [(T, Timestamp)] = []
        for packet in control where packet.transport == transport {
            guard let compound = try? RTCPCompound(parsing: packet.bytes.span) else { continue }
            var blocks = compound.blocks
            while let block = blocks.next(in: packet.bytes.span) {
                if let value = read(block, packet.bytes.span) { result.append((value, packet.at)) }
            }
        }
        return result
    }

    func keyFrameRequests(to transport: TransportIndex) -> [Timestamp] {
        blocks(to: transport) { PictureLossIndication($0, in: $1) }.map(\.1)
    }

    func nacks(to transport: TransportIndex) -> [(numbers: [UInt16], at: Timestamp)] {
        blocks(to: transport) { block, bytes -> [UInt16]? in
            guard var nack = GenericNACK(block, in: bytes) else { return nil }
            var numbers: [UInt16] = []
            while let number = nack.next(in: bytes) { numbers.append(number.rawValue) }
            return numbers
        }.map { (numbers: $0.0, at: $0.1) }
    }

    /// Transport-wide numbers that were reported as received.
    func reported(to transport: TransportIndex) -> Set<UInt16> {
        Set(
            blocks(to: transport) { block, bytes -> [UInt16]? in
                guard var feedback = TransportFeedback(block, in: bytes) else { return nil }
                var numbers: [UInt16] = []
                while let packet = feedback.next(in: bytes) {
                    if packet.arrival != nil { numbers.append(packet.number.rawValue) }
                }
                return numbers
            }.flatMap(\.0)
        )
    }

    func senderReports(to transport: TransportIndex) -> [SenderReport] {
        blocks(to: transport) { SenderReport($0, in: $1) }.map(\.0)
    }

    func reports(to transport: TransportIndex) -> [ReportBlock] {
        blocks(to: transport) { block, bytes -> [ReportBlock]? in
            var walk = block.reports(in: bytes)
            var result: [ReportBlock] = []
            while let report = walk.next(in: bytes) { result.append(report) }
            return result
        }.flatMap(\.0)
    }
}

/// The same numbers for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
