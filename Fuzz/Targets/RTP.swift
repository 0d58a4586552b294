import RTP
import Units

/// No datagram makes the RTP parser trap. What it accepts, it accounts for: elements lie in their block, a header
/// written again with the same elements reads the same, a stripped element is gone and the payload stays, a
/// retransmission unwraps to its original.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let header = try? RTPHeader(parsing: bytes.span) else { return 0 }
    precondition(header.length <= count, "a header beyond its packet")
    for index in 0..<20 { _ = header.contributingSource(index, in: bytes.span) }
    rewrite(header, bytes)
    strip(header, bytes)
    guard let packet = try? RTPPacket(parsing: bytes.span) else { return 0 }
    precondition(packet.length == count && packet.payload.lowerBound == header.length, "a packet with a gap")
    if let blocks = RedundantAudio(packet.payload, in: bytes.span) { walk(blocks, bytes) }
    _ = OpusPayload(packet.payload, in: bytes.span)
    unwrap(packet, bytes)
    return 0
}

private func walk(_ blocks: RedundantAudio, _ bytes: [UInt8]) {
    var blocks = blocks
    var found = 0
    while let block = blocks.next(in: bytes.span) {
        precondition(block.data.upperBound <= bytes.count, "a block beyond its packet")
        found += 1
    }
    precondition(found == blocks.count, "blocks that are not walked")
}

private func elements(_ header: RTPHeader, _ bytes: [UInt8]) -> [(UInt8, [UInt8])] {
    var walk = header.extensions
    var found: [(UInt8, [UInt8])] = []
    while let element = walk.next(in: bytes.span) {
        precondition(element.value.upperBound <= header.extensionBlock.upperBound, "an element beyond its block")
        found.append((element.id, Array(bytes[element.value])))
    }
    return found
}

private func rewrite(_ header: RTPHeader, _ bytes: [UInt8]) {
    let before = elements(header, bytes)
    for (_, value) in before {
        let value = value.span
        _ = AudioLevel(value)?.bits
        _ = TransportSequence(value)?.bits
        _ = AbsoluteSendTime(value)?.bits
        _ = AbsoluteCaptureTime(value)
        _ = VideoOrientation(value)?.bits
        _ = PlayoutDelay(value)?.bits
        _ = StreamIdentifier(value)?.text
        if let allocation = VideoLayersAllocation(value) {
            precondition(allocation.count <= 16, "more layers than there are")
        }
    }
    var room = [UInt8](repeating: 0xAA, count: 4_096)
    var span = room.mutableSpan
    var writer = RTPHeaderWriter(header, form: .twoByte, to: &span)
    for (id, value) in before { writer.add(id, value.span, to: &span) }
    guard let length = writer.finish(&span) else { preconditionFailure("a header does not fit") }
    let written = Array(room[..<length])
    // A block of the one-byte form may grow over what a packet may have.
    guard length <= 2_048 else { return }
    // Padding is the packet's, not the header's.
    guard let after = try? RTPHeader(parsing: written.span) else { preconditionFailure("a written header is none") }
    precondition(elements(after, written).elementsEqual(before) { $0.0 == $1.0 && $0.1 == $1.1 }, "other elements")
    precondition(after.ssrc == header.ssrc && after.sequenceNumber == header.sequenceNumber, "other numbers")
    precondition(after.timestamp == header.timestamp && after.marker == header.marker, "other numbers")
}

private func strip(_ header: RTPHeader, _ bytes: [UInt8]) {
    let before = elements(header, bytes)
    guard let id = before.first?.0 else { return }
    var stripped = bytes
    var span = stripped.mutableSpan
    precondition(header.stripExtension(id, in: &span), "an element that is not there")
    precondition(
        elements(header, stripped).elementsEqual(before.filter { $0.0 != id }) { $0.0 == $1.0 && $0.1 == $1.1 },
        "stripping took another element"
    )
    precondition(stripped[header.length...] == bytes[header.length...], "stripping touched the payload")
}

private func unwrap(_ packet: RTPPacket, _ bytes: [UInt8]) {
    var original = bytes
    var span = original.mutableSpan
    guard let offset = RTX.unwrap(packet, ssrc: SSRC(7), payloadType: 96, in: &span) else {
        precondition(original == bytes && packet.payload.count < 2, "a retransmission is not unwrapped")
        return
    }
    let again = Array(original[offset...])
    guard let inner = try? RTPPacket(parsing: again.span) else { preconditionFailure("an original that is none") }
    precondition(inner.header.ssrc == SSRC(7) && inner.payload.count == packet.payload.count - 2, "another original")
}
