public import Units

/// Writes a compound packet, block after block, into room that the caller has.
///
/// A block stays open for its entries: `report` after an SR or RR, `lost` after a NACK, `leave` after more sources of a
/// BYE. The next block, or `finish`, closes it. What does not fit makes `finish` answer nil; an entry more than a block
/// can count (31) or that no open block takes does too. Give it the same room every time.
public struct RTCPWriter: Sendable, BitwiseCopyable {
    private enum Open { case nothing, reports, leaving, losses }

    private var offset = 0
    private var start = 0
    private var open = Open.nothing
    private var overflowed = false
    private var lastLost = SequenceNumber(0)

    public init() {}

    /// Ends the packet and answers how many bytes it has; nil when something did not fit, or nothing was written.
    public mutating func finish(_ room: inout MutableSpan<UInt8>) -> Int? {
        close(&room)
        return overflowed || offset == 0 ? nil : offset
    }

    // MARK: Reports (RFC 3550 §6.4)

    public mutating func senderReport(_ report: SenderReport, to room: inout MutableSpan<UInt8>) {
        begin(.senderReport, .reports, &room)
        put(report.ssrc.rawValue, &room)
        put(UInt32(truncatingIfNeeded: report.time.rawValue >> 32), &room)
        put(UInt32(truncatingIfNeeded: report.time.rawValue), &room)
        put(report.timestamp.rawValue, &room)
        put(report.packets, &room)
        put(report.octets, &room)
    }

    public mutating func receiverReport(_ ssrc: SSRC, to room: inout MutableSpan<UInt8>) {
        begin(.receiverReport, .reports, &room)
        put(ssrc.rawValue, &room)
    }

    /// Adds a report block to the SR or RR before it, which takes 31 of them.
    public mutating func report(_ block: ReportBlock, to room: inout MutableSpan<UInt8>) {
        countEntry(.reports, &room)
        put(block.ssrc.rawValue, &room)
        let lost = UInt32(bitPattern: max(min(block.cumulativeLost, 0x7F_FFFF), -0x80_0000)) & 0xFF_FFFF
        put(UInt32(block.fractionLost) << 24 | lost, &room)
        put(block.highestSequence, &room)
        put(block.jitter, &room)
        put(block.lastReport, &room)
        put(block.delay, &room)
    }

    // MARK: Sources (RFC 3550 §6.5, §6.6)

    /// An SDES with one chunk: the CNAME of a stream, at most 255 bytes of UTF-8.
    public mutating func cname(_ name: Span<UInt8>, of ssrc: SSRC, to room: inout MutableSpan<UInt8>) {
        begin(.sourceDescription, .nothing, count: 1, &room)
        guard name.count <= 255 else {
            overflowed = true
            return
        }
        put(ssrc.rawValue, &room)
        put(SourceItem.cname, &room)
        put(UInt8(truncatingIfNeeded: name.count), &room)
        for index in name.indices { put(name[index], &room) }
        // The chunk ends with one to four zero bytes.
        repeat { put(UInt8(0), &room) } while !overflowed && offset % 4 != 0
    }

    /// A BYE of one stream.
    public mutating func goodbye(_ ssrc: SSRC, to room: inout MutableSpan<UInt8>) {
        begin(.goodbye, .leaving, &room)
        leave(ssrc, to: &room)
    }

    /// Adds a stream to the BYE before it, which takes 31 of them.
    public mutating func leave(_ ssrc: SSRC, to room: inout MutableSpan<UInt8>) {
        countEntry(.leaving, &room)
        put(ssrc.rawValue, &room)
    }

    // MARK: Feedback (RFC 4585 §6, RFC 5104 §4.3.1)

    /// A generic NACK; the packets follow by `lost`, of which there has to be one.
    public mutating func nack(from sender: SSRC, about media: SSRC, to room: inout MutableSpan<UInt8>) {
        begin(.transportFeedback, .losses, count: FeedbackFormat.nack, &room)
        put(sender.rawValue, &room)
        put(media.rawValue, &room)
    }

