import PeerConnection
import RTP
public import Units

extension SimulatedMediaClient {
    /// Takes a datagram.
    public mutating func receive(_ bytes: inout MutableSpan<UInt8>, on path: FiveTuple, at now: Timestamp) {
        switch transport?.receive(&bytes, on: path, at: now) {
        case .media(let packet): receive(packet, in: bytes.span, at: now)
        case .control(let count): receiveControl(bytes.span.extracting(..<count), at: now)
        default: break
        }
    }

    private mutating func receive(_ packet: RTPPacket, in bytes: Span<UInt8>, at now: Timestamp) {
        let header = packet.header
        if let value = header.extensionValue(MediaNumbers.transportSequence, in: bytes),
            let sequence = TransportSequence(bytes.extracting(value))
        {
            arrivals.record(sequence.number, at: now)
        }
        guard let (index, isRepair) = bySSRC[header.ssrc.rawValue] else {
            statistics.strays += 1
            return
        }
        if packet.payload.isEmpty { return }
        checkLabels(header, index, isRepair, in: bytes)
        guard isRepair else {
            play(header, packet.payload, index, isRepair: false, in: bytes, at: now)
            return
        }
        // One without a number only probes the bandwidth.
        guard let number = RTX.originalSequenceNumber(packet, in: bytes) else { return }
        var original = header
        original.sequenceNumber = number
        let payload = (packet.payload.lowerBound + RTX.prefixLength)..<packet.payload.upperBound
        if !payload.isEmpty { play(original, payload, index, isRepair: true, in: bytes, at: now) }
    }

    /// Payload type and mid have to be those of the slot.
    private mutating func checkLabels(_ header: RTPHeader, _ index: Int, _ isRepair: Bool, in bytes: Span<UInt8>) {
        let type = slots[index].isAudio ? MediaNumbers.opus : isRepair ? MediaNumbers.repair : MediaNumbers.vp8
        if header.payloadType != type { slots[index].note(.malformed) }
        guard let value = header.extensionValue(MediaNumbers.mid, in: bytes) else { return }
        if StreamIdentifier(bytes.extracting(value))?.text != slots[index].mid { slots[index].note(.malformed) }
    }

    private mutating func play(
        _ header: RTPHeader,
        _ payload: Range<Int>,
        _ index: Int,
        isRepair: Bool,
        in bytes: Span<UInt8>,
        at now: Timestamp
    ) {
        if slots[index].isAudio {
            slots[index].audio.receive(header, payload, in: bytes, at: now)
        } else {
            slots[index].video.receive(header, payload, isRepair: isRepair, in: bytes, at: now)
        }
    }

    // MARK: - RTCP

    private mutating func receiveControl(_ bytes: Span<UInt8>, at now: Timestamp) {
        guard let compound = try? RTCPCompound(parsing: bytes) else {  // why it is none makes no difference
            statistics.malformedControl += 1
            return
        }
        var blocks = compound.blocks
        while let block = blocks.next(in: bytes) {
            switch block.type {
            case .senderReport:
                receiveSenderReport(block, in: bytes, at: now)
                receiveReports(block, in: bytes)
            case .receiverReport: receiveReports(block, in: bytes)
            case .transportFeedback: receiveTransportFeedback(block, in: bytes)
            case .payloadFeedback: receivePayloadFeedback(block, in: bytes)
            default: break
            }
        }
    }

    private mutating func receiveSenderReport(_ block: RTCPBlock, in bytes: Span<UInt8>, at now: Timestamp) {
        guard let report = SenderReport(block, in: bytes), let (index, isRepair) = bySSRC[report.ssrc.rawValue] else {
            statistics.malformedControl += 1
            return
        }
        guard !isRepair else { return }
        slots[index].report = (report.time, report.timestamp, now)
        slots[index].reports += 1
    }

    private mutating func receiveReports(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        var reports = block.reports(in: bytes)
        while let report = reports.next(in: bytes) {
            guard report.ssrc == microphone.numbers.ssrc || report.ssrc == camera.numbers.ssrc else { continue }
            statistics.receiverReports += 1
            statistics.fractionLost = report.fractionLost
        }
    }

    private mutating func receiveTransportFeedback(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        if var nack = GenericNACK(block, in: bytes) {
            guard nack.media == camera.numbers.ssrc else { return }
            while let number = nack.next(in: bytes) {
                statistics.nacked += 1
                if let packet = camera.retransmission(of: number) { outbox.append((packet, Self.cameraMID)) }
            }
        } else if var feedback = TransportFeedback(block, in: bytes) {
            while let packet = feedback.next(in: bytes) {
                if packet.arrival == nil { statistics.reportedLost += 1 } else { statistics.reportedArrived += 1 }
            }
        } else {
            statistics.malformedControl += 1
        }
    }

    private mutating func receivePayloadFeedback(_ block: RTCPBlock, in bytes: Span<UInt8>) {
        if let loss = PictureLossIndication(block, in: bytes) {
            if loss.media == camera.numbers.ssrc { camera.requestKeyFrame() }
        } else if var request = FullIntraRequest(block, in: bytes) {
            while let entry = request.next(in: bytes) {
                if entry.media == camera.numbers.ssrc { camera.requestKeyFrame() }
            }
        } else if let estimate = ReceiverEstimate(block, in: bytes) {
            statistics.estimate = estimate.bitrate
        } else {
            statistics.malformedControl += 1
        }
    }
}
