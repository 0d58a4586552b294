/// What somebody who is not yet in a room may know of it: the pre-join page shows who is inside.
public struct RoomGlance: Equatable, Sendable {
    /// How many hold a seat.
    public var count: Int
    /// Their names in the order of joining; not sent while the room is locked or has a lobby.
    public var names: [String]
    public var locked: Bool
    public var lobby: Bool

    public init(count: Int, names: [String], locked: Bool, lobby: Bool) {
        self.count = count
        self.names = names
        self.locked = locked
        self.lobby = lobby
    }

    /// A room that nobody is in. A room that never existed looks the same, so names cannot be tried out.
    static let empty = RoomGlance(count: 0, names: [], locked: false, lobby: false)
}

/// The glance as JSON: docs/PROTOCOL.md, section HTTP.
struct RoomGlanceAnswer: Encodable {
    struct Participant: Encodable {
        var name: String
    }

    var count: Int
    var names: [String]?
    var participants: [Participant]?
    var locked: Bool
    var lobby: Bool

    init(_ glance: RoomGlance) {
        let names = glance.locked || glance.lobby ? nil : glance.names
        count = glance.count
        self.names = names
        participants = names?.map { Participant(name: $0) }
        locked = glance.locked
        lobby = glance.lobby
    }
}
