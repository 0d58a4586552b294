import RTP
public import Units
import Wire

// RTCP to clients.
extension Router {
    static var feedbackInterval: Duration { .milliseconds(60) }
    static var reportInterval: Duration { .seconds(1) }
    /// Bytes of an RTCP packet.
    static var controlSize: Int { 1_200 }

    /// The next RTCP packet to protect and send, which stands in the first `count` bytes of `room`: at most 1,200, so
    /// give it that and room for SRTCP's tag.
    public mutating func nextControl(
        into room: inout MutableSpan<UInt8>,
        at now: Timestamp
    ) -> (transport: TransportIndex, count: Int)? {
        self.now = now
        guard hasControl, room.count >= Self.controlSize else { return nil }
        while controlCursor < peerPlaces.end {
            let peer = controlCursor
            while peers[peer].index >= 0, peers[peer].isConnected, !peers[peer].pending.isEmpty {
                if let count = writeControl(to: peer, &room) { return (peers[peer].index, count) }
            }
            // Who is not connected has missed it.
            peers[peer].pending = []
            controlCursor &+= 1
        }
        hasControl = false
        controlCursor = 0
        return nil
    }

    /// One packet of what is pending for a peer; nil when that came to nothing.
    private mutating func writeControl(to peer: Int, _ room: inout MutableSpan<UInt8>) -> Int? {
        let pending = peers[peer].pending
        if pending.contains(.requests) {
            peers[peer].pending.remove(.requests)
            return writeRequests(to: peer, &room)
        }
        if pending.contains(.feedback) {
            let count = writeFeedback(to: peer, &room)
            if count == nil { peers[peer].pending.remove(.feedback) }
            return count
        }
        // It stays pending while there are slots left to report on.
        peers[peer].pending.remove(.reports)
        return writeReports(to: peer, &room)
    }

    /// Losses and key frames that a publisher is asked for, in a packet of reduced size (RFC 5506).
    private mutating func writeRequests(to peer: Int, _ room: inout MutableSpan<UInt8>) -> Int? {
        var writer = RTCPWriter()
        var left = Self.controlSize
        var publication = Int(peers[peer].firstPublication)
        while publication >= 0 {
            for index in 0..<publications[publication].streamCount {
                let stream = Int(publications[publication].streams[index])
                guard hasRequests(stream) else { continue }
                guard left >= Self.requestSize else {
                    peers[peer].pending.insert(.requests)
                    return writer.finish(&room)
                }
                left &-= Self.requestSize
                writeKeyFrameRequest(stream, &writer, &room)
                writeNACK(stream, &writer, &room)
            }
            publication = Int(publications[publication].next)
        }
        return writer.finish(&room)
    }

    /// FIR (20), NACK (12) of packets that all lie far apart.
    private static var requestSize: Int { 32 &+ 4 &* Limits.missingPackets }

    private mutating func hasRequests(_ stream: Int) -> Bool {
        streams[stream].gate.isWanted || streams[stream].nackDue.map { $0 <= now } ?? false
    }

    private mutating func writeFeedback(to peer: Int, _ room: inout MutableSpan<UInt8>) -> Int? {
        peers[peer].feedbackDue = nil
        let media = firstSource(of: peer) ?? peers[peer].ownSSRC
        let own = peers[peer].ownSSRC
        return arrivals[peer]?.write(from: own, about: media, to: &room)
    }

    /// Some SSRC of the publisher: the format of the feedback wants one.
    private mutating func firstSource(of peer: Int) -> SSRC? {
        var publication = Int(peers[peer].firstPublication)
        while publication >= 0 {
            if publications[publication].streamCount > 0 {
                return streams[Int(publications[publication].streams[0])].ssrc
            }
            publication = Int(publications[publication].next)
        }
        return nil
    }
}
