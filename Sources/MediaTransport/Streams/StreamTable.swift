import Glibc
import ICE
import PacketStore
import Units
import Wire

/// A connection that carries messages one behind the other: TCP, or what came out of TLS.
struct Stream: BitwiseCopyable {
    /// -1 while the place is free.
    var descriptor: Int32
    /// How often the place was used.
    var generation: UInt16
    /// The next free place while this one is.
    var nextFree: Int32
    var path: FiveTuple
    /// How its messages are told apart; decided by its first bytes.
    var framing: StreamProtocol
    /// When the last whole message came; bytes alone do not keep a connection open.
    var lastMessage: Timestamp
    /// Allocations that live on this connection.
    var allocations: Int32
    /// What goes out at the end of the round.
    var queue: SlotQueue
    /// The beginning of a message whose end has not come.
    var partial: PlainBuffer
    /// What the kernel does not take yet.
    var unsent: PlainBuffer
    /// Its answers do not fit any more, or what came is out of step: it ends with the round.
    var isBroken: Bool

    var isOpen: Bool { descriptor >= 0 }
}

/// The connections of one worker.
struct StreamTable: ~Copyable {
    private var places: FlatArray<Stream>
    private var firstFree: Int32
    /// How many are open.
    private(set) var count = 0

    init() {
        places = FlatArray(repeating: Self.free, count: 0)
        firstFree = -1
    }

    deinit {
        for index in 0..<places.count where places[index].isOpen { close(places[index].descriptor) }
    }

    /// How many places there are, open and free.
    var indices: Range<Int> { 0..<places.count }

    subscript(index: Int) -> Stream {
        get { places[index] }
        _modify { yield &places[index] }
    }

    /// The token of an open connection.
    func token(_ index: Int) -> Token { Token(.stream, index, generation: places[index].generation) }

    /// Whether an event is of the connection that has the place now.
    func isCurrent(_ token: Token) -> Bool {
        let index = Int(token.index)
        return index < places.count && places[index].isOpen && places[index].generation == token.generation
    }

    /// Gives a connection a place.
    mutating func open(_ descriptor: Int32, _ path: FiveTuple, now: Timestamp) -> Int {
        if firstFree < 0 { grow() }
        let index = Int(firstFree)
        firstFree = places[index].nextFree
        places[index].descriptor = descriptor
        places[index].path = path
        places[index].lastMessage = now
        count += 1
        return index
    }

    /// Closes a connection and frees its place; its queue has to be empty.
    mutating func remove(_ index: Int) {
        close(places[index].descriptor)
        places[index].partial.empty()
        places[index].unsent.empty()
        let generation = places[index].generation
        places[index] = Self.free
        places[index].generation = generation &+ 1
        places[index].nextFree = firstFree
        firstFree = Int32(index)
        count -= 1
    }

    private mutating func grow() {
        let old = places.count
        places.grow(to: max(16, old * 2), with: Self.free)
        for index in (old..<places.count).reversed() {
            places[index].nextFree = firstFree
            firstFree = Int32(index)
        }
    }

    private static var free: Stream {
        let nowhere = TransportAddress(IPAddress(high: 0, low: 0), port: 0)
        return Stream(
            descriptor: -1,
            generation: 0,
            nextFree: -1,
            path: FiveTuple(client: nowhere, server: nowhere, transport: .tcp),
            framing: .undecided,
            lastMessage: Timestamp(nanoseconds: 0),
            allocations: 0,
            queue: SlotQueue(),
            partial: PlainBuffer(capacity: Limits.packetBytes),
            unsent: PlainBuffer(capacity: Limits.streamQueueBytes),
            isBroken: false
        )
    }
}
