public import RTP
public import Units
import Wire

// The way of a publisher's packet in.
extension Router {
    /// Takes a packet of a publisher after it was decrypted. `bytes` are all of it; `handle`, not negative, names them
    /// from now on. `nextForward` then answers the copies.
    public mutating func receive(
        _ packet: RTPPacket,
        in bytes: Span<UInt8>,
        as handle: PacketHandle,
        from transport: TransportIndex,
        at now: Timestamp
    ) -> Disposition {
        self.now = now
        fanOut.stop()
        guard let peer = find(transport), packet.length == bytes.count, handle >= 0 else { return .notKept }
        counters.received &+= 1
        guard peers[peer].policer.take(bytes.count, at: now) else { return drop(.policed) }
        var known = bound(packet.header.ssrc, of: peer)
        fanOut.packet = CachedPacket()
        let names = readNames(packet.header, bytes, peer, known)
        if let number = names.transportSequence { recordArrival(number, from: peer) }
        if known == nil { known = bind(packet.header, names, of: peer) }
        guard let source = known else { return drop(.unbound) }
        fanOut.packet.handle = handle
        fanOut.packet.arrival = now
        fanOut.packet.marker = packet.header.marker
        fanOut.packet.timestamp = packet.header.timestamp
        fanOut.stream = source.stream
        let payload = source.isRepair ? takeRepeated(packet, bytes) : takeOriginal(packet, bytes)
        guard let payload else { return .notKept }
        return forward(payload, bytes, names)
    }

    /// A packet in the order of its sender. Answers its payload when it is to be forwarded.
    private mutating func takeOriginal(_ packet: RTPPacket, _ bytes: Span<UInt8>) -> Range<Int>? {
        let stream = fanOut.stream
        let publication = Int(streams[stream].publication)
        guard let number = number(of: packet.header.sequenceNumber, stream) else {
            counters.count(.badPayload)
            return nil
        }
        guard let format = publications[publication].formats.format(packet.header.payloadType) else {
            // Comfort noise, DTMF and the like: not missing, but nothing that anybody agreed to receive.
            if streams[stream].window.take(number) == .newest { streams[stream].compactor.skip(number) }
            counters.count(.badPayload)
            return nil
        }
        streams[stream].clockRate = format.clockRate
        streams[stream].lastPacket = now
        streams[stream].reception.record(
            number,
            packet.header.timestamp,
            clockRate: format.clockRate,
            size: bytes.count,
            at: now
        )
        fanOut.packet.payloadType = format.payloadType
        return take(number, packet.payload, format, bytes)
    }

    /// A packet that the sender sends again (RFC 4588), as if it were the original.
    private mutating func takeRepeated(_ packet: RTPPacket, _ bytes: Span<UInt8>) -> Range<Int>? {
        let stream = fanOut.stream
        let publication = Int(streams[stream].publication)
        guard let original = RTX.originalSequenceNumber(packet, in: bytes), streams[stream].window.highest >= 0 else {
            counters.count(.padding)
            return nil
        }
        guard let format = publications[publication].formats.format(repairedBy: packet.header.payloadType) else {
            counters.count(.badPayload)
            return nil
        }
        let number = streams[stream].extended(original)
        // Only what is missing; far ahead of all that came there is nothing to repeat.
        guard number <= streams[stream].window.highest &+ Int64(Limits.missingPackets) else {
            counters.count(.duplicate)
            return nil
        }
        fanOut.packet.payloadType = format.payloadType
        let payload = (packet.payload.lowerBound &+ RTX.prefixLength)..<packet.payload.upperBound
        let taken = take(number, payload, format, bytes)
        if taken != nil { counters.recovered &+= 1 }
        return taken
    }

    /// Takes the packet into the stream's order: duplicates end here, gaps are noted, padding leaves none.
    private mutating func take(
        _ number: Int64,
        _ payload: Range<Int>,
        _ format: PayloadFormat,
        _ bytes: Span<UInt8>
    ) -> Range<Int>? {
        let stream = fanOut.stream
        let before = streams[stream].window.highest
        let arrival = streams[stream].window.take(number)
        switch arrival {
        case .duplicate:
            counters.count(.duplicate)
            return nil
        case .newest: if format.usesNACK, before >= 0 { noteMissing(from: before &+ 1, to: number, stream) }
        case .late: foundMissing(number, stream)
        }
        guard !payload.isEmpty, let rest = readPayload(payload, format, bytes) else {
            counters.count(payload.isEmpty ? .padding : .badPayload)
            if arrival == .newest { streams[stream].compactor.skip(number) }
            return nil
        }
        guard let compacted = streams[stream].compactor.compact(number) else {
            counters.count(.duplicate)
            return nil
        }
        fanOut.number = number
        fanOut.compacted = compacted
        fanOut.packet.source = UInt32(truncatingIfNeeded: number)
        return rest
    }

