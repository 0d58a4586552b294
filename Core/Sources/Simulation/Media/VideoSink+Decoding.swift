import RTP
import Units

extension VideoSink {
    /// Shows every frame that can be shown.
    mutating func decode(_ now: Timestamp) {
        while true {
            if let start = next, let end = wholeFrame(at: start) {
                guard show(start...end, now, isContinuous: last != nil) else { return }
            } else if let start = laterKeyFrame(), let end = wholeFrame(at: start) {
                guard show(start...end, now, isContinuous: false) else { return }
            } else {
                return
            }
        }
    }

    /// The number of a frame's last packet when all are there; the frame has to start at `start`.
    private mutating func wholeFrame(at start: Int64) -> Int64? {
        guard let opening = packets[start] else { return nil }
        guard opening.descriptor.isFrameStart, opening.mark.packet == 0 else {
            counts.note(.brokenFrame)
            breakChain()
            return nil
        }
        var number = start
        while let packet = packets[number], packet.timestamp == opening.timestamp {
            if packet.isLast { return number }
            number += 1
        }
        // The next frame's packet is there without this one's end.
        if packets[number] != nil {
            counts.note(.brokenFrame)
            breakChain()
        }
        return nil
    }

    /// The start of the first whole key frame behind what cannot be shown yet.
    private mutating func laterKeyFrame() -> Int64? {
        let starts = packets.filter { $0.value.descriptor.isKeyFrameStart && $0.key > next ?? .min }.map(\.key).sorted()
        return starts.first { start in
            var number = start
            while let packet = packets[number], packet.timestamp == packets[start]?.timestamp {
                if packet.isLast { return true }
                number += 1
            }
            return false
        }
    }

    /// Checks a frame and takes it out. False when the chain is broken by it.
    private mutating func show(_ range: ClosedRange<Int64>, _ now: Timestamp, isContinuous: Bool) -> Bool {
        let frame = range.compactMap { packets[$0] }
        guard let opening = frame.first else { return false }
        wholeFrames += 1
        checkWhole(frame)
        if isContinuous { checkNumbers(opening) }
        if let last, !opening.timestamp.isAfter(last.timestamp) { counts.note(.timestampBackwards) }
        let mark = opening.mark
        if source == mark.source, let last, mark.frame <= last.mark.frame { counts.note(.frameBackwards) }
        forget(before: range.upperBound + 1)
        next = range.upperBound + 1
        last = opening
        guard mark.isKey || source == mark.source && decoded.contains(mark.reference) else {
            if isContinuous { counts.note(.undecodable) }
            wantKeyFrame(now)
            return true
        }
        remember(opening, now)
        return true
    }

    private mutating func remember(_ opening: Packet, _ now: Timestamp) {
        let mark = opening.mark
        noteFreeze(mark, now)
        if mark.isKey {
            decoded = []
            keyFrames += 1
        }
        decoded.insert(mark.frame)
        if decoded.count > 64 { decoded = decoded.filter { $0 &+ 32 > mark.frame } }
        source = mark.source
        lastShown = now
        latest = (mark.captured, opening.timestamp)
        counts.frames[mark.source, default: 0] += 1
        moved(now)
    }

    /// All packets of one frame, in their order, with one identifier.
    private mutating func checkWhole(_ frame: [Packet]) {
        guard let opening = frame.first else { return }
        let isWhole = frame.indices.allSatisfy { index in
            let (packet, mark) = (frame[index], frame[index].mark)
            return Int(mark.packet) == index && mark.frame == opening.mark.frame
                && mark.source == opening.mark.source && packet.isLast == (index == frame.count - 1)
                && packet.descriptor.isPartitionStart == (index == 0)
        }
        if !isWhole || Int(opening.mark.packets) != frame.count { counts.note(.brokenFrame) }
        let isSame = frame.allSatisfy {
            $0.descriptor.pictureID == opening.descriptor.pictureID
                && $0.descriptor.tl0PictureIndex == opening.descriptor.tl0PictureIndex
        }
        if !isSame { counts.note(.pictureIDBreak) }
    }

    /// The frame follows the last one without a gap in the numbers, so it has to in its identifiers.
    private mutating func checkNumbers(_ opening: Packet) {
        guard let last else { return }
        if let before = last.descriptor.pictureID, opening.descriptor.pictureID != (before &+ 1) & 0x7FFF {
            counts.note(.pictureIDBreak)
        }
        if let before = last.descriptor.tl0PictureIndex {
            let isBase = (opening.descriptor.temporalLayer ?? 0) == 0
            if opening.descriptor.tl0PictureIndex != (isBase ? before &+ 1 : before) { counts.note(.baseIndexBreak) }
        }
    }

    /// A pause is one when its source went on meanwhile, or the frame itself came late.
    private mutating func noteFreeze(_ mark: FrameMark, _ now: Timestamp) {
        guard let lastShown, let last = latest, source == mark.source, now - lastShown > Self.freeze,
            freezes.count < SinkCounts.faultsKept
        else { return }
        let pause = now - lastShown
        let isSkip = !decoded.contains(mark.frame &- 1)
        guard isSkip || pause - (mark.captured - last.captured) > Self.freeze else { return }
        freezes.append(Freeze(end: now, duration: pause))
    }
}
