import RTP
import Units
import Wire

@testable import Forwarding

/// Numbers of header extensions; publishers and subscribers have different ones.
enum ID {
    static let mid: UInt8 = 1
    static let level: UInt8 = 2
    static let transport: UInt8 = 3
    static let sendTime: UInt8 = 4
    static let rid: UInt8 = 5
    static let repairedRID: UInt8 = 6
    static let orientation: UInt8 = 7
    static let capture: UInt8 = 8
    static let descriptor: UInt8 = 10

    static func own(_ id: UInt8) -> UInt8 { 15 - id }
}

func extensionMap(isOwn: Bool) -> ExtensionMap {
    var map = ExtensionMap()
    let kinds: [(ExtensionKind, UInt8)] = [
        (.mid, ID.mid), (.audioLevel, ID.level), (.transportSequence, ID.transport), (.absoluteSendTime, ID.sendTime),
        (.rid, ID.rid), (.repairedRID, ID.repairedRID), (.videoOrientation, ID.orientation),
        (.absoluteCaptureTime, ID.capture), (.dependencyDescriptor, ID.descriptor),
    ]
    for (kind, id) in kinds { map[kind] = isOwn ? ID.own(id) : id }
    return map
}

func identifier(_ text: String) -> StreamIdentifier {
    guard let identifier = StreamIdentifier(text) else { preconditionFailure("no token") }
    return identifier
}

func vp8Format(_ type: UInt8 = 96, repair: UInt8? = 97) -> PayloadFormat {
    PayloadFormat(
        codec: .vp8,
        payloadType: type,
        repairPayloadType: repair,
        clockRate: 90_000,
        usesNACK: true,
        usesPLI: true,
        usesFIR: true
    )
}

func opusFormat(_ type: UInt8 = 111) -> PayloadFormat {
    PayloadFormat(codec: .opus, payloadType: type, clockRate: 48_000)
}

func camera(_ mid: String = "1", rids: [String] = [], named: [UInt32] = []) -> MediaParameters {
    MediaParameters(
        mid: identifier(mid),
        kind: .video,
        isSending: true,
        formats: [vp8Format()],
        extensions: extensionMap(isOwn: false),
        namedSources: named.map { SSRC($0) },
        layers: rids.map(identifier),
        usesTransportFeedback: true
    )
}

func microphone(_ mid: String = "0") -> MediaParameters {
    MediaParameters(
        mid: identifier(mid),
        kind: .audio,
        isSending: true,
        formats: [opusFormat()],
        extensions: extensionMap(isOwn: false),
        usesTransportFeedback: true
    )
}

func videoSlot(_ mid: String, ssrc: UInt32, repair: UInt32?, format: PayloadFormat = vp8Format(102, repair: 103))
    -> MediaParameters
{
    MediaParameters(
        mid: identifier(mid),
        kind: .video,
        isReceiving: true,
        formats: [format],
        extensions: extensionMap(isOwn: true),
        slot: SlotSources(ssrc: SSRC(ssrc), repairSSRC: repair.map { SSRC($0) }),
        usesTransportFeedback: true
    )
}

func audioSlot(_ mid: String, ssrc: UInt32) -> MediaParameters {
    MediaParameters(
        mid: identifier(mid),
        kind: .audio,
        isReceiving: true,
        formats: [opusFormat(109)],
        extensions: extensionMap(isOwn: true),
        slot: SlotSources(ssrc: SSRC(ssrc)),
        usesTransportFeedback: true
    )
}

/// A packet of a publisher.
func rtp(
    _ type: UInt8,
    _ number: UInt16,
    _ timestamp: UInt32,
    _ ssrc: UInt32,
    marker: Bool = false,
    extensions: [(UInt8, [UInt8])] = [],
    payload: [UInt8],
    padding: Int = 0
) -> [UInt8] {
    var room = [UInt8](repeating: 0, count: 600)
    var span = room.mutableSpan
    let header = RTPHeader(
        payloadType: type,
        marker: marker,
        sequenceNumber: SequenceNumber(number),
        timestamp: RTPTimestamp(timestamp),
        ssrc: SSRC(ssrc)
    )
    var writer = RTPHeaderWriter(header, form: extensions.contains { $0.1.count > 16 } ? .twoByte : .oneByte, to: &span)
    for (id, value) in extensions { writer.add(id, value.span, to: &span) }
    let count = writer.finish(&span) ?? 0
    var bytes = (0..<count).map { span[$0] } + payload
    if padding > 0 {
        bytes[0] |= 0x20
        bytes += [UInt8](repeating: 0, count: padding - 1) + [UInt8(padding)]
    }
    return bytes
}

