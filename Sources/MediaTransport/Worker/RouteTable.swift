import Units
import Wire

/// Paths of clients whose links other workers have. Those tell this worker; it hands packets from there to them.
struct RouteTable: ~Copyable {
    private struct Route: BitwiseCopyable {
        var path: FiveTuple
        /// The worker; the next free place while this one is free.
        var worker: Int32
    }

    private var routes: FlatArray<Route>
    private var index = IndexTable()
    private var firstFree: Int32 = -1
    private let seed = UInt64.random(in: 0 ... .max)

    init() { routes = FlatArray(repeating: Self.free, count: 0) }

    /// Who has a path; nil when nobody else has.
    func worker(of path: FiveTuple) -> Int? {
        guard index.count > 0, let place = find(path) else { return nil }
        return Int(routes[place].worker)
    }

    /// Says who has a path from now on; nil: nobody. With `Limits.routes` of them further ones are not known, and their
    /// packets are dropped.
    mutating func set(_ path: FiveTuple, _ worker: Int?) {
        if let place = find(path) {
            guard let worker else { return remove(place) }
            routes[place].worker = Int32(truncatingIfNeeded: worker)
        } else if let worker, index.count < Limits.routes {
            if firstFree < 0 { grow() }
            let place = Int(firstFree)
            firstFree = routes[place].worker
            routes[place] = Route(path: path, worker: Int32(truncatingIfNeeded: worker))
            index.insert(place, hash: hash(path))
        }
    }

    private func find(_ path: FiveTuple) -> Int? {
        var probe = index.probe(hash(path))
        while let place = index.next(&probe) { if routes[place].path == path { return place } }
        return nil
    }

    private mutating func remove(_ place: Int) {
        index.remove(place, hash: hash(routes[place].path))
        routes[place].worker = firstFree
        firstFree = Int32(truncatingIfNeeded: place)
    }

    private mutating func grow() {
        let old = routes.count
        routes.grow(to: max(16, old &* 2), with: Self.free)
        for place in (old..<routes.count).reversed() {
            routes[place].worker = firstFree
            firstFree = Int32(truncatingIfNeeded: place)
        }
    }

    private func hash(_ path: FiveTuple) -> UInt32 {
        var hash = TableHash(seed: seed)
        hash.add(path)
        return hash.value
    }

    private static var free: Route {
        let nowhere = TransportAddress(IPAddress(high: 0, low: 0), port: 0)
        return Route(path: FiveTuple(client: nowhere, server: nowhere, transport: .udp), worker: -1)
    }
}
