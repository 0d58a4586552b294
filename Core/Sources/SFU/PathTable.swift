public import PacketStore
public import Units
import Wire

/// A way between a client and this machine, with the socket or connection that it leads through.
public struct ClientPath: Hashable, Sendable, BitwiseCopyable {
    public let path: FiveTuple
    public let outlet: OutletID
}

/// The paths of all links by their 5-tuples. Each belongs to one transport.
struct PathTable: ~Copyable {
    struct Record: BitwiseCopyable {
        var path: FiveTuple
        var outlet: OutletID
        /// Index of the transport; the next free record while this one is free.
        var transport: Int32
        /// What goes this way at the end of the round: neighbours of one destination leave with one system call.
        var queue = SlotQueue()
    }

    private var records: FlatArray<Record>
    private var index = IndexTable()
    private var firstFree: Int32 = -1
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
        records = FlatArray(repeating: Self.free, count: 0)
    }

    /// How many paths there are.
    var count: Int { index.count }

    /// The record of a path; nil when nobody has it.
    func find(_ path: FiveTuple) -> Int? {
        var probe = index.probe(hash(path))
        while let found = index.next(&probe) { if records[found].path == path { return found } }
        return nil
    }

    subscript(record: Int) -> Record { records[record] }

    /// Puts a slot into a path's queue. True when it is the first there.
    mutating func append(_ slot: SlotIndex, to record: Int, _ slab: inout PacketSlab) -> Bool {
        slab.append(slot, to: &records[record].queue)
        return records[record].queue.count == 1
    }

    /// What waits for a path; the caller's now.
    mutating func takeQueue(of record: Int) -> SlotQueue {
        defer { records[record].queue = SlotQueue() }
        return records[record].queue
    }

    /// What a packet goes out by changes when a client's connection does.
    mutating func move(_ record: Int, to outlet: OutletID) { records[record].outlet = outlet }

    mutating func insert(_ path: FiveTuple, _ outlet: OutletID, transport: Int) -> Int {
        if firstFree < 0 { grow() }
        let record = Int(firstFree)
        firstFree = records[record].transport
        records[record].path = path
        records[record].outlet = outlet
        records[record].transport = Int32(truncatingIfNeeded: transport)
        index.insert(record, hash: hash(path))
        return record
    }

    /// Frees a record. What waits in its queue still goes out with the round: each slot knows where to.
    mutating func remove(_ record: Int) {
        index.remove(record, hash: hash(records[record].path))
        records[record].transport = firstFree
        firstFree = Int32(truncatingIfNeeded: record)
    }

    private mutating func grow() {
        let old = records.count
        records.grow(to: max(16, old &* 2), with: Self.free)
        for record in (old..<records.count).reversed() {
            records[record].transport = firstFree
            firstFree = Int32(truncatingIfNeeded: record)
        }
    }

    private func hash(_ path: FiveTuple) -> UInt32 {
        var hash = TableHash(seed: seed)
        hash.add(path)
        return hash.value
    }

    private static var free: Record {
        let nowhere = TransportAddress(IPAddress(high: 0, low: 0), port: 0)
        return Record(path: FiveTuple(client: nowhere, server: nowhere, transport: .udp), outlet: .none, transport: -1)
    }
}
