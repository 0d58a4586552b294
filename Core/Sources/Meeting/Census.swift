/// How many there are of everything, for the metrics: no names, nothing of one room.
public struct Census: Equatable, Sendable {
    /// Rooms whose media goes from person to person, and those whose media goes by the server.
    public var meshRooms = 0
    public var sfuRooms = 0
    /// Members who are there.
    public var connected = 0
    /// Members whose seats wait for them to come back.
    public var reconnecting = 0
    /// Guests in front of rooms.
    public var guests = 0
    /// WebSockets, those that have not said hello too.
    public var connections = 0

    public init() {}
}

extension MeetingManager {
    /// Counts everybody who is here.
    public var census: Census {
        var census = Census()
        for room in rooms.values {
            if room.topology.mode == .mesh { census.meshRooms += 1 } else { census.sfuRooms += 1 }
            for seat in room.seats {
                if seat.connection == nil { census.reconnecting += 1 } else { census.connected += 1 }
            }
        }
        for lobby in lobbies.values { census.guests += lobby.guests.count }
        census.connections = connections.count
        return census
    }
}