    /// Adds a packet to the NACK before it. Packets in order that lie close together share four bytes.
    public mutating func lost(_ number: SequenceNumber, to room: inout MutableSpan<UInt8>) {
        guard !overflowed, open == .losses else {
            overflowed = true
            return
        }
        let step = number - lastLost
        if offset > start &+ 12, step >= 1, step <= 16 {
            let bit = UInt16(1) << UInt16(step &- 1)
            room.set(room.span.uint16(at: offset &- 2) | bit, at: offset &- 2)
        } else {
            put(UInt32(number.rawValue) << 16, &room)
            lastLost = number
        }
    }

    public mutating func pictureLoss(from sender: SSRC, about media: SSRC, to room: inout MutableSpan<UInt8>) {
        begin(.payloadFeedback, .nothing, count: FeedbackFormat.pictureLoss, &room)
        put(sender.rawValue, &room)
        put(media.rawValue, &room)
    }

    /// A FIR for one stream; `number` is the command's, the same when it is repeated.
    public mutating func fullIntraRequest(
        from sender: SSRC,
        about media: SSRC,
        number: UInt8,
        to room: inout MutableSpan<UInt8>
    ) {
        begin(.payloadFeedback, .nothing, count: FeedbackFormat.fullIntra, &room)
        put(sender.rawValue, &room)
        put(UInt32(0), &room)
        put(media.rawValue, &room)
        put(UInt32(number) << 24, &room)
    }

    /// A REMB over up to 255 streams. The rate is rounded down to 18 bits of precision.
    public mutating func receiverEstimate(
        _ bitrate: UInt64,
        from sender: SSRC,
        about streams: Span<SSRC>,
        to room: inout MutableSpan<UInt8>
    ) {
        guard streams.count <= 255 else {
            overflowed = true
            return
        }
        begin(.payloadFeedback, .nothing, count: FeedbackFormat.application, &room)
        put(sender.rawValue, &room)
        put(UInt32(0), &room)
        put(ReceiverEstimate.identifier, &room)
        let exponent = UInt32(max(0, 46 &- bitrate.leadingZeroBitCount))
        let mantissa = UInt32(truncatingIfNeeded: bitrate >> UInt64(exponent))
        put(UInt32(streams.count) << 24 | exponent << 18 | mantissa, &room)
        for index in streams.indices { put(streams[index].rawValue, &room) }
    }

    // MARK: Blocks

    private mutating func begin(
        _ type: RTCPType,
        _ entries: Open,
        count: UInt8 = 0,
        _ room: inout MutableSpan<UInt8>
    ) {
        close(&room)
        start = offset
        open = entries
        put(UInt32(0x80 | count) << 24 | UInt32(type.rawValue) << 16, &room)
    }

    /// Writes the length of the block that is open.
    private mutating func close(_ room: inout MutableSpan<UInt8>) {
        guard !overflowed, offset > start else { return }
        // A NACK of nothing is none.
        if open == .losses, offset == start &+ 12 { overflowed = true }
        room.set(UInt16(truncatingIfNeeded: (offset &- start) / 4 &- 1), at: start &+ 2)
        open = .nothing
    }

    private mutating func countEntry(_ expected: Open, _ room: inout MutableSpan<UInt8>) {
        guard !overflowed, open == expected, room[start] & 0x1F < 31 else {
            overflowed = true
            return
        }
        room[start] &+= 1
    }

    private mutating func put(_ value: UInt32, _ room: inout MutableSpan<UInt8>) {
        guard !overflowed, offset &+ 4 <= room.count else {
            overflowed = true
            return
        }
        room.set(value, at: offset)
        offset &+= 4
    }

    private mutating func put(_ value: UInt8, _ room: inout MutableSpan<UInt8>) {
        guard !overflowed, offset < room.count else {
            overflowed = true
            return
        }
        room[offset] = value
        offset &+= 1
    }
}
