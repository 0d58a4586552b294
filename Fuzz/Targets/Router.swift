import Forwarding
import Glibc
import RTP
import Units

/// Bytes are a sequence of what control, clients and the clock do to a room. Nothing may trap; a handle that was kept
/// comes back exactly once, nothing is forwarded that nobody has, what leaves is a sound packet, and no number of an SSRC
/// leaves twice for a transport.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let world = World(bytes: Array(UnsafeBufferPointer(start: start, count: min(count, 2_000))))
    world.run()
    return 0
}

private struct Stream: Hashable {
    let transport: TransportIndex
    let ssrc: SSRC
}

private final class World {
    let bytes: [UInt8]
    var offset = 0
    var router: Router
    var now = Timestamp(nanoseconds: 5_000_000_000)
    var handle: PacketHandle = 0
    /// Packets that the router has, with their lengths.
    var kept: [PacketHandle: Int] = [:]
    /// Numbers that left, without wraps.
    var sent: [Stream: (highest: Int64, all: Set<Int64>)] = [:]
    var numbers = [UInt16](repeating: 65_000, count: 16)
    /// A slot whose line was made anew may begin at any number.
    var generation = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
        router = Router(seed: 5)
    }

    func next() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        offset += 1
        return bytes[offset - 1]
    }

    func run() {
        for transport in Int32(0)..<2 {
            router.add(transport)
            update(transport, lines: 5)
            router.connect(transport, true, at: now)
        }
        router.assign(Track(transport: 0, line: 3), to: Track(transport: 1, line: 1), at: now)
        while offset < bytes.count {
            step()
            drain(nil, 0)
        }
        for transport in Int32(0)..<4 { router.remove(transport) }
        drain(nil, 0)
        if !kept.isEmpty { fail("\(kept.count) handles did not come back") }
    }

    func step() {
        let operation = next()
        let transport = TransportIndex(operation >> 4 & 3)
        switch operation & 15 {
        case 0: router.add(transport)
        case 1: remove(transport)
        case 2: update(transport, lines: Int(next() & 7))
        case 3: router.connect(transport, next() & 1 == 0, at: now)
        case 4, 5:
            let how = next()
            let source = Track(transport: TransportIndex(how >> 4 & 3), line: how >> 2 & 3)
            router.assign(
                Track(transport: transport, line: 2 + how & 3),
                to: how & 0xC0 == 0xC0 ? nil : source,
                at: now
            )
        case 6: router.pause(Track(transport: transport, line: next() & 3), next() & 1 == 0, at: now)
        case 7: now = now + .milliseconds(Int64(next()) * Int64(next()) / 16)
        case 8: router.handleTimeout(at: now)
        case 9: control(transport)
        case 10: raw(transport)
        default: packet(transport)
        }
    }

    /// A slot that ends takes its numbers along: the control plane never uses its SSRC again.
    func remove(_ transport: TransportIndex) {
        router.remove(transport)
        generation += 1
        for stream in sent.keys where stream.transport == transport { sent[stream] = nil }
    }

    /// Lines: audio out, video out, audio in, video in, video in.
    func update(_ transport: TransportIndex, lines count: Int) {
        var extensions = ExtensionMap()
        for (index, kind) in ExtensionKind.allCases.enumerated() {
            extensions[kind] = UInt8((index + Int(transport)) % 14 + 1)
        }
        let how = count == 5 ? 0 : next()
        let lines = (0..<count).compactMap { index -> MediaParameters? in
            guard let mid = StreamIdentifier(String(index)) else { return nil }
            let isAudio = index % 2 == 0 && index < 4
            let base = UInt32(transport) << 8 | UInt32(generation) << 16 | UInt32(index) << 1
            let video = PayloadFormat(
                codec: how & 1 == 0 ? .vp8 : index == 3 ? .h264(profile: 0) : .vp9(profile: 0),
                payloadType: 96,
                repairPayloadType: 97,
                clockRate: 90_000,
                usesNACK: how & 2 == 0,
                usesPLI: how & 4 == 0,
                usesFIR: true,
                usesREMB: how & 8 == 0
            )
            let audio = PayloadFormat(codec: .opus, payloadType: 111, clockRate: 48_000)
            return MediaParameters(
                mid: mid,
                kind: isAudio ? .audio : .video,
                isSending: index < 2,
                isReceiving: index >= 2,
                formats: [isAudio ? audio : video],
                extensions: extensions,
                namedSources: how & 16 == 0 ? [SSRC(UInt32(index))] : [],
                slot: SlotSources(ssrc: SSRC(base), repairSSRC: how & 32 == 0 ? SSRC(base | 1) : nil),
                usesTransportFeedback: how & 8 != 0
            )
        }
        // A line that goes ends its slot; if it comes back, its SSRC would be used anew.
        generation += 1
        router.update(transport, lines: [], at: now)
        for stream in sent.keys where stream.transport == transport { sent[stream] = nil }
        router.update(transport, lines: lines, at: now)
    }

    // MARK: Packets

    func packet(_ transport: TransportIndex) {
        let how = next()
        let source = Int(transport) * 4 + Int(how & 3)
        let step = next()
        if step & 0x80 != 0 { numbers[source] &-= UInt16(step & 15) } else { numbers[source] &+= UInt16(step & 31) }
        let isAudio = how & 3 == 0
        let isRepair = how & 3 == 2
        var room = [UInt8](repeating: 0, count: 200)
        var span = room.mutableSpan
        let header = RTPHeader(
            payloadType: isAudio ? 111 : isRepair ? 97 : 96,
            marker: how & 4 != 0,
            sequenceNumber: SequenceNumber(numbers[source]),
            timestamp: RTPTimestamp(UInt32(numbers[source]) &* 1_000),
            ssrc: SSRC(UInt32(how & 3))
        )
        var writer = RTPHeaderWriter(header, to: &span)
        for _ in 0..<(how >> 3 & 3) {
            let element = next()
            writer.add(
                element & 15,
                bits: UInt64(next()) << 8 | UInt64(next()),
                count: Int(element >> 4) % 8 + 1,
                to: &span
            )
        }
        guard let length = writer.finish(&span) else { return }
        var bytes = (0..<length).map { span[$0] }
        if isRepair { bytes += [UInt8(numbers[source - 1] >> 8), UInt8(numbers[source - 1] & 0xFF) &- (how >> 6)] }
        if how & 0x20 == 0 {
            bytes += [0x90, 0xE0, 0x80 | next() & 3, next(), 1, 0x20, how & 0x40 == 0 ? 0x10 : 0x11, 7]
        } else {
            bytes += (0..<Int(next() & 15)).map { _ in next() }
        }
        receive(bytes, transport)
    }

    func raw(_ transport: TransportIndex) {
        receive([0x80 | next() & 0x3F, next() & 0x7F] + (0..<Int(next() & 63)).map { _ in next() }, transport)
    }

    func receive(_ bytes: [UInt8], _ transport: TransportIndex) {
        guard let packet = try? RTPPacket(parsing: bytes.span) else { return }
        handle += 1
        if router.receive(packet, in: bytes.span, as: handle, from: transport, at: now) == .kept {
            kept[handle] = bytes.count
        }
        drain(handle, bytes.count)
    }

    func control(_ transport: TransportIndex) {
        var room = [UInt8](repeating: 0, count: 400)
        var span = room.mutableSpan
        var writer = RTCPWriter()
        let how = next()
        let own = sent.keys.filter { $0.transport == transport }.map(\.ssrc).min { $0.rawValue < $1.rawValue }
        let media = how & 8 == 0 ? own ?? SSRC(1) : SSRC(UInt32(next() & 3))
        switch how & 7 {
        case 0, 1:
            writer.nack(from: SSRC(1), about: media, to: &span)
            let highest = sent[Stream(transport: transport, ssrc: media)]?.highest ?? 0
            for back in 0..<Int64(how >> 4 + 1) {
                writer.lost(SequenceNumber(UInt16(truncatingIfNeeded: highest - back * Int64(next() & 7))), to: &span)
            }
        case 2: writer.pictureLoss(from: SSRC(1), about: media, to: &span)
        case 3: writer.fullIntraRequest(from: SSRC(1), about: media, number: next(), to: &span)
        case 4: writer.goodbye(media, to: &span)
        case 5:
            let report = SenderReport(
                ssrc: media,
                time: NTPTime(UInt64(next()) << 32),
                timestamp: RTPTimestamp(UInt32(next()) << 24),
                packets: 1,
                octets: 1
            )
            writer.senderReport(report, to: &span)
        case 6:
            writer.receiverReport(SSRC(1), to: &span)
            writer.report(
                ReportBlock(
                    ssrc: media,
                    fractionLost: 0,
                    cumulativeLost: 0,
                    highestSequence: 0,
                    jitter: 0,
                    lastReport: UInt32(next()) << 16,
                    delay: UInt32(next()) << UInt32(next() & 31)
                ),
                to: &span
            )
        default:
            let bytes = (0..<Int(next())).map { _ in next() }
            router.receiveControl(bytes.span, from: transport, at: now)
            return
        }
        guard let count = writer.finish(&span) else { return }
        router.receiveControl(Array((0..<count).map { span[$0] }).span, from: transport, at: now)
    }

    // MARK: What comes out

    func drain(_ current: PacketHandle?, _ length: Int) {
        var room = [UInt8](repeating: 0, count: 1_400)
        var span = room.mutableSpan
        while let forward = router.nextForward(into: &span) {
            let known = forward.handle == current ? length : kept[forward.handle]
            guard let known, forward.payload.lowerBound >= 12, forward.payload.upperBound <= known,
                forward.prefixCount <= 8
            else { fail("forward of \(forward.handle), which nobody has") }
            check(forward, span.span.extracting(0..<forward.header))
        }
        while let (transport, count) = router.nextControl(into: &span, at: now) {
            guard transport >= 0, (try? RTCPCompound(parsing: span.span.extracting(0..<count))) != nil else {
                fail("unsound RTCP")
            }
        }
        while let handle = router.nextReleased() {
            if kept.removeValue(forKey: handle) == nil { fail("handle \(handle) came back twice") }
        }
        while let event = router.nextEvent() {
            if case .speaking(let transports) = event, transports.contains(where: { $0 < 0 }) { fail("nobody talks") }
        }
    }

    func check(_ forward: Forward, _ header: Span<UInt8>) {
        guard let parsed = try? RTPHeader(parsing: header), parsed.length == forward.header else { fail("no header") }
        let stream = Stream(transport: forward.transport, ssrc: parsed.ssrc)
        var state = sent[stream] ?? (65_536 + Int64(parsed.sequenceNumber.rawValue), [])
        let number = parsed.sequenceNumber.extended(near: state.highest)
        guard state.all.insert(number).inserted else { fail("number \(number) of \(parsed.ssrc) twice") }
        state.highest = max(state.highest, number)
        sent[stream] = state
    }

    func fail(_ why: String) -> Never {
        print(why)
        fflush(nil)
        preconditionFailure()
    }
}
