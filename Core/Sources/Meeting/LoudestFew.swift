internal import Units

/// The few members who are heard in a meeting that is too large to hear all: who spoke lately.
///
/// Steadied: nobody loses his place while he has spoken within `Limits.speakerHold`, and nobody moves for a louder one.
struct LoudestFew: Equatable, Sendable {
    /// How many there are at most.
    let limit: Int
    /// In no order of loudness: each keeps his place.
    private(set) var members: [ParticipantID] = []
    /// When each of `members` spoke last.
    private var spoke: [ParticipantID: Timestamp] = [:]

    init(limit: Int = Limits.loudest) { self.limit = limit }

    /// These speak now, the loudest first. True when somebody has come in.
    @discardableResult
    mutating func heard(_ speakers: [ParticipantID], now: Timestamp) -> Bool {
        var isChanged = false
        for speaker in speakers where spoke[speaker] != nil { spoke[speaker] = now }
        for speaker in speakers where spoke[speaker] == nil {
            guard let place = place(now: now) else { break }
            if place < members.count {
                spoke[members[place]] = nil
                members[place] = speaker
            } else {
                members.append(speaker)
            }
            spoke[speaker] = now
            isChanged = true
        }
        return isChanged
    }

    mutating func remove(_ participant: ParticipantID) {
        members.removeAll { $0 == participant }
        spoke[participant] = nil
    }

    /// A free place, or that of who has been silent longest, if for long enough.
    private func place(now: Timestamp) -> Int? {
        guard members.count >= limit else { return members.count }
        let silent = members.indices.min { last($0) < last($1) }
        return silent.flatMap { now - last($0) >= Limits.speakerHold ? $0 : nil }
    }

    private func last(_ index: Int) -> Timestamp { spoke[members[index]] ?? Timestamp(nanoseconds: 0) }
}
