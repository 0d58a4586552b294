import Forwarding
import Units

/// A room in its place: the router of its media.
struct Room: ~Copyable {
    let key: RoomKey
    var router: Router
    var members = 0
    /// Whether it stands in the list of rooms that have something to say at the end of the round.
    var isTouched = false
    var deadline: Timestamp?

    init(_ key: RoomKey, seed: UInt64) {
        self.key = key
        router = Router(seed: seed)
    }
}
