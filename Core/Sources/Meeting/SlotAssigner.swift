/// A receiving m-line of a member's link to the SFU: it shows one track after the other.
struct Slot: Equatable, Sendable {
    let mid: String
    let isAudio: Bool
    /// Counts audio and video apart, from 0. An audio and a video slot of one number are one stream to the browser, which
    /// then plays the two in time with each other.
    let number: Int
    /// Whether the client has the answer that holds the line; before that nothing is forwarded on it.
    var isUsable = false
    /// Whether the client was told what it shows, be it nothing.
    var isTold = false
    var track: TrackID?
}

/// Which slot shows which track.
///
/// What goes on being shown stays where it is. A newcomer goes where his other half is (a camera to the number of its
/// owner's microphone), else where the other half is free, else anywhere.
enum SlotAssigner {
    /// The slots with their tracks anew.
    ///
    /// - Parameters:
    ///   - video: the tracks wanted, the most important first; as many as there are slots are shown. No track twice.
    ///   - audio: the same for sound.
    static func assigned(_ slots: [Slot], video: [TrackID], audio: [TrackID]) -> [Slot] {
        var slots = slots
        assign(video, to: &slots, isAudio: false)
        assign(audio, to: &slots, isAudio: true)
        return slots
    }

    private static func assign(_ wanted: [TrackID], to slots: inout [Slot], isAudio: Bool) {
        let count = slots.count { $0.isAudio == isAudio && $0.isUsable }
        var missing = Array(wanted.prefix(count))
        let shown = Set(missing)
        for index in slots.indices where slots[index].isAudio == isAudio {
            guard let track = slots[index].track, !shown.contains(track) else { continue }
            slots[index].track = nil
        }
        let kept = Set(slots.compactMap(\.track))
        missing.removeAll { kept.contains($0) }
        guard !missing.isEmpty else { return }
        var companions: [Int: TrackID] = [:]
        for slot in slots where slot.isAudio != isAudio { companions[slot.number] = slot.track }
        for track in missing {
            let free = slots.indices.filter {
                slots[$0].isAudio == isAudio && slots[$0].isUsable && slots[$0].track == nil
            }
            let best = free.min {
                rank(slots[$0], track, companions) < rank(slots[$1], track, companions)
            }
            if let best { slots[best].track = track }
        }
    }

    /// How well a free slot suits a track; less is better.
    private static func rank(_ slot: Slot, _ track: TrackID, _ companions: [Int: TrackID]) -> (Int, Int) {
        guard let companion = companions[slot.number] else { return (1, slot.number) }
        return (companion == track.companion ? 0 : 2, slot.number)
    }
}