/// The payload of a VP8 packet with all fields of its descriptor.
func vp8(
    _ picture: UInt16,
    tl0: UInt8 = 0,
    isStart: Bool = true,
    isKey: Bool = false,
    isShort: Bool = false,
    body: [UInt8] = []
)
    -> [UInt8]
{
    let id = isShort ? [UInt8(picture & 0x7F)] : [UInt8(picture >> 8 & 0x7F) | 0x80, UInt8(picture & 0xFF)]
    return [isStart ? 0x90 : 0x80, 0xE0] + id + [tl0, 0x20, isKey ? 0x10 : 0x11] + body
}

/// A camera that sends VP8 frames of some packets each.
struct Camera {
    var ssrc: UInt32 = 0xC0FFEE
    var number: UInt16 = 1_000
    var timestamp: UInt32 = 90_000
    var picture: UInt16 = 5
    var tl0: UInt8 = 7
    var mid: String? = "1"
    var type: UInt8 = 96
    var frames = 0

    mutating func frame(isKey: Bool = false, packets: Int = 2) -> [[UInt8]] {
        frames += 1
        let result = (0..<packets).map { index -> [UInt8] in
            let body = [UInt8(truncatingIfNeeded: frames), UInt8(index), 0xAA]
            let payload = vp8(picture, tl0: tl0, isStart: index == 0, isKey: isKey && index == 0, body: body)
            return packet(payload, isLast: index == packets - 1)
        }
        timestamp &+= 3_000
        picture = (picture + 1) & 0x7FFF
        tl0 &+= 1
        return result
    }

    mutating func padding() -> [UInt8] {
        let packet = rtp(type, number, timestamp, ssrc, payload: [], padding: 200)
        number &+= 1
        return packet
    }

    private mutating func packet(_ payload: [UInt8], isLast: Bool) -> [UInt8] {
        var values: [(UInt8, [UInt8])] = []
        if let mid { values.append((ID.mid, Array(mid.utf8))) }
        let bytes = rtp(type, number, timestamp, ssrc, marker: isLast, extensions: values, payload: payload)
        number &+= 1
        return bytes
    }
}

/// A retransmission of a publisher's packet (RFC 4588).
func repeated(_ original: [UInt8], _ type: UInt8, _ number: UInt16, _ ssrc: UInt32) -> [UInt8] {
    guard let packet = try? RTPPacket(parsing: original.span) else { return [] }
    let osn = packet.header.sequenceNumber.rawValue
    return rtp(
        type,
        number,
        packet.header.timestamp.rawValue,
        ssrc,
        marker: packet.header.marker,
        extensions: [(ID.mid, Array("1".utf8))],
        payload: [UInt8(osn >> 8), UInt8(osn & 0xFF)] + original[packet.payload]
    )
}

extension World {
    /// Somebody (1) with microphone and camera, and some who see him in their line 3, hear him in line 2.
    static func meeting(viewers: Int = 1, rids: [String] = [], repair: Bool = true) -> World {
        let world = World()
        world.join(1, [microphone(), camera(rids: rids)])
        for viewer in 0..<viewers {
            let transport = TransportIndex(2 + viewer)
            let base = UInt32(1_000 * (viewer + 2))
            world.join(
                transport,
                [
                    microphone(), camera(), audioSlot("2", ssrc: base + 1),
                    videoSlot("3", ssrc: base + 2, repair: repair ? base + 3 : nil),
                ]
            )
            world.show(Track(transport: 1, line: 0), in: Track(transport: transport, line: 2))
            world.show(Track(transport: 1, line: 1), in: Track(transport: transport, line: 3))
        }
        return world
    }

    @discardableResult
    func receive(_ packets: [[UInt8]], from transport: TransportIndex = 1) -> [SentPacketBytes] {
        packets.flatMap { receive($0, from: transport) }
    }
}
