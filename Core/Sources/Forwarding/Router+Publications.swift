import RTP
import Units
import Wire

// M-lines that clients send on.
extension Router {
    /// Makes, changes or ends the publication of a line.
    mutating func update(_ peer: Int, _ line: UInt8, publication parameters: MediaParameters?) {
        let known = publication(peer, line)
        guard let parameters, parameters.kind != .none, !parameters.formats.isEmpty else {
            if let known { end(publication: known) }
            return
        }
        let isAudio = parameters.kind == .audio
        if let known, publications[known].isAudio == isAudio {
            configure(publication: known, parameters)
            return
        }
        if let known { end(publication: known) }
        let new = publicationPlaces.take()
        if new >= publications.count { publications.grow(to: new &* 2, with: Publication()) }
        // Its list keeps the room it had.
        var room = publications[new].subscribers
        room.count = 0
        publications[new] = Publication()
        publications[new].subscribers = room
        publications[new].peer = Int32(truncatingIfNeeded: peer)
        publications[new].line = line
        publications[new].isAudio = isAudio
        publications[new].isPaused = peers[peer].pausedLines >> UInt64(line) & 1 == 1
        publications[new].next = peers[peer].firstPublication
        peers[peer].firstPublication = Int32(truncatingIfNeeded: new)
        configure(publication: new, parameters)
        let track = Track(transport: peers[peer].index, line: line)
        for slot in 0..<slotPlaces.end where slots[slot].peer >= 0 && slots[slot].wanted == track {
            subscribe(slot, to: new)
        }
    }

    /// The publication of a line.
    mutating func publication(_ peer: Int, _ line: UInt8) -> Int? {
        var index = Int(peers[peer].firstPublication)
        while index >= 0 {
            if publications[index].line == line { return index }
            index = Int(publications[index].next)
        }
        return nil
    }

    mutating func end(publication: Int) {
        let peer = Int(publications[publication].peer)
        if publications[publication].isReportedLive {
            noteEnded(Track(transport: peers[peer].index, line: publications[publication].line))
        }
        while publications[publication].subscribers.count > 0 {
            unsubscribe(subscribers.slot(publications[publication].subscribers, 0))
        }
        while publications[publication].streamCount > 0 { end(stream: Int(publications[publication].streams[0])) }
        flushCache(publication)
        if publications[publication].cache >= 0 { cachePlaces.give(Int(publications[publication].cache)) }
        forgetNames(publication)
        speakers.remove(publication)
        wakeSweep()
        if peers[peer].firstPublication == Int32(publication) {
            peers[peer].firstPublication = publications[publication].next
        } else {
            var before = Int(peers[peer].firstPublication)
            while before >= 0, publications[before].next != Int32(publication) {
                before = Int(publications[before].next)
            }
            if before >= 0 { publications[before].next = publications[publication].next }
        }
        publications[publication].peer = -1
        publicationPlaces.give(publication)
    }

    /// Forgets a stream and the SSRCs bound to it.
    mutating func end(stream: Int) {
        let publication = Int(streams[stream].publication)
        let peer = Int(publications[publication].peer)
        unbind(streams[stream].ssrc, of: peer)
        if let repair = streams[stream].repair { unbind(repair, of: peer) }
        let count = publications[publication].streamCount
        for place in 0..<count where Int(publications[publication].streams[place]) == stream {
            publications[publication].streams[place] = publications[publication].streams[count &- 1]
            publications[publication].streamCount = count &- 1
            break
        }
        if Int(publications[publication].active) == stream { deactivate(publication) }
        streams[stream].publication = -1
        streamPlaces.give(stream)
    }

    /// Nothing of the publication is forwarded until one of its streams becomes active.
    mutating func deactivate(_ publication: Int) {
        flushCache(publication)
        publications[publication].active = -1
        let range = publications[publication].subscribers
        for index in 0..<Int(range.count) { slots[subscribers.slot(range, index)].stream = -1 }
    }

    private mutating func configure(publication: Int, _ parameters: MediaParameters) {
        let peer = Int(publications[publication].peer)
        publications[publication].formats = FormatTable(parameters.formats)
        publications[publication].extensions = parameters.extensions
        publications[publication].mid = parameters.mid
        publications[publication].usesTransportFeedback = parameters.usesTransportFeedback
        publications[publication].streamLimit = min(max(1, parameters.layers.count) &+ 1, Limits.layers)
        let range = publications[publication].subscribers
        for index in 0..<Int(range.count) { slots[subscribers.slot(range, index)].sourceType = 0xFF }
        forgetNames(publication)
        reserveKeys(Limits.boundSources)
        for source in parameters.namedSources.prefix(Limits.boundSources) {
            let key = KeyTable.key(.named, of: peer, source.rawValue)
            // The first line that names it has it.
            guard keys[key] == nil, keys.insert(publication, for: key) else { continue }
            publications[publication].named[publications[publication].namedCount] = source.rawValue
            publications[publication].namedCount &+= 1
        }
        makeCacheWhenWanted(publication)
        reserveStreams()
    }

    private mutating func forgetNames(_ publication: Int) {
        let peer = Int(publications[publication].peer)
        for index in 0..<publications[publication].namedCount {
            keys.remove(KeyTable.key(.named, of: peer, publications[publication].named[index]))
        }
        publications[publication].namedCount = 0
    }

    /// Packets make streams, and must not allocate: enough places for all that there may be.
    private mutating func reserveStreams() {
        var wanted = 0
        for peer in 0..<peerPlaces.end where peers[peer].index >= 0 {
            var count = 0
            var publication = Int(peers[peer].firstPublication)
            while publication >= 0 {
                count &+= publications[publication].streamLimit
                publication = Int(publications[publication].next)
            }
            wanted &+= min(count, Limits.boundSources)
        }
        while streamPlaces.end < wanted {
            let place = streamPlaces.grow()
            if place >= streams.count {
                streams.grow(to: place &* 2, with: Stream())
                longDescriptors.grow(to: place &* 2, with: LongDescriptor())
                missing.grow(to: place &* 2 &* Limits.missingPackets, with: MissingPacket())
            }
        }
    }
}
