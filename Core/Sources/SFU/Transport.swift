import ICE
import PeerConnection
import Units

/// A link in its place: the protocols of one client, and where it was heard.
struct Transport: ~Copyable {
    let key: TransportKey
    /// Index of its room.
    let room: Int
    var connection: PeerConnection
    /// Records of its paths, -1 where there is none; the oldest first.
    var records = InlineArray<8, Int32>(repeating: -1)
    /// Where its media goes; -1 while there is no way.
    var selected: Int32 = -1
    /// The fragments it stands under in the unit's table.
    var fragments: (current: UInt64, previous: UInt64?)
    /// Whether the router and the control plane take it for connected.
    var isConnected = false
    /// No later than the connection's own: what it hears puts that off, and is not asked after every packet.
    var deadline: Timestamp?

    init(_ key: TransportKey, room: Int, _ connection: consuming PeerConnection) {
        self.key = key
        self.room = room
        let names = connection.fragments
        fragments = (names.current.key, names.previous?.key)
        self.connection = connection
    }

    /// Whether it stands in the unit's table under a fragment.
    func isNamed(_ fragment: UInt64) -> Bool { fragments.current == fragment || fragments.previous == fragment }
}
