import Wire

/// The streams of one direction by SSRC: open addressing over plain integers. Grows up to its limit, by a new SSRC
/// only; streams are never taken out.
struct StreamTable: ~Copyable {
    private let limit: Int
    private(set) var count = 0
    /// Read and changed where they stand, at an index that `find` or `insert` gave.
    var streams: FlatArray<StreamState>
    /// Index + 1 of the stream whose search passes here, 0 for none. A power of two, at least twice the streams.
    private var buckets: FlatArray<UInt16>

    init(limit: Int) {
        self.limit = limit
        streams = FlatArray(repeating: StreamState(ssrc: 0), count: 8)
        buckets = FlatArray(repeating: 0, count: 16)
    }

    var isFull: Bool { count >= limit }

    func find(_ ssrc: UInt32) -> Int? {
        var bucket = start(ssrc)
        while buckets[bucket] != 0 {
            let index = Int(buckets[bucket]) &- 1
            if streams[index].ssrc == ssrc { return index }
            bucket = (bucket &+ 1) & (buckets.count &- 1)
        }
        return nil
    }

    /// Adds an SSRC that is not there yet. Nil when the table is full.
    mutating func insert(_ ssrc: UInt32) -> Int? {
        guard !isFull else { return nil }
        if count == streams.count { grow() }
        let index = count
        streams[index] = StreamState(ssrc: ssrc)
        count &+= 1
        link(index)
        return index
    }

    private mutating func grow() {
        streams.grow(to: 2 &* streams.count, with: StreamState(ssrc: 0))
        buckets = FlatArray(repeating: 0, count: 2 &* buckets.count)
        for index in 0..<count { link(index) }
    }

    private mutating func link(_ index: Int) {
        var bucket = start(streams[index].ssrc)
        while buckets[bucket] != 0 { bucket = (bucket &+ 1) & (buckets.count &- 1) }
        buckets[bucket] = UInt16(truncatingIfNeeded: index &+ 1)
    }

    /// Where a search starts. A peer can choose SSRCs that start alike; with so few streams that costs it nothing but
    /// time of its own.
    private func start(_ ssrc: UInt32) -> Int {
        Int(truncatingIfNeeded: (ssrc &* 0x9E37_79B1) >> 16) & (buckets.count &- 1)
    }
}
