import Wire

/// Handles on their way back to the caller, first in, first out. As long as the caches together, so it is never full.
struct HandleQueue: ~Copyable, Sendable {
    private var handles = FlatArray<PacketHandle>(repeating: -1, count: 64)
    private var first = 0
    private(set) var count = 0

    var capacity: Int { handles.count }

    mutating func push(_ handle: PacketHandle) {
        guard count < handles.count else { return }
        handles[(first &+ count) & (handles.count &- 1)] = handle
        count &+= 1
    }

    mutating func pop() -> PacketHandle? {
        guard count > 0 else { return nil }
        defer {
            first = (first &+ 1) & (handles.count &- 1)
            count &-= 1
        }
        return handles[first]
    }

    /// Control plane: room for that many.
    mutating func reserve(_ wanted: Int) {
        guard wanted > handles.count else { return }
        var size = handles.count
        while size < wanted { size &*= 2 }
        var larger = FlatArray<PacketHandle>(repeating: -1, count: size)
        for index in 0..<count { larger[index] = handles[(first &+ index) & (handles.count &- 1)] }
        handles = larger
        first = 0
    }
}
