internal import Units

// ICE servers: with every `welcome` and `resumed`, and anew before their credentials expire.
extension SignalManager {
    /// The list for a member, and a note of when he needs the next one.
    mutating func iceServers(for index: Int, on connection: ConnectionID, at moment: Moment) -> [ICEServer] {
        seats[index].iceServersDue = configuration.iceServersLife.map { life in
            let early = seats[index].id.spread % max((life / 8).wholeNanoseconds, 1)
            return moment.now + (life / 2 - .nanoseconds(Int64(clamping: early)))
        }
        return configuration.iceServers(seats[index].id, connection, moment.wall)
    }

    /// A new list to everybody whose old one is due. Without `seq`: it concerns one connection and is not replayed,
    /// because whoever comes back gets the list of the day with his answer.
    mutating func renewIceServers(at moment: Moment) -> [Effect] {
        var effects: [Effect] = []
        for (index, seat) in seats.enumerated() {
            guard let due = seat.iceServersDue, due <= moment.now, let connection = seat.connection else { continue }
            let servers = iceServers(for: index, on: connection, at: moment)
            effects.append(.send(.iceServers(servers), seq: nil, re: nil, to: [connection]))
        }
        return effects
    }
}

extension ParticipantID {
    /// A number that differs from participant to participant and is the same everywhere (FNV-1a), so that a room which
    /// came back all at once after a restart does not ask for everything at once for ever after.
    fileprivate var spread: UInt64 {
        description.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
