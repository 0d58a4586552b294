/// Users whose credentials are no good any more although they have not run out.
///
/// Only those count whose time is not over; so their number is that of people removed within the life of a credential.
struct Revocations {
    /// Unix seconds up to which credentials of the user may say they are good.
    private var entries: [UserKey: UInt64] = [:]
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { entries.count }

    /// Whether a credential of the user that runs out at `expiry` is refused. One made later, after the user was let in
    /// again, runs out later.
    func contains(_ user: UserKey, expiry: UInt64) -> Bool { entries[user].map { expiry <= $0 } ?? false }

    /// When there are too many, those that are over go, and if there are none the one that is over first.
    mutating func insert(_ user: UserKey, until wall: UInt64, at now: UInt64) {
        entries[user] = max(wall, entries[user] ?? 0)
        guard entries.count > limit else { return }
        entries = entries.filter { $0.value >= now }
        while entries.count > limit, let first = entries.min(by: { $0.value < $1.value }) { entries[first.key] = nil }
    }
}
