/// The guests who wait before one room. They are outside the room: a `SignalManager` does not know them,
/// and nothing it emits can reach them.
struct Lobby: Equatable, Sendable {
    /// In the order of coming; at most `Limits.lobbyGuests`.
    private(set) var guests: [Guest] = []

    var isEmpty: Bool { guests.isEmpty }
    var isFull: Bool { guests.count >= Limits.lobbyGuests }
    var seenByHosts: [ServerMessage.WaitingGuest] { guests.map(\.seenByHosts) }

    /// Puts a guest at the end of the line; returns his place, which the caller tells him.
    mutating func append(_ guest: Guest) -> Int {
        guests.append(guest)
        guests[guests.count - 1].position = guests.count
        return guests.count
    }

    /// Takes out one guest, or all.
    mutating func take(_ id: ParticipantID?) -> [Guest] {
        let taken = guests.filter { id == nil || $0.id == id }
        guests.removeAll { id == nil || $0.id == id }
        return taken
    }

    /// Tells each guest whose place in the line has changed the new one, and nothing else.
    mutating func positions(wall: UnixMilliseconds) -> [Effect] {
        var effects: [Effect] = []
        for index in guests.indices where guests[index].position != index + 1 {
            guests[index].position = index + 1
            let message = ServerMessage.waiting(you: guests[index].id, position: index + 1, now: wall)
            effects.append(.send(message, seq: nil, re: nil, to: [guests[index].caller.connection]))
        }
        return effects
    }
}
