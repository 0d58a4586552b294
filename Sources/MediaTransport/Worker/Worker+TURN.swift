import TURN
import Units

extension Worker {
    /// Gives a message of TURN, or ChannelData, to the TURN server and does what it says.
    mutating func relay(_ slot: SlotIndex, from origin: Origin) {
        let bytes = unsafe slab.packet(slot)
        var room = unsafe slab.room(answerSlot).mutableSpan
        switch unsafe turn.receive(bytes.span, from: origin.path, at: now, wall: wall, into: &room) {
        case .nothing: slab.give(back: slot)
        case .reply(let count):
            slab.give(back: slot)
            sendAnswer(count, to: origin)
        case .relay, .open: slab.give(back: slot)
        }
    }
}
