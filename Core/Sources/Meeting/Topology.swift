internal import Units

/// How a room's media goes.
public enum TopologyMode: String, Sendable {
    /// From each member to each.
    case mesh
    /// From each member to the media server, and from there to the others.
    case sfu
}

/// The two steps of a move; between them media goes both ways, so that nobody sees a gap.
public enum TopologyPhase: String, Sendable {
    case prepare, commit
}

/// Where a room is between mesh and SFU: one mode is committed, and another may be in preparation.
///
/// ```
/// mesh ──more than the limit──▶ mesh, preparing sfu ──all links there, or 8 s──▶ sfu
/// sfu ──at most the limit for 15 s──▶ sfu, preparing mesh ──nobody wants anything of the SFU, or 10 s──▶ mesh
/// sfu, preparing mesh ──more than the limit──▶ sfu, preparing sfu: those who have moved come back
/// ```
/// With a limit of 0 a room is never anything but sfu. A value: the caller asks for the `nextStep` until there is none.
struct Topology: Equatable, Sendable {
    /// A mode on its way.
    struct Preparation: Equatable, Sendable {
        let mode: TopologyMode
        let since: Timestamp
        /// The least time is over: from here on it is committed as soon as everybody is ready.
        var isRipe: Bool
    }

    /// A step taken; everybody is told of it with the epoch.
    enum Step: Equatable, Sendable {
        case prepare(TopologyMode)
        case commit(TopologyMode)
    }

    /// The largest meeting that runs as a mesh.
    let meshLimit: Int
    /// The newest epoch: rises with every preparation.
    private(set) var epoch: UInt64 = 1
    /// The epoch of `mode`.
    private(set) var committedEpoch: UInt64 = 1
    private(set) var mode: TopologyMode
    private(set) var preparing: Preparation?
    /// Since when there have been few enough members for a mesh.
    private var fitsSince: Timestamp?

    init(meshLimit: Int, members: Int) {
        self.meshLimit = meshLimit
        mode = meshLimit == 0 || members > meshLimit ? .sfu : .mesh
    }

    /// The mode that the room is in or moves to: what a newcomer builds.
    var target: TopologyMode { preparing?.mode ?? mode }

    /// Whether media goes by the SFU now, be it beside the mesh.
    var usesSFU: Bool { mode == .sfu || target == .sfu }

    /// Whether a meeting of so many has, or builds, links from person to person.
    func links(members: Int) -> Bool { target == .mesh && members <= meshLimit }

    /// Takes the next step if one is due; nil when the room stays as it is.
    ///
    /// - Parameter isReady: whether every connected member is ready for a mode.
    mutating func nextStep(members: Int, isReady: (TopologyMode) -> Bool, now: Timestamp) -> Step? {
        fitsSince = members > meshLimit ? nil : fitsSince ?? now
        if members > meshLimit, target == .mesh { return prepare(.sfu, now: now) }
        if var current = preparing {
            current.isRipe = current.isRipe || now >= current.since + Limits.meshPreparesAtLeast
            preparing = current
            guard now >= current.end || current.isRipe && isReady(current.mode) else { return nil }
            mode = current.mode
            committedEpoch = epoch
            preparing = nil
            return .commit(mode)
        }
        guard mode == .sfu, let end = fitsUntil, end <= now else { return nil }
        return prepare(.mesh, now: now)
    }

    private mutating func prepare(_ mode: TopologyMode, now: Timestamp) -> Step {
        epoch += 1
        preparing = Preparation(mode: mode, since: now, isRipe: mode == .sfu)
        return .prepare(mode)
    }

    /// When the few have been few for long enough to go back to a mesh.
    private var fitsUntil: Timestamp? { meshLimit > 0 ? fitsSince.map { $0 + Limits.meshAfter } : nil }

    /// When `nextStep` may have something to do because time has passed.
    var nextDeadline: Timestamp? {
        guard let preparing else { return mode == .sfu ? fitsUntil : nil }
        return preparing.isRipe ? preparing.end : preparing.since + Limits.meshPreparesAtLeast
    }
}

extension Topology.Preparation {
    /// When it is committed whoever is not ready.
    fileprivate var end: Timestamp { since + (mode == .sfu ? Limits.sfuPreparesAtMost : Limits.meshPreparesAtMost) }
}
