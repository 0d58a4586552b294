/// The guests who wait before one room. They are outside the room: a `SignalManager` does not know them,
/// and nothing it emits can reach them.
struct Lobby: Equatable, Sendable {
    /// In the order of coming; at most `Limits.lobbyGuests`.
    private(set) var guests: [Guest] = []

    var isEmpty: Bool { guests.isEmpty }
    var isFull: Bool { guests.count >= Limits.lobbyGuests }
    var seenByHosts: [ServerMessage.WaitingGuest] { guests.map(\.seenByHosts) }

    mutating func append(_ guest: Guest) { guests.append(guest) }

    /// Takes out one guest, or all.
    mutating func take(_ id: ParticipantID?) -> [Guest] {
        let taken = guests.filter { id == nil || $0.id == id }
        guests.removeAll { id == nil || $0.id == id }
        return taken
    }

    /// Tells each guest his place in the line, and nothing else.
    func positions(wall: UnixMilliseconds, answering re: Int64? = nil, of newcomer: ParticipantID? = nil) -> [Effect] {
        guests.enumerated().map { index, guest in
            .send(
                .waiting(you: guest.id, position: index + 1, now: wall),
                seq: nil,
                re: guest.id == newcomer ? re : nil,
                to: [guest.caller.connection]
            )
        }
    }
}
