/// What bounds the store: every queue here is fed, in the end, by clients.
enum StorageLimits {
    /// Changes waiting for the disk. 10,000 chat messages are about 3 MB; a disk that is further behind is not keeping up.
    static let queuedChanges = 10_000
    /// Rooms, seats and bans whose latest state the disk refused and still has to get. One entry each, however often they change.
    static let backlogChanges = 20_000
    /// Rows deleted in one transaction, so that a clean-up never holds up a chat message for long.
    static let expiryChunk = 500
    /// Pages given back to the file system in one step.
    static let vacuumPages = 256
    /// An empty room's row is kept at least this long after its last use, milliseconds: whoever is just coming finds it.
    static let emptyRoomGrace: Int64 = 3_600_000
    /// Rooms read in one go at the start.
    static let roomsAtStart = 100_000
}
