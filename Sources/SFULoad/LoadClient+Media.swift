import PeerConnection
import RTP
import Simulation
import TurnLoad
package import Units

extension LoadClient {
    // MARK: - Sending

    /// Sends the packets that are due.
    package func send(at now: Timestamp, in room: inout [UInt8]) {
        if sources.isAudioDue(now.nanoseconds) {
            var span = room.mutableSpan
            if let header = sources.audioHeader(now, into: &span) {
                send(header, payload(LoadSources.audioBytes - header, [0x78], now), in: &room)
            }
        }
        guard sources.isVideoDue(now.nanoseconds) else { return }
        let isKey = sources.beginFrame()
        for packet in 0..<LoadSources.packetsPerFrame {
            var span = room.mutableSpan
            guard let header = sources.videoHeader(packet, now, into: &span) else { continue }
            let start = sources.videoStart(packet, isKey: isKey)
            send(header, payload(LoadSources.videoBytes - header, start, now), in: &room)
        }
    }

    private func payload(_ count: Int, _ start: [UInt8], _ now: Timestamp) -> [UInt8] {
        var payload = [UInt8](repeating: 0xAB, count: count)
        for index in start.indices { payload[index] = start[index] }
        for index in 0..<LoadSources.momentBytes {
            let place = count - LoadSources.momentBytes + index
            payload[place] = UInt8(truncatingIfNeeded: now.nanoseconds >> UInt64(8 * index))
        }
        return payload
    }

    private func send(_ header: Int, _ payload: [UInt8], in room: inout [UInt8]) {
        var span = room.mutableSpan
        guard let count = try? transport?.protect(header: header, payload: payload.span, into: &span) else {
            faults += 1
            return
        }
        if socket.send(room, count: count) { sources.sent += 1 }
    }

    // MARK: - Receiving

    /// Takes everything that has come. The nanoseconds that decrypted packets were underway go into `ways`.
    package func receive(at now: () -> Timestamp, in room: inout [UInt8], _ ways: inout [UInt64]) {
        while let count = socket.receive(into: &room) {
            let moment = now()
            guard count > 1 else { continue }
            let isMedia = room[0] >= 128 && room[0] < 192 && !(192...223).contains(room[1])
            guard !isMedia || isWanted(room.span.extracting(..<count), moment) else { continue }
            open(&room, count, moment, &ways)
        }
    }

    /// Counts a media packet by its header; true when it is to be decrypted.
    private func isWanted(_ bytes: Span<UInt8>, _ moment: Timestamp) -> Bool {
        guard let header = try? RTPHeader(parsing: bytes) else {  // what is none is a fault
            faults += 1
            return false
        }
        if let value = header.extensionValue(MediaNumbers.transportSequence, in: bytes),
            let sequence = TransportSequence(bytes.extracting(value))
        {
            arrivals.record(sequence.number, at: moment)
        }
        // Retransmissions are nobody's slot: they would show as missing.
        return slots[header.ssrc.rawValue]?.take(header.sequenceNumber) ?? false
    }

    private func open(_ room: inout [UInt8], _ count: Int, _ moment: Timestamp, _ ways: inout [UInt64]) {
        let reception = unsafe room.withUnsafeMutableBufferPointer { bytes -> Reception in
            var span = unsafe UnsafeMutableBufferPointer(rebasing: bytes[..<count]).mutableSpan
            return transport?.receive(&span, on: path, at: moment) ?? .nothing
        }
        switch reception {
        case .media(let packet):
            let end = packet.payload.upperBound
            guard packet.payload.count >= LoadSources.momentBytes else { return }
            slots[packet.header.ssrc.rawValue]?.verified += 1
            var left: UInt64 = 0
            for index in 0..<LoadSources.momentBytes {
                left |= UInt64(room[end - LoadSources.momentBytes + index]) << UInt64(8 * index)
            }
            ways.append(moment.nanoseconds &- left)
        case .control(let count): takeControl(room.span.extracting(..<count))
        case .nothing: if room[0] >= 128 { faults += 1 }
        }
    }

    private func takeControl(_ bytes: Span<UInt8>) {
        guard let compound = try? RTCPCompound(parsing: bytes) else {  // what is none is a fault
            faults += 1
            return
        }
        var blocks = compound.blocks
        while let block = blocks.next(in: bytes) {
            if let loss = PictureLossIndication(block, in: bytes), loss.media == sources.videoSSRC {
                sources.requestKeyFrame()
            }
        }
    }
}