    /// Looks for a key frame and takes the payload descriptor off, where it is rewritten. Answers the rest.
    private mutating func readPayload(_ payload: Range<Int>, _ format: PayloadFormat, _ bytes: Span<UInt8>) -> Range<
        Int
    >? {
        switch format.codec {
        case .opus, .redundantAudio: return payload
        case .vp8:
            guard var descriptor = VP8Descriptor(payload, in: bytes) else { return nil }
            fanOut.packet.isKeyFrameStart = descriptor.isKeyFrameStart
            if let id = descriptor.pictureID, descriptor.isShortPictureID {
                descriptor.pictureID = continuePictureID(id, fanOut.stream)
            }
            fanOut.packet.descriptor = VP8Patch(descriptor)
            return (payload.lowerBound &+ descriptor.length)..<payload.upperBound
        case .vp9:
            guard let descriptor = VP9Descriptor(payload, in: bytes) else { return nil }
            fanOut.packet.isKeyFrameStart = descriptor.isKeyFrameStart
        case .h264:
            guard let unit = H264Payload(payload, in: bytes) else { return nil }
            // A picture without its parameters is none to begin with.
            fanOut.packet.isKeyFrameStart = unit.hasSequenceParameters
        case .av1:
            guard let units = AV1Payload(payload, in: bytes) else { return nil }
            fanOut.packet.isKeyFrameStart = units.isKeyFrameStart
        }
        return payload
    }

    /// Seven bits of a picture identifier, continued to fifteen.
    private mutating func continuePictureID(_ short: UInt16, _ stream: Int) -> UInt16 {
        let last = streams[stream].pictureID
        let step = Int16(bitPattern: (short &- last) << 9) >> 9
        let id = (last &+ UInt16(bitPattern: step)) & 0x7FFF
        if step > 0 { streams[stream].pictureID = id }
        return id
    }

    /// Decides whether the packet is forwarded, and starts it.
    private mutating func forward(_ payload: Range<Int>, _ bytes: Span<UInt8>, _ names: PacketNames) -> Disposition {
        let stream = fanOut.stream
        let publication = Int(streams[stream].publication)
        fanOut.packet.payloadStart = UInt16(truncatingIfNeeded: payload.lowerBound)
        fanOut.packet.payloadCount = UInt16(truncatingIfNeeded: payload.count)
        noteLife(publication)
        guard !publications[publication].isPaused else { return drop(.paused) }
        guard activate(stream, of: publication) else { return drop(.otherLayer) }
        if fanOut.packet.isKeyFrameStart { streams[stream].gate.settle() }
        if let level = names.level, publications[publication].isVoice { hear(level, publication) }
        if let value = names.longDescriptor {
            fanOut.packet.hasLongDescriptor = true
            longDescriptors[stream].keep(value, of: bytes, fanOut.packet.source)
        }
        trimCache(publication, at: now)
        let isKept = keep(fanOut.packet, fanOut.number, of: publication)
        fanOut.publication = publication
        fanOut.next = 0
        return isKept ? .kept : .notKept
    }

    /// Whether a stream is the one that is forwarded: the first that sends, until it falls silent.
    private mutating func activate(_ stream: Int, of publication: Int) -> Bool {
        let active = Int(publications[publication].active)
        guard active != stream else { return true }
        if active >= 0 {
            guard now - streams[active].lastPacket > Limits.layerSilence else { return false }
            deactivate(publication)
        }
        publications[publication].active = Int32(truncatingIfNeeded: stream)
        return true
    }

    /// The extended number of a packet. Nil for one that lies far off, unless another has confirmed that the sender
    /// started anew.
    private mutating func number(of sequence: SequenceNumber, _ stream: Int) -> Int64? {
        let number = streams[stream].extended(sequence)
        let step = number &- streams[stream].window.highest
        guard streams[stream].window.highest >= 0, step > 3_000 || step < -1_000 else { return number }
        guard streams[stream].restart == sequence else {
            streams[stream].restart = sequence + 1
            return nil
        }
        restart(stream)
        return streams[stream].extended(sequence)
    }

    /// All numbers of a stream start anew, for its slots too.
    private mutating func restart(_ stream: Int) {
        let publication = Int(streams[stream].publication)
        if Int(publications[publication].active) == stream { flushCache(publication) }
        streams[stream].epoch &+= 1
        streams[stream].window = ReceivedWindow()
        streams[stream].compactor = SequenceCompactor()
        streams[stream].reception = ReceptionStatistics()
        streams[stream].restart = nil
        streams[stream].report = nil
        streams[stream].missingCount = 0
        streams[stream].nackDue = nil
    }

    /// With the numbers of its m-line; those of all lines together while nobody knows which it is.
    private mutating func readNames(
        _ header: RTPHeader,
        _ bytes: Span<UInt8>,
        _ peer: Int,
        _ known: BoundSource?
    ) -> PacketNames {
        let map =
            known.map { publications[Int(streams[$0.stream].publication)].extensions } ?? peers[peer].extensions
        return PacketNames(header, bytes, map, isBound: known != nil, &fanOut.packet.extensions)
    }

    private mutating func recordArrival(_ number: SequenceNumber, from peer: Int) {
        let moment = now
        arrivals[peer]?.record(number, at: moment)
        guard peers[peer].feedbackDue == nil else { return }
        let due = now + Self.feedbackInterval
        peers[peer].feedbackDue = due
        schedule(due)
    }

    private mutating func noteLife(_ publication: Int) {
        publications[publication].lastPacket = now
        if !publications[publication].isLive {
            publications[publication].isLive = true
            hasEvents = true
        }
        wakeSweep()
    }

    private mutating func drop(_ reason: DropReason) -> Disposition {
        counters.count(reason)
        return .notKept
    }
}
