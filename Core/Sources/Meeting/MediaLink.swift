internal import Units

/// A member's link to the SFU, as far as the meeting knows it.
struct MediaLink: Equatable, Sendable {
    /// Whether the SFU was asked anything for this member that it has to forget when he goes.
    var isOpen = false
    /// The newest offer that the SFU has; nil while it has none. Lower ones are old.
    var offeredNeg: Int64?
    /// The `id` of that offer, while it is not answered.
    var offerID: Int64?
    var answeredNeg: Int64?
    /// The newest answer, until the client shows that it has it: sent again to a client that comes back.
    var unconfirmed: ClientMessage.Negotiation?
    /// The `seq` it was sent with.
    var answerSeq: UInt64 = 0
    /// A newer offer came before the client had shown that it has that answer: it may have dropped it as an old one.
    private var isDoubtful = false
    /// When new slots are used although the client has not shown that it has the answer.
    var usableAt: Timestamp?
    /// What the member may send: the sources of his m-lines.
    var published: [Source] = []
    /// Of those, which the SFU was told to pause.
    var paused: Set<Source> = []
    /// Of those, which do not come although they should.
    var stalled: Set<Source> = []
    /// In the order of the answer's m-lines; at most `Limits.sfuLines`.
    var slots: [Slot] = []
    private var audioSlots = 0
    private var videoSlots = 0
    /// Whether the transport stands.
    var isConnected = false
    /// What the client was told it needs; nil while it was told nothing.
    var need: SlotNeed?
    /// The video tracks that the client shows, the most important first. No track twice, none of its own.
    var wanted: [TrackID] = []
    /// Who spoke lately, for a viewer by WHEP: as many as he has slots for sound.
    var voices = LoudestFew(limit: 0)
    /// The same of those whom he can see, as many as he has slots for video.
    var faces = LoudestFew(limit: 0)
    var offers = TokenBucket(Limits.sfuOfferRate)

    /// The link is begun anew: nothing of it stays but the rate.
    mutating func reset() {
        var fresh = MediaLink()
        fresh.offers = offers
        self = fresh
    }

    /// The SFU is asked something new.
    mutating func offer(_ neg: Int64, id: Int64?) {
        isOpen = true
        offeredNeg = neg
        offerID = id
        guard unconfirmed != nil else { return }
        unconfirmed = nil
        usableAt = nil
        isDoubtful = true
    }

    /// Takes over what was agreed. New slots wait for the client.
    mutating func agree(_ lines: [SFULine], now: Timestamp) {
        published = lines.compactMap { $0.isReceiving ? nil : $0.source }
        paused.formIntersection(published)
        stalled.formIntersection(published)
        let before = slots
        slots = []
        for line in lines.prefix(Limits.sfuLines) where line.isReceiving {
            if let known = before.first(where: { $0.mid == line.mid && $0.isAudio == line.isAudio }) {
                slots.append(known)
            } else {
                slots.append(Slot(mid: line.mid, isAudio: line.isAudio, number: nextNumber(isAudio: line.isAudio)))
            }
        }
        isDoubtful = false
        usableAt = slots.contains { !$0.isUsable } ? now + Limits.slotsUsableAfter : nil
    }

    /// Numbers as the SFU names streams: each kind apart, none used again.
    private mutating func nextNumber(isAudio: Bool) -> Int {
        if isAudio { audioSlots += 1 } else { videoSlots += 1 }
        return (isAudio ? audioSlots : videoSlots) - 1
    }

    /// The client has applied the answer `neg`, or there is reason to believe that it has the newest (nil).
    mutating func confirm(_ neg: Int64?) {
        guard let answeredNeg, (neg ?? answeredNeg) >= answeredNeg, neg != nil || !isDoubtful else { return }
        isDoubtful = false
        if neg != nil { unconfirmed = nil }
        usableAt = nil
        for index in slots.indices { slots[index].isUsable = true }
    }
}
