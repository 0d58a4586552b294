import RTP
import Units
import Wire

/// Which stream an SSRC of a peer is.
struct BoundSource: BitwiseCopyable, Sendable {
    let stream: Int
    /// It carries the stream's retransmissions.
    let isRepair: Bool
}

// Which m-line and layer a packet belongs to (media checklist, 12): as its SSRC was bound; else by an SSRC named in the
// offer, by mid and rid, by a payload type that only one m-line has. An SSRC stays with what it was bound to.
extension Router {
    mutating func bound(_ ssrc: SSRC, of peer: Int) -> BoundSource? {
        guard let value = keys[KeyTable.key(.source, of: peer, ssrc.rawValue)] else { return nil }
        return BoundSource(stream: value >> 1, isRepair: value & 1 == 1)
    }

    mutating func unbind(_ ssrc: SSRC, of peer: Int) {
        let key = KeyTable.key(.source, of: peer, ssrc.rawValue)
        guard keys[key] != nil else { return }
        keys.remove(key)
        peers[peer].boundSources &-= 1
    }

    /// Binds the SSRC of a packet; nil when it fits nowhere or too many are bound.
    mutating func bind(_ header: RTPHeader, _ names: PacketNames, of peer: Int) -> BoundSource? {
        guard peers[peer].boundSources < Limits.boundSources,
            let publication = publication(for: header, names, of: peer)
        else { return nil }
        let source: BoundSource?
        if publications[publication].formats.format(header.payloadType) != nil {
            source = stream(header.ssrc, names.rid, of: publication).map { BoundSource(stream: $0, isRepair: false) }
        } else {
            source = repaired(header.ssrc, names.repairedRID, of: publication)
        }
        guard let source else { return nil }
        let key = KeyTable.key(.source, of: peer, header.ssrc.rawValue)
        guard keys.insert(source.stream << 1 | (source.isRepair ? 1 : 0), for: key) else { return nil }
        peers[peer].boundSources &+= 1
        return source
    }

    private mutating func publication(for header: RTPHeader, _ names: PacketNames, of peer: Int) -> Int? {
        let type = header.payloadType
        if let named = keys[KeyTable.key(.named, of: peer, header.ssrc.rawValue)] {
            return publications[named].formats.knows(type) ? named : nil
        }
        var found: Int?
        var publication = Int(peers[peer].firstPublication)
        while publication >= 0 {
            if publications[publication].formats.knows(type) {
                if let mid = names.mid {
                    if publications[publication].mid == mid { return publication }
                } else {
                    // Two lines with the payload type: nobody knows.
                    guard found == nil else { return nil }
                    found = publication
                }
            }
            publication = Int(publications[publication].next)
        }
        return found
    }

    /// The stream of a rid, or the one without: a new one, or the old one when its SSRC has fallen silent.
    private mutating func stream(_ ssrc: SSRC, _ rid: StreamIdentifier?, of publication: Int) -> Int? {
        var silent: Int?
        for index in 0..<publications[publication].streamCount {
            let stream = Int(publications[publication].streams[index])
            let isSilent = now - streams[stream].lastPacket > Limits.layerSilence
            if streams[stream].rid == rid, rid != nil {
                guard isSilent else { return nil }
                silent = stream
                break
            }
            if isSilent { silent = stream }
        }
        if let silent, rid != nil || publications[publication].streamCount >= publications[publication].streamLimit {
            end(stream: silent)
        }
        guard publications[publication].streamCount < publications[publication].streamLimit,
            let new = streamPlaces.takeFreed()
        else { return nil }
        // Slots that still point here must not take the new stream for the old one.
        let epoch = streams[new].epoch &+ 1
        streams[new] = Stream()
        streams[new].epoch = epoch
        streams[new].publication = Int32(truncatingIfNeeded: publication)
        streams[new].ssrc = ssrc
        streams[new].rid = rid
        streams[new].lastPacket = now
        publications[publication].streams[publications[publication].streamCount] = Int32(truncatingIfNeeded: new)
        publications[publication].streamCount &+= 1
        return new
    }

    /// The stream whose retransmissions an SSRC carries: that of the repaired rid, or the one that is active.
    private mutating func repaired(_ ssrc: SSRC, _ rid: StreamIdentifier?, of publication: Int) -> BoundSource? {
        for index in 0..<publications[publication].streamCount {
            let stream = Int(publications[publication].streams[index])
            guard rid == nil ? streams[stream].rid == nil : streams[stream].rid == rid else { continue }
            guard rid != nil || stream == Int(publications[publication].active) else { continue }
            if let old = streams[stream].repair { unbind(old, of: Int(publications[publication].peer)) }
            streams[stream].repair = ssrc
            return BoundSource(stream: stream, isRepair: true)
        }
        return nil
    }
}
