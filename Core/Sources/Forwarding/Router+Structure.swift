public import RTP
public import Units
import Wire

// What control does: participants come and go, m-lines change.
extension Router {
    /// A participant has come. Does nothing when it is known, or `Limits.transports` are there.
    public mutating func add(_ transport: TransportIndex) {
        guard transport >= 0, find(transport) == nil else { return }
        guard !peerPlaces.isEmpty || peerPlaces.end < Limits.transports else { return }
        let peer = peerPlaces.take()
        if peer >= peers.count { peers.grow(to: peer &* 2, with: Peer()) }
        peers[peer] = Peer()
        peers[peer].index = transport
        peers[peer].repeatCredit = Limits.repeatBudget &* Limits.mediaPerRepeat
        peers[peer].nextTransportSequence = UInt16(truncatingIfNeeded: draw())
        peers[peer].ownSSRC = SSRC(UInt32(truncatingIfNeeded: draw()))
        peers[peer].name = draw()
        arrivals[peer] = ArrivalLog()
        reserveKeys(1)
        _ = keys.insert(peer, for: KeyTable.key(.transport, UInt32(bitPattern: transport)))
    }

    /// It has gone: its publications end, its slots go.
    public mutating func remove(_ transport: TransportIndex) {
        guard let peer = find(transport) else { return }
        fanOut.stop()
        while peers[peer].firstPublication >= 0 {
            let publication = Int(peers[peer].firstPublication)
            // Control knows; the index may soon be another's.
            publications[publication].isReportedLive = false
            end(publication: publication)
        }
        while peers[peer].firstSlot >= 0 { end(slot: Int(peers[peer].firstSlot)) }
        for index in 0..<slotPlaces.end where slots[index].wanted?.transport == transport { slots[index].wanted = nil }
        arrivals[peer] = nil
        keys.remove(KeyTable.key(.transport, UInt32(bitPattern: transport)))
        peers[peer] = Peer()
        peerPlaces.give(peer)
    }

    /// What was agreed with it, one entry for each m-line of the offer in its order; those beyond `Limits.lines` are
    /// ignored. Lines that stay the same go on undisturbed.
    public mutating func update(_ transport: TransportIndex, lines: [MediaParameters], at now: Timestamp) {
        self.now = now
        guard let peer = find(transport) else { return }
        fanOut.stop()
        var all = ExtensionMap()
        let end = max(min(lines.count, Limits.lines), peers[peer].lineCount)
        peers[peer].lineCount = min(lines.count, Limits.lines)
        for index in 0..<end {
            let line = index < lines.count ? lines[index] : nil
            update(peer, UInt8(index), publication: line?.isSending == true ? line : nil)
            update(peer, UInt8(index), slot: line?.isReceiving == true ? line : nil)
            if let line {
                for kind in ExtensionKind.allCases where all[kind] == nil {
                    if let id = line.extensions[kind] { all[kind] = id }
                }
            }
        }
        peers[peer].extensions = all
        chooseVoice(peer)
        if peers[peer].reportDue == nil { peers[peer].reportDue = now + Self.reportInterval }
        schedule(peers[peer].reportDue ?? now)
    }

    /// Whether packets can be sent to it: keys are there and a path is selected. Slots begin with a key frame.
    public mutating func connect(_ transport: TransportIndex, _ isConnected: Bool, at now: Timestamp) {
        self.now = now
        guard let peer = find(transport), peers[peer].isConnected != isConnected else { return }
        peers[peer].isConnected = isConnected
        var slot = Int(peers[peer].firstSlot)
        while slot >= 0 {
            slots[slot].stream = -1
            if isConnected { wantKeyFrame(slot) }
            slot = Int(slots[slot].next)
        }
    }

    /// The levels of a participant's first audio line say whether he talks; a second one is what his screen plays.
    private mutating func chooseVoice(_ peer: Int) {
        var first = -1
        var publication = Int(peers[peer].firstPublication)
        while publication >= 0 {
            publications[publication].isVoice = false
            if publications[publication].isAudio,
                first < 0 || publications[publication].line < publications[first].line
            {
                first = publication
            }
            publication = Int(publications[publication].next)
        }
        if first >= 0 { publications[first].isVoice = true }
    }
}
