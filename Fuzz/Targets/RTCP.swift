import RTP
import Units

/// No datagram makes the RTCP parsers trap. Every walk over a block ends, and reports, losses and sources that are
/// written again read the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let compound = try? RTCPCompound(parsing: bytes.span) else { return 0 }
    var blocks = compound.blocks
    var end = 0
    while let block = blocks.next(in: bytes.span) {
        precondition(block.content.lowerBound == end + 4 && block.content.upperBound <= count, "blocks with a gap")
        end += 4 + 4 * (Int(bytes[end + 2]) << 8 | Int(bytes[end + 3]))
        look(block, bytes)
    }
    precondition(end == count, "blocks do not fill the packet")
    return 0
}

private func look(_ block: RTCPBlock, _ bytes: [UInt8]) {
    let span = bytes.span
    var reports: [ReportBlock] = []
    var walk = block.reports(in: span)
    while let report = walk.next(in: span) { reports.append(report) }
    precondition(reports.count <= 31, "more reports than a block counts")
    let sent = SenderReport(block, in: span)
    if sent != nil || ReceiverReport(block, in: span) != nil { writeReports(sent, reports) }
    if var items = SourceItems(block) {
        while let item = items.next(in: span) {
            precondition(item.text.upperBound <= bytes.count, "an item beyond the packet")
        }
    }
    if var leaving = LeavingSources(block, in: span) { while leaving.next(in: span) != nil {} }
    if var losses = GenericNACK(block, in: span) { writeLosses(&losses, bytes) }
    _ = PictureLossIndication(block, in: span)
    if var requests = FullIntraRequest(block, in: span) { while requests.next(in: span) != nil {} }
    if var estimate = ReceiverEstimate(block, in: span) { while estimate.next(in: span) != nil {} }
    if var feedback = TransportFeedback(block, in: span) { while feedback.next(in: span) != nil {} }
}

private func writeReports(_ sent: SenderReport?, _ reports: [ReportBlock]) {
    var room = [UInt8](repeating: 0xAA, count: 1_024)
    var span = room.mutableSpan
    var writer = RTCPWriter()
    if let sent { writer.senderReport(sent, to: &span) } else { writer.receiverReport(SSRC(1), to: &span) }
    for report in reports { writer.report(report, to: &span) }
    guard let length = writer.finish(&span) else { preconditionFailure("reports do not fit") }
    let written = Array(room[..<length])
    guard let compound = try? RTCPCompound(parsing: written.span) else {
        preconditionFailure("written reports are none")
    }
    var blocks = compound.blocks
    guard let block = blocks.next(in: written.span) else { preconditionFailure("written reports are none") }
    precondition(SenderReport(block, in: written.span) == sent, "another sender report")
    var walk = block.reports(in: written.span)
    for report in reports { precondition(walk.next(in: written.span) == report, "another report") }
}

private func writeLosses(_ losses: inout GenericNACK, _ bytes: [UInt8]) {
    var lost: [SequenceNumber] = []
    while let number = losses.next(in: bytes.span) { lost.append(number) }
    precondition(lost.count <= 17 * bytes.count / 4, "losses out of nothing")
    // Written again they may take more room (each of them a pair), never fewer numbers.
    var room = [UInt8](repeating: 0xAA, count: 16 + 4 * lost.count)
    var span = room.mutableSpan
    var writer = RTCPWriter()
    writer.nack(from: losses.sender, about: losses.media, to: &span)
    for number in lost { writer.lost(number, to: &span) }
    guard let length = writer.finish(&span) else { preconditionFailure("losses do not fit") }
    let written = Array(room[..<length])
    guard length <= 2_048, let compound = try? RTCPCompound(parsing: written.span) else { return }
    var blocks = compound.blocks
    guard let block = blocks.next(in: written.span), var again = GenericNACK(block, in: written.span) else {
        preconditionFailure("a written NACK is none")
    }
    var found: Set<SequenceNumber> = []
    while let number = again.next(in: written.span) { found.insert(number) }
    precondition(found == Set(lost), "other losses")
}
