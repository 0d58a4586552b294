import RTP
import Units
import Wire

// What control is told.
extension Router {
    /// The next event. Allocates for `speaking`.
    public mutating func nextEvent() -> RouterEvent? {
        if endedCount > 0 {
            endedCount &-= 1
            return .stalled(ended[endedCount])
        }
        if hasEvents {
            for publication in 0..<publicationPlaces.end where publications[publication].peer >= 0 {
                let isLive = publications[publication].isLive
                guard isLive != publications[publication].isReportedLive else { continue }
                publications[publication].isReportedLive = isLive
                let track = Track(
                    transport: peers[Int(publications[publication].peer)].index,
                    line: publications[publication].line
                )
                return isLive ? .started(track) : .stalled(track)
            }
            hasEvents = false
        }
        guard speakers.hasChanged else { return nil }
        speakers.tell()
        return .speaking(
            (0..<speakers.count).map { peers[Int(publications[speakers[$0]].peer)].index }
        )
    }

    /// Control plane: a live publication has ended.
    mutating func noteEnded(_ track: Track) {
        if endedCount == ended.count { ended.grow(to: endedCount &* 2, with: track) }
        ended[endedCount] = track
        endedCount &+= 1
    }

    mutating func hear(_ level: AudioLevel, _ publication: Int) { publications[publication].voice.hear(level, at: now) }

    /// Four times a second: who began to talk stands last and moves up past those he is clearly louder than.
    mutating func rankSpeakers() {
        for publication in 0..<publicationPlaces.end
        where publications[publication].peer >= 0 && publications[publication].isAudio {
            publications[publication].voice.evaluate(at: now)
            let isSpeaking =
                publications[publication].voice.isSpeaking && publications[publication].isVoice
                && !publications[publication].isPaused
            if isSpeaking != speakers.contains(publication) {
                if isSpeaking { speakers.append(publication) } else { speakers.remove(publication) }
            }
        }
        var index = speakers.count &- 2
        while index >= 0 {
            let (before, after) = (speakers[index], speakers[index &+ 1])
            if publications[after].voice.overtakes(publications[before].voice) { speakers.swap(index) }
            index &-= 1
        }
        speakers.compare()
    }
}
